"""Why an order is held, approved or released, in words a clerk can read to a customer."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, get_args

from services.credit.order_authorization.domain.order_instructions import Condition
from shared.contracts.invoicing import Reason
from shared.kernel.money import Money


class OrderReason(StrEnum):
    """Codes of reasons and remarks on an order. A rule of the policy has the code `rule:<name>`."""

    OVER_LIMIT = "over-limit"
    OVER_GROUP_LIMIT = "over-group-limit"
    NO_EXCHANGE_RATE = "no-exchange-rate"
    OTHER_CURRENCY = "other-currency"
    CONVERTED_OVER = "converted-over"
    WITHIN_TOLERANCE = "within-tolerance"
    NO_MORE_THAN_APPROVED = "no-more-than-approved"
    EXCLUDED_BY_RULE = "excluded-by-rule"
    HELD_BY_HAND = "held-by-hand"
    AWAITS_DEPOSIT = "awaits-deposit"
    AWAITS_CASH_IN_ADVANCE = "awaits-cash-in-advance"
    AWAITS_SECOND_PERSON = "awaits-second-person"
    RELEASED = "released"
    DECLINED = "declined"


class DecisionCode(StrEnum):
    """Codes of releases and declines that no person decided. A person uses a code of the policy."""

    ROOM_MADE = "room-made"
    DEPOSIT_MET = "deposit-met"
    CASH_IN_ADVANCE_MET = "cash-in-advance-met"
    HELD_TOO_LONG = "held-too-long"


_CONDITIONS: Final[dict[Condition, tuple[OrderReason, DecisionCode, str]]] = {
    "deposit": (OrderReason.AWAITS_DEPOSIT, DecisionCode.DEPOSIT_MET, "deposited"),
    "cash-in-advance": (OrderReason.AWAITS_CASH_IN_ADVANCE, DecisionCode.CASH_IN_ADVANCE_MET, "paid in advance"),
}
if set(_CONDITIONS) != set(get_args(Condition)):
    raise ValueError(f"each of the conditions {get_args(Condition)} needs a reason, a code and a sentence")

ROOM_AFTER_LIMIT_CHANGED_IN_ERP: Final = "The customer's credit limit was changed in the ERP."
ROOM_AFTER_LIMIT_SET: Final = "A new credit limit was set."
ROOM_AFTER_HOLD_LIFTED: Final = "The hold on the account was lifted."
ROOM_AFTER_OTHER_ORDER: Final = "Another order was cancelled or invoiced, which made room."
ROOM_AFTER_PAYMENT: Final = "The customer now owes less, which made room."
ROOM_AFTER_AMENDMENT: Final = "Another order was amended, which made room."
ROOM_AFTER_MONEY_ON_ACCOUNT: Final = "The money on the customer's account changed."
ROOM_AFTER_CREDIT_DECISION: Final = "A new decision on the customer's credit was taken."
ROOM_AFTER_STATE_CHANGE: Final = "A person changed the account's state."
ROOM_AFTER_GROUP_CHANGE: Final = "The group's limit or members changed."
ROOM_AFTER_MORE_COLLATERAL: Final = "Collateral was added."
ROOM_AFTER_LESS_COLLATERAL: Final = "Collateral was withdrawn."
ROOM_AFTER_DAILY_REVIEW: Final = "Limits or rules changed today."
ROOM_AFTER_RELEASE: Final = "A person released the order before this one."
ROOM_AFTER_DECLINE: Final = "A person declined the order before this one."
ROOM_AFTER_MANUAL_HOLD: Final = "A person held the order before this one."


def other_currency(order_currency: str, account_currency: str) -> Reason:
    return Reason(
        code=OrderReason.OTHER_CURRENCY,
        text=f"The order is in {order_currency}, but the credit account is kept in {account_currency}. Without an "
        f"exchange rate between them the order cannot be compared with the limit.",
    )


def converted_via(order_currency: str, account_currency: str, via_currency: str) -> Reason:
    return Reason(
        code=OrderReason.CONVERTED_OVER,
        text=f"The order in {order_currency} is valued in {account_currency} through {via_currency}, as there is no "
        "exchange rate between the two.",
    )


def no_rate_for_exposure(currencies: Collection[str], account_currency: str) -> Reason:
    return Reason(
        code=OrderReason.NO_EXCHANGE_RATE,
        text=f"What is owed and on order in {', '.join(currencies)} cannot be valued in {account_currency}: "
        "there is no exchange rate. Enter one in the ERP.",
    )


def no_rate_for_group(account_currency: str, group_id: str, group_currency: str) -> Reason:
    return Reason(
        code=OrderReason.NO_EXCHANGE_RATE,
        text=f"The order cannot be valued in {group_currency}, the currency of the limit of group {group_id}: there is "
        f"no exchange rate from {account_currency}. Enter one in the ERP.",
    )


def over_limit(amount: Decimal, exposure: Decimal, ceiling: Decimal, currency: str) -> Reason:
    """`ceiling` is the exposure up to which orders are approved."""
    over = exposure + amount - ceiling
    return Reason(
        code=OrderReason.OVER_LIMIT,
        text=f"The order of {Money(amount, currency)} on top of {Money(exposure, currency)} owed and on order "
        f"is {Money(over, currency)} above the credit of {Money(ceiling, currency)}.",
    )


def over_group_limit(group_id: str, amount: Decimal, exposure: Decimal, limit: Decimal, currency: str) -> Reason:
    return Reason(
        code=OrderReason.OVER_GROUP_LIMIT,
        text=f"The order of {Money(amount, currency)} on top of {Money(exposure, currency)} of group {group_id} is "
        f"{Money(exposure + amount - limit, currency)} above the group's limit of {Money(limit, currency)}.",
    )


def within_tolerance(over: Decimal, tolerance: Decimal, currency: str) -> Reason:
    return Reason(
        code=OrderReason.WITHIN_TOLERANCE,
        text=f"The order is {Money(over, currency)} above the credit, within the tolerance of "
        f"{Money(tolerance, currency)}.",
    )


def approved_before(amount: Decimal, on: date, currency: str) -> Reason:
    """Why an amended order keeps its approval."""
    return Reason(
        code=OrderReason.NO_MORE_THAN_APPROVED,
        text=f"The order was amended to no more than the {Money(amount, currency)} approved on {on}.",
    )


def held_manually(by: str, why: str) -> Reason:
    return Reason(code=OrderReason.HELD_BY_HAND, text=f"Held by {by}: {why}"[:500])


def condition_not_met(condition: Condition, amount: Decimal, received: Decimal, currency: str) -> Reason:
    """`received` is what of the money is deposited or on account so far."""
    code, _, done = _CONDITIONS[condition]
    text = f"The order is released when {Money(amount, currency)} is {done}; so far it is {Money(received, currency)}."
    return Reason(code=code, text=text)


def condition_met(condition: Condition, amount: Decimal, by: str, currency: str) -> tuple[DecisionCode, str]:
    """The code and the sentence of a release on a condition that `by` set."""
    _, code, done = _CONDITIONS[condition]
    return code, f"The condition set by {by} is met: {Money(amount, currency)} is {done}."


def held_too_long(held_on: date | None, days_max: int) -> str:
    return (
        f"The order has been held since {held_on} and was not released within {days_max} days, so it is declined. "
        "Order again when there is room within the credit limit."
    )


def awaits_second_person(first_person: str, amount: Decimal, currency: str) -> Reason:
    return Reason(
        code=OrderReason.AWAITS_SECOND_PERSON,
        text=f"{first_person} approved its release. A second person with the authority for {Money(amount, currency)} "
        "has to approve it too.",
    )
