"""What payers keep back with a reason becomes a deduction with the payer's code, words and document."""

from __future__ import annotations

from decimal import Decimal

from services.cash_app.application.domain.application_rules import STANDARD
from shared.contracts.cash_app import DeductionOpened
from shared.contracts.erp import RemittanceAdjustment, RemittanceLine
from tests.unit.cash_app.cash_books import CashBooks, invoice, payment


def paid(
    amount: str, *adjustments: RemittanceAdjustment, total: str = "1000.00", discount: str | None = None
) -> CashBooks:
    books = CashBooks(STANDARD)
    books.post(invoice("1000-1", total, discount=discount))
    reason = adjustments[0].reason if adjustments else None
    line = RemittanceLine(document_number="1000-1", amount=amount, reason=reason, adjustments=adjustments)
    books.receive(payment("P", amount, remittance=[line]))
    return books


DAMAGE = RemittanceAdjustment(amount=Decimal(70), reason="damage", code="04", text="damaged goods", reference="DM-17")


def test_the_part_kept_back_is_a_deduction_in_the_payers_words() -> None:
    books = paid("930.00", DAMAGE)
    (opened,) = books.published(DeductionOpened)
    assert (opened.deduction_id, str(opened.amount), opened.reason) == ("P/A1/D1", "70.00", "damage")
    assert (opened.payer_code, opened.payer_text, opened.payer_reference) == ("04", "damaged goods", "DM-17")
    assert books.open("1000-1") == 0
    assert (
        "70.00 USD was deducted by the payer (damaged goods: code 04, damaged goods, DM-17)" in books.lines("P")[0].why
    )


def test_each_reason_is_a_deduction_of_its_own() -> None:
    freight = RemittanceAdjustment(amount=Decimal(30), reason="freight", code="21")
    books = paid("900.00", DAMAGE, freight)
    assert [(d.deduction_id, str(d.amount), d.reason, d.payer_code) for d in books.published(DeductionOpened)] == [
        ("P/A1/D1", "70.00", "damage", "04"), ("P/A1/D1-2", "30.00", "freight", "21"),
    ]  # fmt: skip
    assert str(books.lines("P")[0].deduction) == "100.00" and books.open("1000-1") == 0


def test_an_unknown_code_keeps_the_payers_words() -> None:
    books = paid("930.00", RemittanceAdjustment(amount=Decimal(70), code="ZZ", text="see attached"))
    (opened,) = books.published(DeductionOpened)
    assert (opened.reason, opened.payer_code, opened.payer_text) == ("unknown", "ZZ", "see attached")


def test_only_what_is_explained_is_deducted_and_only_what_is_missing() -> None:
    books = paid("900.00", DAMAGE)
    assert [str(d.amount) for d in books.published(DeductionOpened)] == ["70.00"]
    assert books.open("1000-1") == 30
    books = paid("950.00", DAMAGE)
    assert [str(d.amount) for d in books.published(DeductionOpened)] == ["50.00"]
    assert books.open("1000-1") == 0


def test_an_adjustment_beside_an_earned_discount() -> None:
    line = RemittanceLine(
        document_number="1000-1", amount="910.00", discount="20.00", reason="damage", adjustments=(DAMAGE,)
    )
    books = CashBooks(STANDARD)
    books.post(invoice("1000-1", "1000.00", discount="20.00"))
    books.receive(payment("P", "910.00", remittance=[line]))
    assert (books.open("1000-1"), str(books.lines("P")[0].discount)) == (0, "20.00")
    assert [str(d.amount) for d in books.published(DeductionOpened)] == ["70.00"]
