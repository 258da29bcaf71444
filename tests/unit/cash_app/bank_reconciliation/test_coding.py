"""Lines that are no customer's money: what rules take them for, and the double entry of coding and undoing."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from services.cash_app.bank_reconciliation.domain.coding import BankCodingRules, CodingRule, UncodedLine, code_by_rule
from services.cash_app.bank_reconciliation.domain.line import NotCodable, StatementLine
from services.cash_app.bank_reconciliation.domain.own_accounts import OwnAccounts
from services.cash_app.bank_reconciliation.policy import BANK_CODING_RULES
from shared.kernel.journal import Account

RULES = BANK_CODING_RULES.shipped.document


def uncoded(amount: str, bank_code: str = "", details: str = "", **more: Any) -> UncodedLine:
    given = {"bank_account": "A", "currency": "EUR", **more}
    return UncodedLine(amount=Decimal(amount), bank_code=bank_code, details=details, **given)


@pytest.mark.parametrize(
    ("amount", "code", "purpose", "decided"),
    [
        ("-3.00", "ACMT/MDOP/CHRG", "bank_charges", True),
        ("-1000.00", "698", "bank_charges", True),
        ("-1000.01", "698", "bank_charges", False),
        ("3.00", "CHG/GVC808", "bank_charges", True),
        ("0.50", "354", "interest_income", True),
        ("-0.50", "PMNT/MCOP/INTR", "interest_expense", True),
        ("-9999.00", "CAMT/ACCB/ZABA", "transfer", True),
        ("9999.00", "275", "transfer", True),
        ("80.00", "PMNT/RCDT/RRTN", "refund_paid", False),
    ],
)
def test_the_banks_code_says_what_a_line_is(amount: str, code: str, purpose: str, decided: bool) -> None:
    coding = code_by_rule(uncoded(amount, code), RULES, ())
    assert coding is not None
    assert (coding.purpose, coding.decided) == (purpose, decided)


@pytest.mark.parametrize("code", ["PMNT/RCDT/ESCT", "165", "TRF", "", "PMNT/ACCB/ZABA"])
def test_a_customers_payment_fits_no_rule(code: str) -> None:
    assert code_by_rule(uncoded("100.00", code, "INV 1000-1 CHARGES INCLUDED"), RULES, ()) is None


def test_a_limit_in_another_currency_decides_nothing() -> None:
    coding = code_by_rule(uncoded("-3.00", "CHRG", currency="JPY"), RULES, ())
    assert coding is not None and not coding.decided


def test_the_other_side_is_an_account_of_ours() -> None:
    coding = code_by_rule(uncoded("-3.00", "PMNT/ICDT/ESCT", other_account="OURS"), RULES, {"OURS"})
    assert coding is not None
    assert (coding.purpose, coding.gl_account) == ("transfer", Account.TRANSFER_CLEARING)


def test_words_are_whole_words_of_any_case() -> None:
    rule = CodingRule(name="rent", purpose="other", gl_account="6600", direction="out", words=("rent",))
    assert rule.fits(uncoded("-1.00", details="Rent of May"))
    assert not rule.fits(uncoded("-1.00", details="current account"))
    assert not rule.fits(uncoded("1.00", details="Rent of May"))


def test_rules_that_contradict_themselves_are_refused() -> None:
    with pytest.raises(ValidationError, match="neither codes nor words"):
        CodingRule(name="all", purpose="transfer")
    with pytest.raises(ValidationError, match="gl_account is for the purpose other"):
        CodingRule(name="x", purpose="transfer", gl_account="6600", words=("xx",))
    other = CodingRule(name="rent", purpose="other", gl_account="6600", words=("rent",))
    with pytest.raises(ValidationError, match="6600 is not among other_accounts"):
        BankCodingRules(rules=(other,), authority={})
    with pytest.raises(ValidationError, match="this platform posts to it itself"):
        BankCodingRules(rules=(), authority={}, other_accounts=[{"number": "1200", "name": "receivables"}])


def line(amount: str = "-20.00", **more: Any) -> StatementLine:
    given = {"state": "to_code", **more}
    return StatementLine(
        line_id="IMP-1", import_id="IMP", entry_no=1, statement_no=0, bank_account="A", company_id="1000",
        currency="EUR", statement_date=date(2026, 3, 10), value_date=date(2026, 3, 9), amount=Decimal(amount),
        subject_id="ENT-1", bank_reference="A/B-1", bank_code="", **given,
    )  # fmt: skip


@pytest.mark.parametrize(("amount", "debit", "credit"), [("-20.00", "6310", "1000"), ("20.00", "1000", "6310")])
def test_coding_and_undoing_are_one_entry_each_way(amount: str, debit: str, credit: str) -> None:
    one = line(amount)
    posted = one.code("bank_charges", "6310", "Clara", "monthly charges")
    assert (posted.debit, posted.credit, posted.amount, posted.business_date) == (debit, credit, 20, one.value_date)
    undone = one.undo("Clara", "wrong account")
    assert (undone.debit, undone.credit, undone.amount, undone.business_date) == (credit, debit, 20, one.value_date)
    assert (one.state, one.codings) == ("to_code", 1)
    again = one.code("transfer", "1010", "Clara", "to savings")
    assert len({posted.entry_id, undone.entry_id, again.entry_id}) == 3


def test_what_cannot_be_coded_says_why() -> None:
    with pytest.raises(NotCodable, match="customers' money: payment or entry ENT-1 has it"):
        line(state="receipt").code("transfer", "1010", "Clara", "why")
    with pytest.raises(NotCodable, match="coded to 6310 already"):
        line(state="coded", gl_account="6310").code("transfer", "1010", "Clara", "why")
    with pytest.raises(NotCodable, match="nothing to undo"):
        line().undo("Clara", "why")
    with pytest.raises(NotCodable, match="only money in"):
        line().release("Clara", "why")


def test_the_only_account_of_a_company_in_a_currency_is_its_default() -> None:
    own = OwnAccounts(
        accounts=[{"company_id": "2000", "currency": "EUR", "bank_account": "DE-2", "default": True}],
        in_transit_days_max={},
    )
    known = [
        ("1000", "EUR", "A"),
        ("2000", "EUR", "DE1"),
        ("2000", "EUR", "DE2"),
        ("3000", "USD", "X"),
        ("3000", "USD", "Y"),
    ]
    assert own.defaults(known) == {("1000", "EUR"): "A", ("2000", "EUR"): "DE2"}
