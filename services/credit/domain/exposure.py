"""What an account's exposure is made of beside its own open items and orders, valued on a day."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from services.credit.domain.credit_rules import ExposureRules
from services.credit.domain.exchange import NO_RATES, Rates
from services.credit.domain.standing import NOTHING, Standing
from shared.kernel.money import round_half_up


@dataclass(frozen=True, slots=True)
class Valuation:
    """The day, the rules and the exchange rates by which exposure is valued."""

    day: date
    rules: ExposureRules
    rates: Rates = NO_RATES


AS_SHIPPED = Valuation(date.min, ExposureRules())


@dataclass(frozen=True, slots=True)
class ExposurePart:
    """One part in its own currency; what lowers exposure is negative."""

    name: str
    currency: str
    amount: Decimal
    counted: Decimal | None
    """In the account's currency; None: there is no exchange rate."""
    over: str | None = None
    """The third currency it is converted over, where the two have no rate of their own."""


def parts_beside(standing: Standing, currency: str, valuation: Valuation) -> list[ExposurePart]:
    """Everything but the items and orders in the account's own `currency`."""
    rates = valuation.rates
    return [
        ExposurePart(name, held_in, amount, rates.converted(amount, held_in, currency), rates.way(held_in, currency))
        for name, held_in, amount in _amounts(standing, currency, valuation)
        if amount
    ]


def valued_beside(standing: Standing, currency: str, valuation: Valuation) -> tuple[Decimal, tuple[str, ...]]:
    """The sum of those parts, and the currencies of what is owed in them without an exchange rate."""
    if not standing.has_more_than(currency):
        return NOTHING, ()
    parts = parts_beside(standing, currency, valuation)
    total = sum((part.counted for part in parts if part.counted is not None), NOTHING)
    return total, tuple(sorted({part.currency for part in parts if part.counted is None and part.amount > 0}))


def _amounts(standing: Standing, currency: str, valuation: Valuation) -> Iterator[tuple[str, str, Decimal]]:
    rules, day = valuation.rules, valuation.day
    for held_in, amount in sorted(standing.owed_by_currency().items()):
        if held_in != currency:
            yield "open_items", held_in, amount
    for held_in, amount in sorted(standing.ordered_by_currency(rules.order_tax_counts).items()):
        if held_in != currency:
            yield "open_orders", held_in, amount
    for money in standing.uncleared():
        days = rules.clearing_days.get(money.method, 0)  # type: ignore[call-overload]
        if money.paid_on + timedelta(days=days) > day:
            yield "uncleared", money.currency, money.amount
    if rules.on_account_counts:
        for held_in, amount in sorted(standing.on_account().items()):
            yield "on_account", held_in, -amount
    for security in standing.securities():
        if security.in_force(day):
            percent = rules.collateral_percent.get(security.kind, Decimal(0))  # type: ignore[call-overload]
            yield "collateral", security.currency, -round_half_up(security.amount * percent / 100, security.currency)
