"""Payers name our order or their purchase order: on an invoice, on several, or before there is one."""

from __future__ import annotations

from services.cash_app.application.domain.application import close_order
from services.cash_app.application.domain.application_rules import STANDARD
from services.cash_app.application.domain.matching import propose
from services.cash_app.payments.domain.payment import PaymentState
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment


def two_orders() -> CashBooks:
    books = CashBooks(STANDARD)
    books.post(
        invoice("1000-00000031", "100.00", order_id="SO-11", customer_reference="PO-4711"),
        invoice("1000-00000032", "100.00", order_id="SO-12", customer_reference="PO-4712"),
    )
    return books


def settled(books: CashBooks, payment_id: str = "P") -> list[tuple[str, str]]:
    return [(line.document_number, str(line.amount)) for line in books.lines(payment_id)]


def test_a_purchase_order_or_our_order_stands_for_its_invoice() -> None:
    books = two_orders()
    books.receive(
        payment("P", "100.00", names=[("PO-4712", "100.00")]), payment("Q", "100.00", names=[("so 11", "100.00")])
    )
    assert settled(books, "P") == [("1000-00000032", "100.00")]
    assert books.lines("P")[0].evidence == (
        "the remittance states PO-4712, which is the purchase order of 1000-00000032"
    )
    assert settled(books, "Q") == [("1000-00000031", "100.00")]
    assert books.lines("Q")[0].evidence == "the remittance states so 11, which is our order of 1000-00000031"


def test_money_for_an_order_waits_for_its_invoice() -> None:
    books = two_orders()
    books.receive(payment("P", "100.00", names=[("SO-13", "100.00")]))
    assert books.payments["P"].note == "SO-13 is not known yet: 100.00 USD waits for it"
    books.post(invoice("1000-00000033", "100.00", invoiced=9, order_id="SO-13"))
    assert settled(books) == [("1000-00000033", "100.00")] and books.payments["P"].state is PaymentState.APPLIED


def test_an_order_shipped_in_two_parts_is_settled_part_by_part() -> None:
    books = two_orders()
    books.receive(payment("P", "100.00", names=[("SO-14", "100.00")]))
    books.post(invoice("A-60", "60.00", invoiced=9, order_id="SO-14"))
    assert settled(books) == [("A-60", "60.00")] and books.payments["P"].unapplied_amount == 40
    books.post(invoice("B-40", "40.00", invoiced=10), invoice("A-40", "40.00", invoiced=12, order_id="SO-14"))
    assert settled(books) == [("A-60", "60.00"), ("A-40", "40.00")]
    assert books.payments["P"].state is PaymentState.APPLIED and books.open("B-40") == 40


def test_a_purchase_order_waits_as_well_and_takes_what_the_invoice_needs() -> None:
    books = two_orders()
    books.receive(payment("P", "50.00", names=[("PO-4720", "50.00")]))
    books.post(invoice("A-60", "60.00", invoiced=9, order_id="SO-20", customer_reference="PO 4720"))
    assert settled(books) == [], "PO-4720 and PO 4720 are compared letter by letter"
    books.post(invoice("A-70", "60.00", invoiced=9, order_id="SO-21", customer_reference="PO-4720"))
    assert settled(books) == [("A-70", "50.00")] and books.open("A-70") == 10


def test_a_cancelled_order_leaves_its_money_for_refund_with_the_reason() -> None:
    books = two_orders()
    books.receive(payment("P", "100.00", names=[("SO-15", "100.00")]))
    close_order(books.payments["P"], books.pending[0], on(8), invoiced=True)
    assert books.payments["P"].note.splitlines()[-1] == (
        "nothing more of order SO-15 will be invoiced since 2026-03-08: 100.00 USD paid for it is left; refund it, or "
        "put it on account"
    )
    books.post(invoice("B-1", "100.00", invoiced=9))
    assert settled(books) == []


def test_an_order_closed_before_its_last_invoice_arrives_is_still_settled() -> None:
    books = two_orders()
    books.receive(payment("P", "100.00", names=[("SO-16", "100.00")]))
    close_order(books.payments["P"], books.pending[0], on(8), invoiced=False)
    assert "refund" not in books.payments["P"].note
    books.post(invoice("A-90", "90.00", invoiced=8, order_id="SO-16"))
    assert settled(books) == [("A-90", "90.00")]
    assert "10.00 USD paid for it is left; refund it" in books.payments["P"].note


def test_one_purchase_order_on_two_invoices_and_money_for_one_is_for_a_clerk() -> None:
    books = CashBooks(STANDARD)
    books.post(
        invoice("A-1", "100.00", customer_reference="PO-4713"), invoice("A-2", "100.00", customer_reference="PO-4713")
    )
    books.receive(payment("P", "100.00", names=[("PO-4713", "100.00")]))
    assert settled(books) == [] and books.payments["P"].state is PaymentState.UNAPPLIED
    assert "PO-4713 is the order of A-1, A-2" in books.payments["P"].note
    suggested = propose(books.payments["P"], books.book).suggested
    assert [line.item.document_number for line in suggested] == ["A-1", "A-2"]


def test_one_purchase_order_on_two_invoices_and_money_for_both_or_exactly_one() -> None:
    for amount, expected in (("160.00", [("A-1", "100.00"), ("A-2", "60.00")]), ("60.00", [("A-2", "60.00")])):
        books = CashBooks(STANDARD)
        books.post(
            invoice("A-1", "100.00", customer_reference="PO-4713"),
            invoice("A-2", "60.00", customer_reference="PO-4713"),
        )
        books.receive(payment("P", amount, names=[("PO-4713", amount)]))
        assert settled(books) == expected
