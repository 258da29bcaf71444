"""Deductions: reviewed, granted, charged back; the documented diagram is the table of states."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from services.collections.deductions.domain import (
    TRANSITIONS,
    Deduction,
    DeductionRules,
    DeductionState,
    GrantNotPossible,
    InvalidDeductionStep,
)
from shared.contracts.cash_app import DeductionOpened
from shared.contracts.collections import CreditMemoRequested
from tests.kit.events.sample import COMPANY, DAY

RULES = DeductionRules(grant_authority={"collector": Decimal(250)}, charged_back_at_once=("unearned_discount",))
REFERENCE = Path(__file__).parents[4] / "docs" / "reference" / "collections.md"


def deduction(reason: str = "freight", amount: str = "34.09") -> Deduction:
    opened = DeductionOpened(
        deduction_id="P-1/A1/D1", customer_id="C-1", company_id=COMPANY, item_id="INV-1", document_number="1000-1",
        payment_id="P-1", business_date=DAY, currency="USD", amount=amount, reason=reason, why="deducted",
    )  # fmt: skip
    return Deduction.opened(opened, RULES)


def granted(case: Deduction, amount: str, on: date = DAY, reason: str = "why") -> CreditMemoRequested:
    """Ruth grants `amount` of the 34.09 that is owed."""
    return case.grant(Decimal(amount), Decimal("34.09"), by="Ruth", on=on, reason=reason, request_id="DG-1")


def test_a_grant_requests_a_credit_memo_for_the_deduction() -> None:
    case = deduction()
    case.start_review("Ruth")
    asked = granted(case, "34.09", on=date(2026, 3, 9), reason="freight was free")
    assert (case.state, asked.document_number, asked.settles_document) == ("granted", "1000-1", "P-1/A1/D1")
    assert (asked.amount, asked.reason_code, asked.requested_by) == (Decimal("34.09"), "freight", "Ruth")


def test_the_rest_of_what_is_granted_in_part_is_charged_back() -> None:
    case = deduction()
    requested = granted(case, "30.00")
    assert (case.state, requested.amount) == (DeductionState.CHARGED_BACK, Decimal("30.00"))


@pytest.mark.parametrize("amount", ["34.10", "0", "1.005"])
def test_no_more_is_granted_than_is_owed(amount: str) -> None:
    with pytest.raises(GrantNotPossible, match=r"34\.09 USD of it is owed"):
        granted(deduction(), amount)


def test_a_declined_grant_is_reviewed_again() -> None:
    case = deduction()
    case.request_grant(Decimal("34.09"), Decimal("34.09"), "Ruth", "freight was free")
    assert (case.state, case.requested_by) == (DeductionState.WAITING, "Ruth")
    case.reopen("declined by Max: it was agreed")
    assert (case.state, case.requested_by, case.granted_amount) == (DeductionState.IN_REVIEW, None, 0)


def test_some_reasons_are_charged_back_at_once_and_can_still_be_reviewed() -> None:
    case = deduction("unearned_discount")
    assert (case.state, case.decision) == ("charged_back", "unearned_discount is charged back by policy")
    case.start_review("Ruth")
    assert case.state is DeductionState.IN_REVIEW


def test_a_granted_deduction_cannot_be_charged_back() -> None:
    case = deduction()
    granted(case, "34.09")
    with pytest.raises(InvalidDeductionStep, match="is granted, so it can only become in_review"):
        case.charge_back("Ruth", DAY, "changed my mind")


def test_the_documentation_shows_the_states() -> None:
    diagram = REFERENCE.read_text().split("## Deductions")[1].split("```")[1]
    shown = set(re.findall(r"^ *(\w+) --> (\w+)", diagram, re.MULTILINE))
    assert shown == {
        (str(one), str(other)) for one, others in TRANSITIONS.items() for other in others if one is not other
    }
