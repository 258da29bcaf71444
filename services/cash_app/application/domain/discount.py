"""Early-payment discount: what of an item may be kept when the rest is paid in time.

The rule is the usual one of terms such as "2/10 net 30": the discount is earned when the whole
item is paid by the discount date. The day that counts is the payment's value date, however late
the payment is applied; the policy may grant days of grace. A disputed item earns none. The per cent
is of what is left after credit memos and deductions: 2 % of 1,000.00 less 200.00 credited are 16.00.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from services.cash_app.application.domain.application_rules import DiscountRules
from services.cash_app.open_items.domain.discount_tax import TaxPart, sum_of
from services.cash_app.open_items.domain.open_item import OpenItem
from shared.kernel.journal import Account
from shared.kernel.money import round_half_up

NONE = Decimal(0)


def counting_day(value_date: date, oldest_due: date | None, rules: DiscountRules) -> date:
    """The day that is compared with discount dates: the value date less the days of grace.

    Where the rules grant no discount, or the customer's oldest open item is too long past due, a day after all
    discount dates; where they grant it however late, one before all.
    """
    if rules.take == "none":
        return date.max
    grace = rules.past_due_days_max
    if grace is not None and oldest_due is not None and oldest_due + timedelta(days=grace) < value_date:
        return date.max
    return date.min if rules.take == "unearned" else value_date - timedelta(days=rules.grace_days)


def available(item: OpenItem, paid_on: date) -> Decimal:
    """The discount still available on `item` by money of value date `paid_on`, in the item's currency."""
    if item.disputed or item.discount_date is None or paid_on > item.discount_date:
        return NONE
    return min(item.discount_left, item.open_amount)


def net_amount(item: OpenItem, paid_on: date) -> Decimal:
    """What closes `item` with the available discount; the open amount where there is none, or nothing else is open."""
    earned = available(item, paid_on)
    return item.open_amount - earned if earned < item.open_amount else item.open_amount


def earned_by_short_payment(item: OpenItem, cash: Decimal, paid_on: date) -> Decimal:
    """The discount that closes `item` together with `cash`; zero if it would not close it or is not available.

    A payer who pays in full has not taken the discount and gets none.
    """
    missing = item.open_amount - cash
    return missing if 0 < missing <= available(item, paid_on) else NONE


def earned_by_claim(
    item: OpenItem, cash: Decimal, claimed: Decimal, paid_on: date, missing_percent_max: Decimal = NONE
) -> Decimal:
    """Of the discount a remittance line claims, what is granted: nothing on a part payment, at most what
    the terms give, and never what cash has paid. What was claimed beyond that stays open.

    Where more than `missing_percent_max` of the item would stay open, it is a part payment, whatever was claimed. A
    payer who did not know of a credit memo and paid more than is left keeps the discount on what is left.
    """
    if cash + claimed < item.open_amount:
        return NONE
    unpaid = item.open_amount - cash if cash <= item.open_amount else item.open_amount + item.credited - cash
    granted = min(claimed, available(item, paid_on), max(unpaid, NONE))
    missing = item.open_amount - cash - granted
    return granted if missing * 100 <= item.open_amount * missing_percent_max else NONE


def discount_accounts(amount: Decimal, taxes: Sequence[TaxPart]) -> list[tuple[Account, Decimal]]:
    """Where a discount is booked: what is tax to tax payable, rate by rate, the rest as discount granted."""
    parts = [(Account.DISCOUNT_GRANTED, amount - sum_of(taxes)), *((Account.TAX_PAYABLE, part.tax) for part in taxes)]
    return [(account, part) for account, part in parts if part]


def share_of_part_payment(item: OpenItem, cash: Decimal, paid_on: date) -> Decimal:
    """What a part payment earns in proportion: of 98.00 cash and 2.00 discount on 100.00, 49.00 earn 1.00."""
    whole = available(item, paid_on)
    if not whole or whole >= item.open_amount or cash >= item.open_amount - whole:
        return NONE
    return round_half_up(cash * whole / (item.open_amount - whole), item.currency)
