"""The tax in a cash discount: a discount lowers the price, so it lowers the tax on it, rate by rate.

Directive 2006/112/EC, article 90: where the price is reduced after the supply, the taxable amount is reduced
accordingly. Of a discount on an invoice total, each rate's tax falls by its share of that total.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import NamedTuple

from shared.contracts.invoicing import InvoicePosted
from shared.kernel.money import round_half_up

NOTHING = Decimal(0)


class ItemTax(NamedTuple):
    """The tax of one rate in an item's original amount, and by how much discounts have lowered it."""

    percent: Decimal | None
    """None: the rate is not known, as on an invoice that was brought forward."""
    tax: Decimal
    lowered: Decimal = NOTHING


class TaxPart(NamedTuple):
    """The tax of one rate in a discount."""

    percent: Decimal | None
    tax: Decimal


def taxes_of(invoice: InvoicePosted) -> tuple[ItemTax, ...]:
    """The tax of an invoice by rate, the highest rate first; the rates add up to the tax of the invoice."""
    by_rate: defaultdict[Decimal | None, Decimal] = defaultdict(Decimal)
    for line in invoice.lines:
        by_rate[line.tax_percent] += line.tax
    rates = sorted((rate for rate, tax in by_rate.items() if rate is not None and tax), reverse=True)
    if not invoice.tax:
        return ()
    if not rates:
        return (ItemTax(None, round_half_up(invoice.tax, invoice.currency)),)
    by_rate[rates[0]] += invoice.tax - sum(by_rate.values(), NOTHING)
    return tuple(ItemTax(rate, round_half_up(by_rate[rate], invoice.currency)) for rate in rates)


def in_discount(taxes: Sequence[ItemTax], discount_taken: Decimal, total: Decimal, currency: str) -> list[TaxPart]:
    """The tax by which discounts of `discount_taken` altogether lower the item further, rate by rate.

    Negative where they are less than before. It is worked out on all discounts of the item, so that two discounts lower
    the tax as one of both would.
    """
    after = ((each, round_half_up(each.tax * discount_taken / total, currency)) for each in taxes)
    return [TaxPart(each.percent, lowered - each.lowered) for each, lowered in after if lowered != each.lowered]


def lowered_by(taxes: Sequence[ItemTax], parts: Iterable[TaxPart], sign: int = 1) -> tuple[ItemTax, ...]:
    """The same taxes after a discount of these parts; with -1, after it is undone."""
    by_rate = {part.percent: part.tax * sign for part in parts}
    return tuple(each._replace(lowered=each.lowered + by_rate.get(each.percent, NOTHING)) for each in taxes)


def share_of(parts: Sequence[TaxPart], part: Decimal, whole: Decimal, currency: str) -> tuple[TaxPart, ...]:
    """The tax in `part` of a discount of `whole`."""
    if part == whole:
        return tuple(parts)
    shares = (TaxPart(each.percent, round_half_up(each.tax * part / whole, currency)) for each in parts)
    return tuple(share for share in shares if share.tax)


def sum_of(parts: Iterable[TaxPart]) -> Decimal:
    """The tax of all rates."""
    return sum((part.tax for part in parts), NOTHING)
