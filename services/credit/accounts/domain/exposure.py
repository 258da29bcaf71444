"""What an account's exposure is made of in addition to its own open items and orders, valued on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from services.credit.accounts.domain.account_profile import NOTHING, AccountProfile
from services.credit.accounts.domain.account_rules import ExposureRules
from shared.kernel.exchange_rates import NO_RATES, ExchangeRates
from shared.kernel.money import round_half_up

PartName = Literal["open_items", "open_orders", "uncleared", "on_account", "collateral"]


@dataclass(frozen=True, slots=True)
class Valuation:
    """The day, the rules and the exchange rates by which exposure is valued."""

    day: date
    rules: ExposureRules
    rates: ExchangeRates = NO_RATES


DEFAULT_VALUATION: Final = Valuation(date.min, ExposureRules())


@dataclass(frozen=True, slots=True)
class ExposurePart:
    """One part in its own currency. An amount that lowers exposure is negative."""

    name: PartName
    currency: str
    amount: Decimal
    counted: Decimal | None
    """In the account's currency; None: there is no exchange rate."""
    via_currency: str | None = None
    """The third currency used for the conversion, if the two currencies have no rate of their own."""


@dataclass(frozen=True, slots=True)
class ExposureMovement:
    """A dated change of one part of a customer's exposure, in `currency`."""

    customer_id: str
    on: date
    part: PartName
    currency: str
    change: Decimal
    cause_id: str
    """The item, order, payment or collateral behind it."""
    detail: str = ""
    """The payment method of uncleared money, or the kind of collateral."""


def other_exposure_parts(profile: AccountProfile, currency: str, valuation: Valuation) -> list[ExposurePart]:
    """Every part except the items and orders in the account's own `currency`."""
    rates = valuation.rates
    return [
        ExposurePart(
            name, held_in, amount, rates.convert(amount, held_in, currency), rates.crossed_over(held_in, currency)
        )
        for name, held_in, amount in _amounts(profile, currency, valuation)
        if amount
    ]


def other_exposure(profile: AccountProfile, currency: str, valuation: Valuation) -> tuple[Decimal, tuple[str, ...]]:
    """The sum of those parts, and the currencies of amounts owed that have no exchange rate."""
    if not profile.has_other_exposure(currency):
        return NOTHING, ()
    parts = other_exposure_parts(profile, currency, valuation)
    total = sum((part.counted for part in parts if part.counted is not None), NOTHING)
    return total, tuple(sorted({part.currency for part in parts if part.counted is None and part.amount > 0}))


def _amounts(profile: AccountProfile, currency: str, valuation: Valuation) -> Iterator[tuple[PartName, str, Decimal]]:
    rules, day = valuation.rules, valuation.day
    for held_in, amount in sorted(profile.due_by_currency().items()):
        if held_in != currency:
            yield "open_items", held_in, amount
    for held_in, amount in sorted(profile.foreign_orders_by_currency(rules.order_tax_counts).items()):
        if held_in != currency:
            yield "open_orders", held_in, amount
    for money in profile.uncleared():
        days = rules.clearing_days.get(money.method, 0)  # type: ignore[call-overload]
        if money.paid_on + timedelta(days=days) > day:
            yield "uncleared", money.currency, money.amount
    if rules.on_account_counts:
        for held_in, amount in sorted(profile.on_account().items()):
            yield "on_account", held_in, -amount
    for collateral in profile.collateral():
        if collateral.in_force(day):
            percent = rules.collateral_percent.get(collateral.kind, Decimal(0))  # type: ignore[call-overload]
            lowers = round_half_up(collateral.amount * percent / 100, collateral.currency)
            yield "collateral", collateral.currency, -lowers
