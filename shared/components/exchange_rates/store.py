"""Loading the exchange rates in force, set-based."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from typing import Any, Protocol

from shared.kernel.exchange_rates import DatedExchangeRates


class Reader(Protocol):
    """Runs a named query: a unit of work, or the read session of a route."""

    async def fetch(self, query: str, *arguments: Any) -> list[Any]: ...


async def load_rates(
    reader: Reader, currencies: Collection[str], days: Collection[date], known: DatedExchangeRates | None = None
) -> DatedExchangeRates:
    """Every rate that is in force on `days` from or to one of `currencies`, with one query.

    Name both currencies of a pair: their rates with third currencies are what a cross rate is derived from. With
    `known` only the rates missing there are loaded, and added to it; nothing is asked of the database where none are
    missing. So a unit of work keeps one `DatedExchangeRates` and converts an amount at the same rate throughout.
    """
    rates = DatedExchangeRates() if known is None else known
    missing_currencies, missing_days = rates.missing(currencies, days)
    if missing_currencies:
        rows = await reader.fetch("exchange_rates_in_force", missing_currencies, missing_days)
        rates.add(
            missing_currencies,
            missing_days,
            ((row["day"], (row["from_currency"], row["to_currency"]), row["rate"]) for row in rows),
        )
    return rates
