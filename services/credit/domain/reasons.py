"""Why an order is held, in words a clerk can read to a customer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Final

from shared.contracts.credit import CreditState
from shared.contracts.invoicing import Reason
from shared.kernel.money import Money


def account_held(reason: str) -> Reason:
    return Reason(code="account-held", text=f"The account is on hold: {reason}"[:500])


def other_currency(order_currency: str, account_currency: str) -> Reason:
    return Reason(
        code="other-currency",
        text=f"The order is in {order_currency}, but the credit account is kept in {account_currency}: "
        f"without an exchange rate between them there is no limit it could be judged by.",
    )


def converted_over(order_currency: str, account_currency: str, base: str) -> Reason:
    return Reason(
        code="converted-over",
        text=f"The order in {order_currency} is valued in {account_currency} over {base}, as no exchange rate between "
        "the two is known.",
    )


def no_rate_for_exposure(currencies: Collection[str], account_currency: str) -> Reason:
    return Reason(
        code="no-exchange-rate",
        text=f"What is owed and on order in {', '.join(currencies)} cannot be valued in {account_currency}: "
        "no exchange rate is known; the ERP must tell one.",
    )


def no_rate_for_group(account_currency: str, group_id: str, group_currency: str) -> Reason:
    return Reason(
        code="no-exchange-rate",
        text=f"The order cannot be counted in {group_currency}, the currency of the limit of group {group_id}: no "
        f"exchange rate from {account_currency} is known; the ERP must tell one.",
    )


def over_group_limit(group_id: str, amount: Decimal, exposure: Decimal, limit: Decimal, currency: str) -> Reason:
    return Reason(
        code="over-group-limit",
        text=f"The order of {Money(amount, currency)} on top of {Money(exposure, currency)} of group {group_id} is "
        f"{Money(exposure + amount - limit, currency)} above the group's limit of {Money(limit, currency)}.",
    )


def within_tolerance(over: Decimal, tolerance: Decimal, currency: str) -> Reason:
    return Reason(
        code="within-tolerance",
        text=f"The order is {Money(over, currency)} above the credit, within the tolerance of "
        f"{Money(tolerance, currency)}.",
    )


def approved_before(amount: Decimal, on: date, currency: str) -> Reason:
    """Why an amended order keeps its approval."""
    return Reason(
        code="no-more-than-approved",
        text=f"The order was amended to no more than the {Money(amount, currency)} approved on {on}.",
    )


def held_by_hand(by: str, why: str) -> Reason:
    return Reason(code="held-by-hand", text=f"Held by {by}: {why}"[:500])


def condition_not_met(kind: str, amount: Decimal, there: Decimal, currency: str) -> Reason:
    """`there` is what of the money is deposited or on account so far."""
    return Reason(
        code=f"awaits-{kind}",
        text=f"Goes on once {Money(amount, currency)} is {CONDITIONS[kind]}; {Money(there, currency)} is there.",
    )


CONDITIONS = {"deposit": "deposited", "cash-in-advance": "paid in advance"}
"""What a person may let an order wait for, and how it is met."""


def over_limit(amount: Decimal, exposure: Decimal, ceiling: Decimal, currency: str) -> Reason:
    """`ceiling` is the exposure up to which orders are approved."""
    over = exposure + amount - ceiling
    return Reason(
        code="over-limit",
        text=f"The order of {Money(amount, currency)} on top of {Money(exposure, currency)} owed and on order "
        f"is {Money(over, currency)} above the credit of {Money(ceiling, currency)}.",
    )


_WITHOUT_CREDIT: Final[dict[CreditState, str]] = {
    "Review": "The account is under review: its credit is decided anew.",
    "Suspended": "The account is suspended: nothing is sold on credit until a credit manager resolves it.",
    "Closed": "The account is closed: the customer has to ask for credit anew.",
}


def account_without_credit(state: CreditState) -> Reason:
    """`state` is Review, Suspended or Closed."""
    return Reason(code=f"account-{state.lower()}", text=_WITHOUT_CREDIT[state])


def used(exposure: Decimal, credit_limit: Decimal, currency: str) -> Reason:
    """How much of the limit is used."""
    told = f"{Money(exposure, currency)} is owed and on order"
    if credit_limit <= 0:
        return Reason(code="exposure", text=f"{told}; there is no credit limit.")
    percent = (exposure * 100 / credit_limit).quantize(Decimal(1))
    return Reason(code="exposure", text=f"{told}: {percent} % of the limit of {Money(credit_limit, currency)}.")
