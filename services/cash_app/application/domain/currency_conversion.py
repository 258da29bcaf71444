"""A payment in one currency for an item in another, at the dated rate; the change of the rate is realised.

The books are kept per currency. A payment of 92.00 EUR for 100.00 USD moves EUR from unapplied cash to the exchange
clearing account, and USD receivables are settled from there. If the item was worth 90.00 EUR on its document date, the
2.00 EUR between are the realised difference (IAS 21, paragraph 28), moved from clearing to an account of its own.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import ROUND_DOWN, Decimal
from typing import Final

from services.cash_app.application.domain import discount
from services.cash_app.application.domain.settlement import Conversion, StatedAmount
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.payment import Payment
from shared.kernel.exchange_rates import DatedExchangeRates, rate_text
from shared.kernel.money import round_half_up

NO_RATES: Final = DatedExchangeRates()


def convert(
    money: Decimal, payment: Payment, item: OpenItem, rates: DatedExchangeRates
) -> tuple[Decimal, Conversion] | None:
    """What `money` of the payment settles of the item, in its currency, and the conversion; None without a rate."""
    currency = payment.currency
    rate = _rate(rates, currency, item, payment.value_date)
    if rate is None:
        return None
    price = round_half_up(item.open_amount / rate, currency)
    if money >= price > 0:
        settled, paid = item.open_amount, price
    else:
        settled = min(item.open_amount, _rounded_down(money * rate, item.currency))
        paid = money
    if not settled:
        return None
    before = _rate(rates, currency, item, item.document_date) or rate
    return settled, Conversion(paid, rate, paid - round_half_up(settled / before, currency))


@dataclass(frozen=True, slots=True)
class ConvertedAmount:
    """An amount stated in the payment's currency, converted into the item's."""

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

    def conversion_of(self, cash: Decimal) -> Conversion:
        """What `cash` on the item uses of the payment, and the realised difference (IAS 21, paragraph 28)."""
        price = round_half_up(cash / self.rate, self.currency)
        paid = self.money if cash == self.cash else min(price, self.money)
        return Conversion(paid, self.rate, paid - round_half_up(cash / self.before, self.currency))


def convert_stated(
    item: OpenItem, stated: StatedAmount, payment: Payment, discount_day: date, rates: DatedExchangeRates
) -> ConvertedAmount | None:
    """The money and discount stated for the item, in its currency; None without a rate.

    Money that is the price of the whole item, or of the item less its discount, to the smallest unit, closes it.
    """
    currency = payment.currency
    rate = _rate(rates, currency, item, payment.value_date)
    if rate is None:
        return None
    cash = _rounded_down(stated.money * rate, item.currency)
    for closing in (item.open_amount, discount.net_amount(item, discount_day)):
        if stated.money == round_half_up(closing / rate, currency):
            cash = closing
    if not cash:
        return None
    before = _rate(rates, currency, item, item.document_date) or rate
    claimed = round_half_up(stated.claimed * rate, item.currency)
    return ConvertedAmount(currency, stated.money, cash, claimed, rate, before)


def conversion_text(rate: Decimal, item_currency: str, payment_currency: str) -> str:
    """A rate in a sentence, with at most six decimals."""
    return f"{rate_text(rate)} {item_currency} for 1 {payment_currency}"


def _rate(rates: DatedExchangeRates, currency: str, item: OpenItem, day: date) -> Decimal | None:
    found = rates.rate(currency, item.currency, day)
    return None if found is None else found.value


def _rounded_down(amount: Decimal, currency: str) -> Decimal:
    return amount.quantize(round_half_up(Decimal(0), currency), ROUND_DOWN)
