"""Deductions: taken up, granted, charged back; the README's diagram is the table of states."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.collections.domain.deductions import (
    LIFE,
    Deduction,
    DeductionRules,
    DeductionState,
    NotPossible,
    NotThatMuch,
)
from shared.contracts.cash_app import DeductionOpened
from tests.kit.sample import COMPANY, DAY

RULES = DeductionRules(grant_authority={"collector": Decimal(250)}, charged_back_at_once=("unearned_discount",))
README = Path(__file__).parents[3] / "services" / "collections" / "README.md"


def deduction(reason: str = "freight", amount: str = "34.09") -> Deduction:
    opened = DeductionOpened(
        deduction_id="P-1/A1/D1", customer_id="C-1", company_id=COMPANY, item_id="INV-1", document_number="1000-1",
        payment_id="P-1", business_date=DAY, currency="USD", amount=amount, reason=reason, why="kept back",
    )  # fmt: skip
    return Deduction.of(opened, RULES)


def test_what_is_granted_is_asked_of_invoicing_for_the_deduction() -> None:
    case = deduction()
    case.take_up("Ruth")
    case.grant(Decimal("34.09"), Decimal("34.09"), "Ruth", date(2026, 3, 9), "freight was free", "DG-1")
    asked = case.request()
    assert (case.state, asked.document_number, asked.settles_document) == ("granted", "1000-1", "P-1/A1/D1")
    assert (asked.amount, asked.reason_code, asked.requested_by) == (Decimal("34.09"), "freight", "Ruth")


def test_the_rest_of_what_is_granted_in_part_is_charged_back() -> None:
    case = deduction()
    case.grant(Decimal("30.00"), Decimal("34.09"), "Ruth", DAY, "most of it", "DG-1")
    assert (case.state, case.request().amount) == (DeductionState.CHARGED_BACK, Decimal("30.00"))


@pytest.mark.parametrize("amount", ["34.10", "0", "1.005"])
def test_no_more_is_granted_than_is_owed(amount: str) -> None:
    with pytest.raises(NotThatMuch, match=r"34\.09 of it is owed"):
        deduction().grant(Decimal(amount), Decimal("34.09"), "Ruth", DAY, "why", "DG-1")


def test_what_a_second_person_declines_is_looked_into_again() -> None:
    case = deduction()
    case.ask(Decimal("34.09"), Decimal("34.09"), "Ruth", "freight was free")
    assert (case.state, case.asked_by) == (DeductionState.WAITING, "Ruth")
    case.not_granted("declined by Max: it was agreed")
    assert (case.state, case.asked_by, case.granted_amount) == (DeductionState.IN_REVIEW, None, 0)


def test_some_reasons_are_charged_back_at_once_and_can_be_taken_up_still() -> None:
    case = deduction("unearned_discount")
    assert (case.state, case.decision) == ("charged_back", "unearned_discount is charged back by policy")
    case.take_up("Ruth")
    assert case.state is DeductionState.IN_REVIEW


def test_what_was_granted_is_not_charged_back_behind_invoicings_back() -> None:
    case = deduction()
    case.grant(Decimal("34.09"), Decimal("34.09"), "Ruth", DAY, "why", "DG-1")
    with pytest.raises(NotPossible, match="is granted, so it can only become in_review"):
        case.charge_back("Ruth", DAY, "changed my mind")


def test_the_readme_shows_the_states() -> None:
    diagram = README.read_text().split("**A deduction's states**")[1].split("```")[1]
    shown = set(re.findall(r"^ *(\w+) --> (\w+)", diagram, re.MULTILINE))
    assert shown == {(str(one), str(other)) for one, others in LIFE.items() for other in others if one is not other}
