"""The limit that the policy's caps leave, and the cap that binds."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

from services.credit.credit_requests.domain.request_policy import CapRules
from shared.kernel.money import Money


@dataclass(frozen=True, slots=True)
class Cap:
    """One bound of a suggested limit, in words."""

    name: str
    amount: Decimal
    text: str


@dataclass(frozen=True, slots=True)
class SuggestedLimit:
    """The lowest of the caps, in whole units; `binding` is that cap's name."""

    amount: Decimal
    binding: str
    caps: tuple[Cap, ...]


def suggested_limit(
    caps: CapRules, currency: str, *, net_worth: Decimal, our_sales: Decimal, monthly_purchases: Decimal
) -> SuggestedLimit:
    """Amounts in `currency`; a net worth below zero counts as zero. `our_sales` are those to the customer in a year.

    Without sales so far the cap by our sales is left out, unless it is the only one.
    """
    found = []
    if caps.net_worth_percent is not None:
        amount = _whole(net_worth * caps.net_worth_percent / 100)
        found.append(_cap("net_worth", amount, f"{caps.net_worth_percent} % of a net worth of", net_worth, currency))
    if caps.our_sales_percent is not None:
        amount = _whole(our_sales * caps.our_sales_percent / 100)
        words = f"{caps.our_sales_percent} % of a year's sales to the customer of"
        found.append(_cap("our_sales", amount, words, our_sales, currency))
    if caps.purchases_months is not None:
        amount = _whole(monthly_purchases * caps.purchases_months)
        words = f"{caps.purchases_months} months of purchases of"
        found.append(_cap("purchases", amount, words, monthly_purchases, currency))
    if len(found) > 1 and not our_sales:
        found = [cap for cap in found if cap.name != "our_sales"]
    binding = min(found, key=lambda cap: cap.amount)
    return SuggestedLimit(binding.amount, binding.name, tuple(found))


def _cap(name: str, amount: Decimal, words: str, of: Decimal, currency: str) -> Cap:
    return Cap(name, amount, f"{words} {Money(of, currency)}: {Money(amount, currency)}")


def _whole(amount: Decimal) -> Decimal:
    return max(Decimal(0), amount.to_integral_value(ROUND_FLOOR))
