"""Money of one currency for items in another, at the dated rate; what the rate's change brought or cost is realised.

The books are kept per currency. A payment of 92.00 EUR for 100.00 USD leaves EUR unapplied cash for the exchange
clearing account, and USD receivables are settled from it. The item was worth 90.00 EUR on its document's date: the
2.00 EUR between is the realised difference (IAS 21, paragraph 28), taken from clearing to its own account.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Final

from services.cash_app.domain.open_items import OpenItem
from shared.kernel.money import round_half_up

RateKey = tuple[str, str, date]
"""From currency, to currency, day."""


@dataclass(frozen=True, slots=True)
class Conversion:
    """Money of another currency than the item's: what it costs of the payment, and at which rates."""

    paid: Decimal
    """In the payment's currency."""
    rate: Decimal
    """Units of the item's currency for one of the payment's, on the value date."""
    difference: Decimal
    """In the payment's currency: what more was paid than on the document's date; negative: less."""


@dataclass(slots=True)
class Rates:
    """The rates in force on the days asked for: units of the second currency for one of the first."""

    by_day: dict[RateKey, Decimal] = field(default_factory=dict)

    def know(self, rates: Mapping[RateKey, Decimal]) -> None:
        self.by_day.update(rates)

    def on(self, from_currency: str, to_currency: str, day: date) -> Decimal | None:
        """The rate, or the inverse of the opposite one; None where neither is known."""
        rate = self.by_day.get((from_currency, to_currency, day))
        if rate is None and (opposite := self.by_day.get((to_currency, from_currency, day))):
            rate = 1 / opposite
        return rate


NO_RATES: Final = Rates()


def both_ways(one: str, other: str, days: Iterable[date]) -> set[RateKey]:
    """What has to be known to exchange either currency for the other on these days."""
    return {key for day in days for key in ((one, other, day), (other, one, day))}


def convert(
    money: Decimal, currency: str, item: OpenItem, paid_on: date, rates: Rates
) -> tuple[Decimal, Conversion] | None:
    """What `money` settles of the item, in the item's currency, and what that costs; None without a rate."""
    rate = rates.on(currency, item.currency, paid_on)
    if rate is None:
        return None
    price = round_half_up(item.open_amount / rate, currency)
    if money >= price > 0:
        settled, paid = item.open_amount, price
    else:
        settled = min(item.open_amount, (money * rate).quantize(round_half_up(Decimal(0), item.currency), ROUND_DOWN))
        paid = money
    if not settled:
        return None
    before = rates.on(currency, item.currency, item.document_date) or rate
    return settled, Conversion(paid, rate, paid - round_half_up(settled / before, currency))
