"""Exposure as of a day, collateral, groups and rates, as people see and say them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, Field

from services.credit.domain.credit_rules import CollateralKind, ExposureRules
from services.credit.domain.exchange import Rates
from services.credit.views import ExposurePartView, WhyText
from shared.contracts.event import BusinessDate, Currency, Identifier, NonNegativeAmount, PositiveAmount, Text
from shared.kernel.money import round_half_up


class EnterCollateral(BaseModel):
    """A guarantee, an insurance or a deposit that secures what the customer owes."""

    kind: CollateralKind
    currency: Currency
    amount: PositiveAmount
    valid_from: BusinessDate | None = None
    """Left out: today."""
    expires_on: BusinessDate | None = None
    """Its last day; left out: it does not expire."""
    reference: Text = ""
    """Of the bank, the insurer or the receipt."""
    reason: WhyText


class Withdraw(BaseModel):
    """Why it secures the account no longer."""

    reason: WhyText


class CollateralView(BaseModel):
    collateral_id: str
    kind: CollateralKind
    currency: str
    amount: Decimal
    valid_from: date
    expires_on: date | None
    reference: str
    entered_by: str
    withdrawn_on: date | None

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls.model_validate({**row, "amount": round_half_up(row["amount"], row["currency"])})


class SetGroup(BaseModel):
    """A group's members and the limit above their own; null: the group is only a scope of rules."""

    name: Annotated[str, Field(min_length=1, max_length=200)]
    currency: Currency
    pooled_limit: NonNegativeAmount | None = None
    members: Annotated[list[Identifier], Field(max_length=1000)]
    """All of them, the parent too where it buys itself; whoever is left out leaves the group."""
    reason: WhyText


class GroupView(BaseModel):
    """A group; amounts in its own currency."""

    group_id: str
    name: str
    currency: str
    pooled_limit: Decimal | None
    members: list[str]
    exposure: Decimal | None
    """Of all members together; null in lists, or where a member's currency has no exchange rate."""

    @classmethod
    def of(cls, row: Any, exposure: Decimal | None) -> Self:
        limit = row["pooled_limit"]
        rounded = None if limit is None else round_half_up(limit, row["currency"])
        return cls.model_validate({**row, "pooled_limit": rounded, "exposure": exposure})


class GroupChanged(GroupView):
    """The group after the change, and the held orders that went on because of it."""

    released_orders: list[str]


class RateView(BaseModel):
    """1 `from_currency` = `rate` `to_currency`, from that day on."""

    from_currency: str
    to_currency: str
    valid_from: date
    version: int
    rate: Decimal


class ExposureAsOf(BaseModel):
    """Exposure by part as of the end of a day. What lowers it is negative; orders with their tax."""

    customer_id: str
    as_of: date
    currency: str
    parts: list[ExposurePartView]
    total: Decimal
    """In `currency`, of what could be valued."""

    @classmethod
    def of(
        cls,
        customer_id: str,
        currency: str,
        day: date,
        rows: Sequence[Any],
        taxes: Mapping[str, Decimal],
        rules: ExposureRules,
        rates: Rates,
    ) -> Self:
        amounts: dict[tuple[str, str], Decimal] = {}
        for row in rows:
            key = row["part"], row["currency"]
            amounts[key] = amounts.get(key, Decimal(0)) + _counted(row, day, rules)
        if not rules.order_tax_counts:
            for held_in, tax in taxes.items():
                amounts["order_tax", held_in] = -tax
        parts = []
        for (name, held_in), exactly in sorted(amounts.items()):
            amount = round_half_up(exactly, held_in)
            if amount:
                counted = rates.converted(amount, held_in, currency)
                parts.append(ExposurePartView(name=name, currency=held_in, amount=amount, counted=counted))
        total = sum((part.counted for part in parts if part.counted is not None), Decimal(0))
        return cls(
            customer_id=customer_id,
            as_of=day,
            currency=currency,
            parts=parts,
            total=round_half_up(total, currency),
        )


def _counted(row: Any, day: date, rules: ExposureRules) -> Decimal:
    """What of a part counts by the rules of the day."""
    amount: Decimal = row["amount"]
    match row["part"]:
        case "uncleared":
            clears_on = row["paid_on"] + timedelta(days=rules.clearing_days.get(row["detail"], 0))
            return amount if clears_on > day else Decimal(0)
        case "collateral":
            return amount * rules.collateral_percent.get(row["detail"], Decimal(0)) / 100
        case "on_account":
            return amount if rules.on_account_counts else Decimal(0)
    return amount
