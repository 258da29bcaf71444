"""Possible duplicate payments: the same documents, or the same data of the bank."""

from __future__ import annotations

from typing import Any

import pytest

from services.cash_app.application.domain.application_rules import CustomerRules, ShortPaymentRules
from services.cash_app.duplicates.domain import ComparedPayment, DuplicateCandidates, compared, settles_nothing
from shared.contracts.erp import PaymentReceived
from tests.unit.cash_app.cash_books import CashBooks, invoice, payment, rates
from tests.unit.cash_app.histories import suspended


def received_before(*events: PaymentReceived) -> tuple[CashBooks, DuplicateCandidates]:
    books = CashBooks()
    books.post(invoice("A-1", "100"))
    books.receive(*events)
    return books, DuplicateCandidates(lambda day: 5, (compared(books.payments[event.payment_id]) for event in events))


def test_the_same_amount_for_the_same_documents_that_are_paid() -> None:
    books, before = received_before(payment("P-1", "100", day=5, names=[("A-1", "100")]))
    again = suspended("P-2", "100", day=9, names=[("a-1 ", "100")], customer_id="C-1")
    first = before.with_same_documents(again)
    assert first is not None and settles_nothing(again, books.book)
    assert "was received as payment P-1 of value date 2026-03-05 (bank reference B-P-1), 4 days apart" in (
        before.evidence(again, first)
    )


def test_an_instalment_is_none() -> None:
    books, before = received_before(payment("P-1", "50", names=[("A-1", "50")]))
    again = suspended("P-2", "50", names=[("A-1", "50")], customer_id="C-1")
    assert before.with_same_documents(again) is not None and not settles_nothing(again, books.book)


@pytest.mark.parametrize(("paid", "repeated"), [("50", False), ("50.01", True), ("95", True)])
def test_a_rest_that_is_less_than_the_payment_is_no_reason_to_pay_it_again(paid: str, repeated: bool) -> None:
    books, _ = received_before(payment("P-1", paid, names=[("A-1", paid)]))
    again = suspended("P-2", paid, names=[("A-1", paid)], customer_id="C-1")
    assert settles_nothing(again, books.book) is repeated


@pytest.mark.parametrize(("paid", "repeated"), [("62.50", False), ("62.52", True), ("125", True)])
def test_what_is_open_counts_in_the_currency_of_the_document(paid: str, repeated: bool) -> None:
    """100.00 EUR are 125.00 USD."""
    issued, first = invoice("E-1", "100", currency="EUR"), payment("P-1", paid, names=[("E-1", paid)])
    days = dict.fromkeys((issued.invoice_date, first.value_date), "0.8")
    books = CashBooks(rates=rates({("USD", "EUR", day): rate for day, rate in days.items()}))
    books.post(issued)
    books.receive(first)
    again = suspended("P-2", paid, names=[("E-1", paid)], customer_id="C-1")
    assert settles_nothing(again, books.book) is repeated


def test_without_a_rate_an_open_document_in_another_currency_may_still_be_owed() -> None:
    books = CashBooks()
    books.post(invoice("E-1", "100", currency="EUR"))
    assert not settles_nothing(suspended("P-2", "125", names=[("E-1", "125")], customer_id="C-1"), books.book)


@pytest.mark.parametrize(("amount", "repeated"), [("10", False), ("90", True)])
def test_what_was_deducted_is_owed_still(amount: str, repeated: bool) -> None:
    books = CashBooks(CustomerRules(short_payment=ShortPaymentRules(shortfall="deduction")))
    books.post(invoice("A-1", "100"))
    books.receive(payment("P-1", "90", names=[("A-1", "90")]))
    again = suspended("P-2", amount, names=[("A-1", amount)], customer_id="C-1")
    assert settles_nothing(again, books.book) is repeated


@pytest.mark.parametrize(
    ("first", "again", "mark"),
    [
        ({"trace": "T-1"}, {"trace": "T-1", "day": 8}, "trace number T-1"),
        ({}, {"bank_reference": "4417/BANK-P-1", "day": 8}, "bank reference BANK-P-1"),
        ({}, {"from_file": True}, "account ACC-1 and value date, once in a file and once over the bank feed"),
        ({}, {}, None),
        ({}, {"from_file": True, "day": 6}, None),
        ({}, {"from_file": True, "payer_account": "ACC-2"}, None),
        ({"trace": "T-1"}, {"trace": "T-1", "day": 11}, None),
        ({"trace": "T-1"}, {"trace": "T-1", "amount": "101"}, None),
        ({"bank_reference": "P-1"}, {"bank_reference": "4417/P-1"}, None),
    ],
)
def test_without_a_remittance_the_banks_data_decide(
    first: dict[str, Any], again: dict[str, Any], mark: str | None
) -> None:
    def received(payment_id: str, **given: Any) -> ComparedPayment:
        trace, from_file = given.pop("trace", None), given.pop("from_file", False)
        given = {"bank_reference": f"BANK-{payment_id}", "payer_account": "ACC-1", "day": 5, **given}
        new = suspended(payment_id, given.pop("amount", "100"), customer_id="C-1", **given)
        return compared(new, trace, from_file=from_file)

    before = DuplicateCandidates(lambda day: 5, [received("P-1", **first)])
    found = before.with_same_bank_data(received("P-2", **again))
    assert (None if found is None else (found[0].payment_id, found[1])) == (mark and ("P-1", mark))
    assert DuplicateCandidates(lambda day: 5, [received("P-1", **first)], holds=lambda day: False).with_same_bank_data(
        received("P-2", **again)
    ) is None  # fmt: skip


@pytest.mark.parametrize(
    "other",
    [
        {"amount": "99.99"},
        {"day": 11},
        {"names": [("A-2", "100")]},
        {"names": []},
        {"customer_id": "C-2"},
        {"currency": "EUR"},
    ],
)
def test_anything_else_is_a_payment_of_its_own(other: dict[str, Any]) -> None:
    _, before = received_before(payment("P-1", "100", day=5, names=[("A-1", "100")]))
    given = {"amount": "100", "day": 5, "names": [("A-1", "100")], "customer_id": "C-1", **other}
    assert before.with_same_documents(suspended("P-2", given.pop("amount"), **given)) is None
