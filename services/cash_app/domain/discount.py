"""Early-payment discount: what of an item may be kept when the rest is paid in time.

The rule is the usual one of terms such as "2/10 net 30": the discount is earned when the whole
item is paid by the discount date. The day that counts is the payment's value date, however late
the payment is applied. A disputed item earns none.
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from services.cash_app.domain.open_items import OpenItem

NONE = Decimal(0)


def available(item: OpenItem, paid_on: date) -> Decimal:
    """The discount still to be had on `item` by money of value date `paid_on`, in the item's currency."""
    if item.disputed or item.discount_date is None or paid_on > item.discount_date:
        return NONE
    return min(item.discount_amount - item.discount_taken, item.open_amount)


def net_amount(item: OpenItem, paid_on: date) -> Decimal:
    """What closes `item` with the discount to be had; the open amount where there is none, or nothing else."""
    earned = available(item, paid_on)
    return item.open_amount - earned if earned < item.open_amount else item.open_amount


def earned_by_short_payment(item: OpenItem, cash: Decimal, paid_on: date) -> Decimal:
    """The discount that closes `item` beside `cash`; nil if it would not close it or is not to be had.

    Who pays in full has not taken the discount and gets none.
    """
    missing = item.open_amount - cash
    return missing if 0 < missing <= available(item, paid_on) else NONE


def earned_by_claim(item: OpenItem, cash: Decimal, claimed: Decimal, paid_on: date) -> Decimal:
    """Of the discount a remittance line claims, what is granted: nothing on a part payment, at most what
    the terms give, and never what cash has paid. What was claimed beyond that stays open."""
    if cash + claimed < item.open_amount:
        return NONE
    return min(claimed, available(item, paid_on), max(item.open_amount - cash, NONE))
