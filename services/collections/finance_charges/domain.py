"""Finance charges: interest or a late fee on a month's overdue items, by policy."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.collections.receivables.domain.identifiers import identifier
from shared.contracts.cash_app import ItemKind
from shared.contracts.collections import ChargedItem, FinanceChargeAssessed
from shared.contracts.event import Currency, Identifier, NonNegativeAmount, Percent, PositiveAmount
from shared.kernel.money import round_half_up

ITEMS_MAX = 2000
"""A charge with more items would not fit into a message; the younger items are charged next month."""


class FinanceCharges(BaseModel):
    """The policy document `finance_charges`. A currency with neither rate nor fee is not charged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    annual_rates: dict[Currency, Percent]
    """Simple interest a year, in per cent."""
    late_fees: dict[Currency, PositiveAmount]
    """Instead of interest: a fixed amount for each month in which something is past due."""
    day_count: Literal[360, 365]
    """Days of a year: actual/365 fixed or actual/360."""
    grace_days: Annotated[int, Field(ge=0, le=365)]
    """An item is charged once it is more than this many days past due, then from its due date on."""
    minimum_balance: dict[Currency, NonNegativeAmount]
    """A customer with a smaller overdue balance is not charged."""
    minimum_charge: dict[Currency, NonNegativeAmount]
    """A smaller charge is not posted: its days are charged with a later month."""
    kinds: Annotated[tuple[ItemKind, ...], Field(min_length=1, max_length=8)]
    """The kinds of items that are charged. Without `interest` and `fee` there is no interest on interest."""
    disputed: bool
    """Whether disputed items are charged as well."""
    due_days: Annotated[int, Field(ge=0, le=365)]
    """Days from the charge to its due date."""
    excluded_customers: Annotated[tuple[Identifier, ...], Field(max_length=10_000)]
    only_customers: Annotated[tuple[Identifier, ...], Field(max_length=10_000)] | None
    """If given, only these customers are charged; null: all customers."""

    @model_validator(mode="after")
    def _one_of_both(self) -> Self:
        both = sorted(self.annual_rates.keys() & self.late_fees.keys())
        if both:
            raise ValueError(f"{both[0]} has a rate and a late fee: leave one of them out")
        return self

    @property
    def currencies(self) -> list[str]:
        """The currencies that have a rate or a fee."""
        return sorted({*self.annual_rates, *self.late_fees})

    def charges(self, customer_id: str) -> bool:
        if self.only_customers is not None and customer_id not in self.only_customers:
            return False
        return customer_id not in self.excluded_customers


@dataclass(frozen=True, slots=True)
class LateItem:
    """An item past due at the end of the days to charge; `open_amount` in `currency`."""

    customer_id: str
    company_id: str
    item_id: str
    document_number: str
    currency: str
    open_amount: Decimal
    due_date: date
    charged_until: date | None

    def days(self, through: date) -> int:
        """Days past due that were not charged before."""
        return (through - max(self.due_date, self.charged_until or self.due_date)).days


def month_ended(day: date, day_before: date | None) -> date | None:
    """The last day of the month that ended since the business day before; None within a month, or on the first day."""
    first = day.replace(day=1)
    return first - timedelta(days=1) if day_before is not None and day_before < first else None


def interest(amount: Decimal, annual_percent: Decimal, days: int, day_count: int, currency: str) -> Decimal:
    """Simple interest for some days, half-up at the currency's exponent.

    I = P * r * t, t = days / day_count: "Actual/365 (Fixed)" and "Actual/360" of the 2006 ISDA Definitions, 4.16(d)
    and (e).
    """
    return round_half_up(amount * annual_percent * days / (100 * day_count), currency)


def assess(
    items: Iterable[LateItem], policy: FinanceCharges, through: date, *, on: date, policy_version: int
) -> list[FinanceChargeAssessed]:
    """The charges for the days up to `through`: one per customer, company and currency, in a stable order."""
    owed: defaultdict[tuple[str, str, str], list[LateItem]] = defaultdict(list)
    for item in items:
        if item.currency in policy.currencies and policy.charges(item.customer_id) and item.days(through) > 0:
            owed[item.customer_id, item.company_id, item.currency].append(item)
    charges = []
    for (customer_id, company_id, currency), late in sorted(owed.items()):
        if sum(item.open_amount for item in late) < policy.minimum_balance.get(currency, Decimal(0)):
            continue
        charged = [_charged(item, policy, through) for item in sorted(late, key=lambda i: (i.due_date, i.item_id))]
        fee = policy.late_fees.get(currency)
        listed = tuple(item for item in charged if fee or item.amount)[:ITEMS_MAX]
        amount = round_half_up(fee or sum((item.amount for item in listed), Decimal(0)), currency)
        if not amount or amount < policy.minimum_charge.get(currency, Decimal(0)):
            continue
        rate = policy.annual_rates.get(currency, Decimal(0))
        what = "Late fee" if fee else f"Interest of {rate.normalize():f} % a year"
        charges.append(
            FinanceChargeAssessed(
                charge_id=identifier("FC", customer_id, company_id, currency, f"{through:%Y-%m}"),
                customer_id=customer_id,
                company_id=company_id,
                kind="fee" if fee else "interest",
                assessed_on=on,
                through=through,
                due_date=on + timedelta(days=policy.due_days),
                currency=currency,
                amount=amount,
                reason=f"{what} to {through} on {len(listed)} overdue {'item' if len(listed) == 1 else 'items'}.",
                items=listed,
                policy_version=policy_version,
            )
        )
    return charges


def _charged(item: LateItem, policy: FinanceCharges, through: date) -> ChargedItem:
    days, rate = item.days(through), policy.annual_rates.get(item.currency, Decimal(0))
    return ChargedItem(
        item_id=item.item_id,
        document_number=item.document_number,
        open_amount=item.open_amount,
        days=days,
        amount=interest(item.open_amount, rate, days, policy.day_count, item.currency),
    )
