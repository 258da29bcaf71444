"""Sales tax and VAT: dated rates by the jurisdiction goods are shipped to."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.invoicing.master_data.domain import Customer, Item
from shared.contracts.event import BusinessDate, Identifier, Percent

NO_TAX = Decimal(0)


class Rate(BaseModel):
    """A rate in per cent of the net amount, from a day on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    valid_from: BusinessDate
    percent: Percent


class Jurisdiction(BaseModel):
    """Where a tax is raised, and at which rates since when."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: Annotated[str, Field(min_length=1, max_length=100)]
    rates: Annotated[tuple[Rate, ...], Field(min_length=1, max_length=200)]

    @model_validator(mode="after")
    def _one_rate_a_day(self) -> Self:
        days = [rate.valid_from for rate in self.rates]
        if days != sorted(set(days)):
            raise ValueError(f"the rates of {self.name} must be in the order of valid_from, one per day")
        return self


class TaxRates(BaseModel):
    """The policy `tax_rates`: every jurisdiction that can be shipped to."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    jurisdictions: Annotated[dict[Identifier, Jurisdiction], Field(min_length=1, max_length=20_000)]

    def rate_on(self, jurisdiction: str, day: date) -> Decimal | None:
        """Per cent of net in force on `day`; None where the jurisdiction is unknown or had no rate yet."""
        known = self.jurisdictions.get(jurisdiction)
        if known is None:
            return None
        in_force = [rate.percent for rate in known.rates if rate.valid_from <= day]
        return in_force[-1] if in_force else None


def tax_percent(customer: Customer, item: Item, jurisdiction_percent: Decimal) -> Decimal:
    """The rate a line is taxed at: none for exempt customers and for items that are not taxable."""
    if customer.tax_exempt or not item.taxable:
        return NO_TAX
    return jurisdiction_percent
