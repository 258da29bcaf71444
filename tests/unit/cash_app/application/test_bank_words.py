"""The bank's words name documents: those are settled to the cent, or the money waits for a person; never other ones."""

from __future__ import annotations

import pytest

from services.cash_app.application.domain.application_rules import (
    STANDARD,
    BankWordsRules,
    CustomerRules,
    RuleSet,
    ToleranceRules,
)
from services.cash_app.application.domain.matching import propose
from services.cash_app.payments.domain.payment import PaymentState
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment, rates

GUESSING = CustomerRules(rule_set=RuleSet(rules=("round_sum", "oldest_first"), residual_handling="on_account"))


def books_of(*invoices: tuple[str, str], rules: CustomerRules = STANDARD) -> CashBooks:
    books = CashBooks(rules)
    books.post(*(invoice(number, total) for number, total in invoices))
    return books


def names(books: CashBooks, payment_id: str = "P") -> dict[str, str]:
    return {line.document_number: str(line.amount) for line in books.lines(payment_id)}


THREE = (("1000-0", "1000.00"), ("1000-3", "200.00"), ("1000-4", "200.00"), ("1000-5", "200.00"))


@pytest.mark.parametrize("rules", [STANDARD, GUESSING])
@pytest.mark.parametrize(
    "words",
    ["1000-3 1000-4 1000-5 thank you", "inv 1000-3 to 1000-5", "Rechnungen 1000-3, 1000-4 u. 1000-5", "1000-3/4/5"],
)
def test_numbers_in_words_are_settled_each_with_what_is_open(rules: CustomerRules, words: str) -> None:
    books = books_of(*THREE, rules=rules)
    books.receive(payment("P", "600.00", details=words))
    assert names(books) == {"1000-3": "200.00", "1000-4": "200.00", "1000-5": "200.00"}
    (line, *_) = books.lines("P")
    assert line.rule == "bank_words" and "1000-3" in line.evidence
    assert line.why == "the bank's words name 1000-3; the 3 documents named are exactly the payment"
    assert books.open("1000-0") == 1000


@pytest.mark.parametrize("rules", [STANDARD, GUESSING])
@pytest.mark.parametrize("amount", ["599.99", "600.01", "400.00", "1000.00"])
def test_a_sum_that_is_not_theirs_waits_for_a_person_with_the_finding(rules: CustomerRules, amount: str) -> None:
    books = books_of(*THREE, rules=rules.model_copy(update={"rule_set": RuleSet(rules=rules.rule_set.rules)}))
    books.receive(payment("P", amount, details="1000-3 1000-4 1000-5"))
    waiting = books.payments["P"]
    assert (waiting.state, books.lines("P")) == (PaymentState.UNAPPLIED, [])
    assert waiting.note == (
        "the bank's words name 1000-3, 1000-4, 1000-5, of which 600.00 USD is open; "
        f"the payment is {float(amount):,.2f} USD: left unapplied for review"
    )
    suggested = propose(waiting, books.book).suggested
    assert [line.item.document_number for line in suggested][:2] == ["1000-3", "1000-4"]
    books.post(invoice("1000-9", amount, due=1))
    assert books.lines("P") == [] and waiting.state is PaymentState.UNAPPLIED


def test_discounts_taken_on_all_or_some_of_the_documents_named() -> None:
    for amount, left in (
        ("294.00", ["98.00", "196.00"]),
        ("298.00", ["98.00", "200.00"]),
        ("296.00", ["100.00", "196.00"]),
    ):
        books = CashBooks(STANDARD)
        books.post(invoice("A-100", "100.00", discount="2.00"), invoice("A-200", "200.00", discount="4.00"))
        books.receive(payment("P", amount, details="A-100 and A-200"))
        assert [str(line.amount) for line in books.lines("P")] == left
        assert books.open("A-100") == books.open("A-200") == 0


def test_a_discount_that_is_not_earned_any_more_is_for_a_person() -> None:
    books = CashBooks(STANDARD)
    books.post(invoice("A-100", "100.00", discount="2.00"), invoice("A-200", "200.00"))
    books.receive(payment("P", "298.00", day=20, details="A-100 and A-200"))
    assert books.lines("P") == []


def test_the_only_document_named_may_be_paid_in_part_by_policy() -> None:
    books = books_of(*THREE)
    books.receive(payment("P", "150.00", details="invoice 1000-3"))
    assert names(books) == {"1000-3": "150.00"} and books.open("1000-3") == 50
    never = STANDARD.model_copy(update={"bank_words": BankWordsRules(part_payment=False)})
    books = books_of(*THREE, rules=never)
    books.receive(payment("P", "150.00", details="invoice 1000-3"))
    assert books.lines("P") == []


def test_more_than_the_only_document_named_waits() -> None:
    books = books_of(*THREE)
    books.receive(payment("P", "250.00", details="invoice 1000-3"))
    assert books.lines("P") == [] and books.payments["P"].state is PaymentState.UNAPPLIED


@pytest.mark.parametrize(
    ("amount", "applied"), [("199.60", True), ("200.40", True), ("199.40", True), ("200.60", False)]
)
def test_small_differences_by_policy(amount: str, applied: bool) -> None:
    tolerant = STANDARD.model_copy(update={"tolerance": ToleranceRules(amount="0.50", percent="1")})
    books = books_of(*THREE, rules=tolerant)
    books.receive(payment("P", amount, details="invoice 1000-3"))
    assert bool(books.lines("P")) is applied
    if amount in ("199.60", "200.40"):
        assert books.open("1000-3") == 0


def test_the_small_difference_of_several_documents_is_borne_by_the_largest() -> None:
    tolerant = STANDARD.model_copy(update={"tolerance": ToleranceRules(amount="0.50", percent="1")})
    books = books_of(("A-100", "100.00"), ("A-200", "200.00"), rules=tolerant)
    books.receive(payment("P", "299.60", details="A-100, A-200"))
    assert books.open("A-100") == books.open("A-200") == 0
    assert [str(line.tolerance) for line in books.lines("P")] == ["0.00", "0.40"]


def test_a_slip_of_the_pen_where_the_amount_agrees() -> None:
    books = books_of(("1000-00000031", "310.00"), ("1000-00000099", "99.00"))
    books.receive(payment("P", "310.00", details="Rechnung 1000-00000013"))
    assert names(books) == {"1000-00000031": "310.00"}
    assert "one typing error" in books.lines("P")[0].evidence
    books = books_of(("1000-00000031", "310.00"), ("1000-00000099", "99.00"))
    books.receive(payment("P", "311.00", details="Rechnung 1000-00000013"))
    assert books.lines("P") == []


def test_one_slip_among_several_numbers() -> None:
    books = books_of(("1000-00000031", "310.00"), ("1000-00000044", "40.00"))
    books.receive(payment("P", "350.00", details="Rg. 1000-00000013 und 1000-00000044"))
    assert names(books) == {"1000-00000031": "310.00", "1000-00000044": "40.00"}


def test_the_end_of_a_number_is_enough_where_it_is_called_one_or_the_amount_agrees() -> None:
    books = books_of(("1000-00000131", "310.00"), ("1000-00000199", "99.00"))
    books.receive(payment("P", "100.00", details="Rechnung 131"), payment("Q", "99.00", details="199 vielen Dank"))
    assert (names(books, "P"), names(books, "Q")) == ({"1000-00000131": "100.00"}, {"1000-00000199": "99.00"})
    books = books_of(("1000-00000131", "310.00"), ("1000-00000199", "99.00"))
    books.receive(payment("P", "409.00", details="131 vielen Dank"))
    assert names(books) == {"1000-00000131": "310.00", "1000-00000199": "99.00"}, "no document is named: rules decide"


def test_a_paid_document_named_alone_waits_and_beside_open_ones_does_not_matter() -> None:
    books = books_of(*THREE)
    books.receive(payment("P-0", "200.00", names=[("1000-3", "200.00")]))
    books.receive(payment("P", "200.00", details="invoice 1000-3"))
    assert books.lines("P") == []
    assert books.payments["P"].note.startswith(
        "the bank's words name 1000-3, which is settled; the payment is 200.00 USD"
    )
    books.receive(payment("Q", "200.00", details="invoices 1000-3 and 1000-4"))
    assert names(books, "Q") == {"1000-4": "200.00"}


def test_another_customers_document_is_left_for_review() -> None:
    books = books_of(*THREE)
    books.belongs_to_another_customer("1000-77777")
    books.receive(payment("P", "200.00", details="invoice 1000-77777"))
    assert books.lines("P") == []
    assert "1000-77777, which is another customer's" in books.payments["P"].note


def test_money_waits_for_a_document_that_is_not_known_yet() -> None:
    books = books_of(*THREE)
    books.receive(payment("P", "80.00", details="Invoice 1000-9999"))
    assert books.payments["P"].note == "the bank's words name 1000-9999, which is not known yet: 80.00 USD waits for it"
    books.post(invoice("1000-9999", "80.00"))
    assert names(books) == {"1000-9999": "80.00"} and books.payments["P"].state is PaymentState.APPLIED


def test_by_policy_unknown_numbers_are_no_obstacle() -> None:
    ignoring = STANDARD.model_copy(update={"bank_words": BankWordsRules(unknown_numbers="ignore")})
    books = books_of(("1000-3", "200.00"), rules=ignoring)
    books.receive(payment("P", "200.00", details="Invoice 1000-9999"))
    assert names(books) == {"1000-3": "200.00"}


def test_words_without_a_document_leave_it_to_the_rules() -> None:
    books = books_of(*THREE)
    books.receive(payment("P", "1000.00", details="thank you, 10.03.2026, DE89370400440532013000, customer C-1"))
    assert names(books) == {"1000-0": "1000.00"} and books.lines("P")[0].rule == "exact_amount"


def test_structured_remittance_goes_before_words() -> None:
    books = books_of(*THREE)
    books.receive(payment("P", "200.00", names=[("1000-4", "200.00")], details="invoice 1000-3"))
    assert names(books) == {"1000-4": "200.00"}


def test_credit_memos_in_the_words_are_taken_off() -> None:
    books = books_of(("M-1", "500.00"))
    books.receive(payment("P-1", "500.00"))
    books.post(invoice("M-2", "1100.00"))
    memo = books.credit_memo("CM-1", "100.00", of="M-1")
    books.receive(payment("P", "1000.00", details="M-2 less credit note CM-1"))
    assert books.open("M-2") == 0 and memo.state is PaymentState.APPLIED
    assert (names(books), names(books, "ID-CM-1")) == ({"M-2": "1000.00"}, {"M-2": "100.00"})


def test_orders_and_purchase_orders_in_words() -> None:
    books = CashBooks(STANDARD)
    books.post(
        invoice("1000-00000031", "100.00", order_id="SO-11", customer_reference="PO-4711"),
        invoice("1000-00000032", "100.00", order_id="SO-12", customer_reference="PO-4712"),
    )
    books.receive(payment("P", "100.00", details="PO 4712"))
    assert names(books) == {"1000-00000032": "100.00"}
    assert books.lines("P")[0].evidence.endswith("which is the purchase order of 1000-00000032")
    books.receive(payment("Q", "100.00", details="your order SO-11"))
    assert names(books, "Q") == {"1000-00000031": "100.00"}


def test_one_purchase_order_on_two_invoices() -> None:
    for amount, settled in (("160.00", ["A-100", "A-60"]), ("60.00", ["A-60"]), ("70.00", [])):
        books = CashBooks(STANDARD)
        books.post(
            invoice("A-100", "100.00", customer_reference="PO-4713"),
            invoice("A-60", "60.00", customer_reference="PO-4713"),
        )
        books.receive(payment("P", amount, details="PO-4713"))
        assert sorted(names(books)) == settled
    twins = CashBooks(STANDARD)
    twins.post(
        invoice("A-1", "100.00", customer_reference="PO-4713"), invoice("A-2", "100.00", customer_reference="PO-4713")
    )
    twins.receive(payment("P", "100.00", details="PO-4713"))
    assert twins.lines("P") == []
    assert [line.item.document_number for line in propose(twins.payments["P"], twins.book).suggested] == ["A-1"]


def test_references_of_the_payer_are_read_as_well() -> None:
    books = books_of(*THREE)
    reference = {"kind": "end_to_end_id", "value": "INV 1000-3"}
    books.receive(payment("P", "200.00", references=[reference]))
    assert names(books) == {"1000-3": "200.00"} and books.lines("P")[0].rule == "bank_words"


def test_a_reference_that_looks_like_an_unknown_number_is_none() -> None:
    books = books_of(("1000-3", "200.00"))
    books.receive(payment("P", "200.00", references=[{"kind": "end_to_end_id", "value": "INV-20260310-77"}]))
    assert names(books) == {"1000-3": "200.00"} and books.lines("P")[0].rule == "single_open_item"


def test_the_only_document_named_may_be_in_another_currency() -> None:
    known = rates({("EUR", "USD", on(day)): "1.25" for day in (1, 5)})
    books = CashBooks(STANDARD, known)
    books.post(invoice("1000-3", "200.00"), invoice("1000-4", "100.00", currency="EUR"))
    books.receive(payment("P", "160.00", currency="EUR", details="invoice 1000-3"))
    assert names(books) == {"1000-3": "200.00"} and books.lines("P")[0].rule == "bank_words"
    assert books.open("1000-4") == 100


def test_instalments_of_the_only_document_named_are_paid_oldest_first() -> None:
    books = CashBooks(STANDARD)
    books.post(
        invoice("1000-3", "100.00", due=10),
        invoice("1000-3", "100.00", due=20, invoice_id="I-1000-3/2"),
        invoice("1000-4", "100.00", due=1),
    )
    books.receive(payment("P", "150.00", details="invoice 1000-3"))
    assert [(line.item_id, str(line.amount)) for line in books.lines("P")] == [
        ("I-1000-3", "100.00"), ("I-1000-3/2", "50.00"),
    ]  # fmt: skip
    assert books.open("1000-4") == 100


def test_what_is_not_understood_of_a_remittance_is_said_and_no_rule_guesses() -> None:
    books = books_of(("1000-3", "200.00"))
    books.receive(payment("P", "200.00", remittance_note="no amount is stated for X-1, X-2", details="X-1 X-2"))
    assert books.lines("P") == []
    assert books.payments["P"].note == (
        "the remittance is not understood (no amount is stated for X-1, X-2): left unapplied for review"
    )
