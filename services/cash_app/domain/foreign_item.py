"""An item in another currency than the payment that names it: what its money and discount come to at the dated rate."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal

from services.cash_app.domain import discount
from services.cash_app.domain.exchange import Conversion, Rates
from services.cash_app.domain.open_items import OpenItem
from shared.kernel.money import round_half_up


@dataclass(frozen=True, slots=True)
class Exchanged:
    """What a payer's words in the payment's currency come to in the item's."""

    currency: str
    """The payment's."""
    money: Decimal
    """In the payment's currency."""
    cash: Decimal
    claimed: Decimal
    """Cash and discount claimed, in the item's currency."""
    rate: Decimal
    """Units of the item's currency for one of the payment's, on the value date."""
    before: Decimal
    """The same on the item's date; that of the value date where none is known."""

    def costing(self, cash: Decimal) -> Conversion:
        """What `cash` on the item costs of the payment, and the realised difference (IAS 21, paragraph 28)."""
        price = round_half_up(cash / self.rate, self.currency)
        paid = self.money if cash == self.cash else min(price, self.money)
        return Conversion(paid, self.rate, paid - round_half_up(cash / self.before, self.currency))


def exchange(
    item: OpenItem, money: Decimal, claimed: Decimal, currency: str, value_date: date, day: date, rates: Rates
) -> Exchanged | None:
    """`money` and the discount `claimed` of a payment for the item; `day` counts for discounts. None without a rate.

    Money that is the price of the whole item, or of the item less its discount, to the smallest unit, closes it.
    """
    rate = rates.on(currency, item.currency, value_date)
    if rate is None:
        return None
    cash = (money * rate).quantize(round_half_up(Decimal(0), item.currency), ROUND_DOWN)
    for closing in (item.open_amount, discount.net_amount(item, day)):
        if money == round_half_up(closing / rate, currency):
            cash = closing
    if not cash:
        return None
    before = rates.on(currency, item.currency, item.document_date) or rate
    return Exchanged(currency, money, cash, round_half_up(claimed * rate, item.currency), rate, before)
