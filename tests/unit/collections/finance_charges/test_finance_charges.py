"""Finance charges: simple interest by the day count of the policy, once for each day an item was late."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.collections.finance_charges.domain import FinanceCharges, LateItem, assess, interest, month_ended
from tests.kit.events.sample import COMPANY

MARCH = date(2026, 3, 31)


def policy(**changes: Any) -> FinanceCharges:
    given: dict[str, Any] = {
        "annual_rates": {"USD": "12"}, "late_fees": {}, "day_count": 365, "grace_days": 5, "minimum_balance": {},
        "minimum_charge": {}, "kinds": ["invoice"], "disputed": False, "due_days": 30, "excluded_customers": [],
        "only_customers": None,
    }  # fmt: skip
    return FinanceCharges(**{**given, **changes})


def late(number: str = "1", amount: str = "1000.00", due: date = date(2026, 3, 1), **changes: Any) -> LateItem:
    given: dict[str, Any] = {"customer_id": "C-1", "company_id": COMPANY, "currency": "USD", "charged_until": None}
    known = {"item_id": f"INV-{number}", "document_number": number, "open_amount": Decimal(amount), "due_date": due}
    return LateItem(**{**given, **known, **changes})


def charged(*items: LateItem, through: date = MARCH, **changes: Any) -> list[tuple[str, str, str]]:
    charges = assess(items, policy(**changes), through, on=through + timedelta(days=1), policy_version=1)
    return [(charge.customer_id, charge.kind, str(charge.amount)) for charge in charges]


def test_statutory_interest_as_the_british_government_explains_it() -> None:
    """gov.uk, "Late commercial payments: charging interest": 1,000 at 8.5 % is 85 a year, 23 pence a day."""
    assert interest(Decimal("1000.00"), Decimal("8.5"), 365, 365, "GBP") == 85
    assert interest(Decimal("1000.00"), Decimal("8.5"), 1, 365, "GBP") == Decimal("0.23")


def test_the_day_count_is_of_365_or_360_days() -> None:
    assert charged(late()) == [("C-1", "interest", "9.86")]
    assert charged(late(), day_count=360) == [("C-1", "interest", "10.00")]
    assert charged(late("1", "150000", currency="JPY"), annual_rates={"JPY": "12"}) == [("C-1", "interest", "1479")]


def test_one_charge_for_all_late_items_with_what_each_was_charged() -> None:
    other = late("2", "500.00", date(2026, 3, 16))
    (charge,) = assess([other, late()], policy(), MARCH, on=date(2026, 4, 1), policy_version=7)
    assert [(i.document_number, i.days, str(i.amount)) for i in charge.items] == [("1", 30, "9.86"), ("2", 15, "2.47")]
    assert (str(charge.amount), charge.due_date, charge.policy_version) == ("12.33", date(2026, 5, 1), 7)
    assert charge.reason == "Interest of 12 % a year to 2026-03-31 on 2 overdue items."
    assert charge.charge_id == f"FC/C-1/{COMPANY}/USD/2026-03"


def test_days_charged_before_are_not_charged_again() -> None:
    assert charged(late(charged_until=date(2026, 3, 21))) == [("C-1", "interest", "3.29")]
    assert charged(late(charged_until=MARCH)) == []


def test_minimums_exceptions_and_fees() -> None:
    assert charged(late(), minimum_charge={"USD": "9.87"}) == []
    assert charged(late(), minimum_balance={"USD": "1000.01"}) == []
    assert charged(late(), excluded_customers=["C-1"]) == []
    assert charged(late(), only_customers=["C-2"]) == []
    assert charged(late(currency="EUR")) == []
    assert charged(late(), annual_rates={}, late_fees={"USD": "15.00"}) == [("C-1", "fee", "15.00")]
    with pytest.raises(ValidationError, match="USD has a rate and a late fee: leave one of them out"):
        policy(late_fees={"USD": "15.00"})


@pytest.mark.parametrize(
    ("day", "before", "through"),
    [
        (date(2026, 4, 1), MARCH, MARCH),
        (date(2026, 4, 2), date(2026, 4, 1), None),
        (date(2026, 4, 3), date(2026, 2, 27), MARCH),
        (date(2026, 4, 1), None, None),
    ],
)
def test_a_month_is_charged_on_the_first_business_day_after_it(
    day: date, before: date | None, through: date | None
) -> None:
    assert month_ended(day, before) == through


@given(st.lists(st.integers(1, 120), max_size=8), st.integers(1, 10_000_000))
def test_however_often_it_is_charged_each_day_is_charged_once(steps: list[int], cents: int) -> None:
    due, through, until, days = date(2026, 1, 1), date(2026, 1, 1), None, 0
    for step in steps:
        through += timedelta(days=step)
        item = late("1", str(Decimal(cents).scaleb(-2)), due, charged_until=until)
        for charge in assess([item], policy(), through, on=through, policy_version=1):
            days += charge.items[0].days
            until = through
    assert days == ((until or due) - due).days
