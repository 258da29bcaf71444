"""What euro and sterling are worth in dollars, published on the first business day of a week."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from shared.contracts.erp import ExchangeRateSet
from simulator.calendar import BusinessDay
from simulator.dice import Dice

_IN_DOLLARS: Final = {"EUR": Decimal("1.1000"), "GBP": Decimal("1.2700")}
"""Between the two there is no rate: what needs one goes over the dollar."""
_SWING: Final = 300
"""The most a rate goes up or down, in ten-thousandths."""


def rates_of(day: BusinessDay, dice: Dice, *, first: bool) -> list[ExchangeRateSet]:
    """The week's rates; also on the `first` day of all, whatever day of the week it is."""
    if not first and day.previous.isocalendar().week == day.today.isocalendar().week:
        return []
    return [
        ExchangeRateSet(
            from_currency=currency,
            to_currency="USD",
            rate=usual + Decimal(dice.on("exchange rate", currency, day.today).randint(-_SWING, _SWING)) / 10_000,
            valid_from=day.today,
        )
        for currency, usual in _IN_DOLLARS.items()
    ]
