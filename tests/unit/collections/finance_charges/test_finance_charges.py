"""Finance charges: simple interest by the day count of the policy, once for each day an item was late."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from services.collections.finance_charges.domain.charges import assess, month_ended
from services.collections.finance_charges.domain.interest import DayCount, Period, Terms, interest
from services.collections.finance_charges.domain.policy import FinanceCharges
from services.collections.receivables.domain.open_items import OpenItem
from tests.kit.events.sample import COMPANY
from tests.unit.collections.stories import open_item

MARCH = date(2026, 3, 31)


def policy(**changes: Any) -> FinanceCharges:
    given: dict[str, Any] = {
        "annual_rates": {"USD": "12"}, "late_fees": {}, "day_count": "actual/365", "grace_days": 5,
        "minimum_balance": {}, "minimum_charge": {}, "kinds": ["invoice"], "disputed": False, "due_days": 30,
        "excluded_customers": [],
        "only_customers": None,
    }  # fmt: skip
    return FinanceCharges(**{**given, **changes})


def late(number: str = "1", amount: str = "1000.00", due: date = date(2026, 3, 1), **changes: Any) -> OpenItem:
    known = {"document_number": number, "open_amount": Decimal(amount), "due_date": due}
    return open_item(f"INV-{number}", **{**known, **changes})


def paid(item: OpenItem, *payments: tuple[date, str]) -> OpenItem:
    for value_date, amount in payments:
        item.open_amount -= Decimal(amount)
        item.changes[value_date] = item.changes.get(value_date, Decimal(0)) - Decimal(amount)
    return item


def charged(*items: OpenItem, through: date = MARCH, **changes: Any) -> list[tuple[str, str, str]]:
    found = assess(items, policy(**changes), through, on=through + timedelta(days=1), policy_version=1)
    charges = [assessment.charge for assessment in found if assessment.charge is not None]
    return [(charge.customer_id, charge.kind, str(charge.amount)) for charge in charges]


def simple(amount: str, percent: str, days: int, day_count: DayCount, currency: str) -> Decimal:
    start = date(2026, 1, 1)
    period = Period(Decimal(amount), start, start + timedelta(days=days))
    return interest([period], Terms(Decimal(percent), day_count, 0), currency)


def test_statutory_interest_as_the_british_government_explains_it() -> None:
    """gov.uk, "Late commercial payments: charging interest": 1,000 at 8.5 % is 85 a year, 23 pence a day."""
    assert simple("1000.00", "8.5", 365, "actual/365", "GBP") == 85
    assert simple("1000.00", "8.5", 1, "actual/365", "GBP") == Decimal("0.23")


def test_the_day_count_is_of_the_policy() -> None:
    assert charged(late()) == [("C-1", "interest", "9.86")]
    assert charged(late(), day_count="actual/360") == [("C-1", "interest", "10.00")]
    assert charged(late(), day_count="30/360") == [("C-1", "interest", "9.67")]
    assert charged(late("1", "150000", currency="JPY"), annual_rates={"JPY": "12"}) == [("C-1", "interest", "1479")]


def test_one_charge_for_all_late_items_with_what_each_was_charged() -> None:
    other = late("2", "500.00", date(2026, 3, 16))
    (assessed,) = assess([other, late()], policy(), MARCH, on=date(2026, 4, 1), policy_version=7)
    charge = assessed.charge
    assert charge is not None
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


def test_interest_runs_on_what_was_open_on_each_day() -> None:
    item = paid(late(due=date(2026, 2, 28)), (date(2026, 3, 16), "600.00"))
    (assessed,) = assess([item], policy(), MARCH, on=date(2026, 4, 1), policy_version=1)
    assert assessed.charge is not None
    (line,) = assessed.charge.items
    assert (line.open_amount, line.days, str(line.amount)) == (Decimal("1000.00"), 31, "7.23")
    assert [(period.open_amount, period.days) for period in line.periods] == [(1000, 16), (400, 15)]


def test_two_payments_of_a_month_and_one_after_it() -> None:
    item = paid(late(), (date(2026, 3, 11), "500.00"), (date(2026, 3, 21), "300.00"), (date(2026, 4, 1), "200.00"))
    # 10 days on 1,000, 10 on 500, 10 on 200: 17,000 dollar-days at 12 % / 365
    assert charged(item) == [("C-1", "interest", "5.59")]


def test_grace_counts_to_the_day_of_payment_and_then_interest_runs_from_the_due_date() -> None:
    assert charged(paid(late(), (date(2026, 3, 6), "1000.00"))) == []
    assert charged(paid(late(), (date(2026, 3, 7), "1000.00"))) == [("C-1", "interest", "1.97")]
    assert charged(late(due=date(2026, 3, 26))) == []
    assert charged(late(due=date(2026, 3, 25))) == [("C-1", "interest", "1.97")]


def test_an_item_paid_before_it_was_due_is_not_charged() -> None:
    assert charged(paid(late(), (date(2026, 2, 27), "1000.00"))) == []
    assert charged(paid(late(), (date(2026, 3, 1), "1000.00"))) == []


def test_a_bounced_payment_stops_no_interest() -> None:
    item = paid(late(), (date(2026, 3, 11), "1000.00"), (date(2026, 3, 11), "-1000.00"))
    assert charged(item) == [("C-1", "interest", "9.86")]


def test_too_little_to_charge_is_carried() -> None:
    (assessed,) = assess([late()], policy(minimum_charge={"USD": "9.87"}), MARCH, on=MARCH, policy_version=1)
    assert assessed.charge is None and [one.item.item_id for one in assessed.late] == ["INV-1"]


@given(st.lists(st.integers(1, 120), max_size=8), st.integers(1, 10_000_000))
def test_however_often_it_is_charged_each_day_is_charged_once(steps: list[int], cents: int) -> None:
    due, through, until, days = date(2026, 1, 1), date(2026, 1, 1), None, 0
    for step in steps:
        through += timedelta(days=step)
        item = late("1", str(Decimal(cents).scaleb(-2)), due, charged_until=until)
        for assessment in assess([item], policy(), through, on=through, policy_version=1):
            if assessment.charge is not None:
                days += assessment.charge.items[0].days
                until = through
    assert days == ((until or due) - due).days
