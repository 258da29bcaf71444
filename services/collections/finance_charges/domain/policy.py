"""The policy of finance charges: rate or fee, day count, grace, minimums, and who is charged."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.collections.finance_charges.domain.interest import DayCount
from shared.contracts.cash_app import ItemKind
from shared.contracts.event import Currency, Identifier, NonNegativeAmount, Percent, PositiveAmount


class FinanceCharges(BaseModel):
    """The policy document `finance_charges`. A currency with neither rate nor fee is not charged."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    annual_rates: dict[Currency, Percent]
    """Simple interest a year, in per cent."""
    late_fees: dict[Currency, PositiveAmount]
    """Instead of interest: a fixed amount for each month in which something is past due."""
    day_count: DayCount
    """Days and days of a year: actual/365 (fixed), actual/360, or 30/360 (30E/360)."""
    grace_days: Annotated[int, Field(ge=0, le=365)]
    """An item is charged once it was open for more than this many days past due, then from its due date on."""
    minimum_balance: dict[Currency, NonNegativeAmount]
    """A customer is not charged whose late items, each at its highest in the days charged, are less in sum."""
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
