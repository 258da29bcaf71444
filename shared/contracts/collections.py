"""What collections says: who was reminded, what was promised, what became of it."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.event import (
    Body,
    BusinessDate,
    Currency,
    Event,
    Identifier,
    NonNegativeAmount,
    PositiveAmount,
    Text,
)


class DunnedItem(Body):
    item_id: Identifier
    document_number: Identifier
    due_date: BusinessDate
    days_overdue: Annotated[int, Field(ge=1)]
    open_amount: PositiveAmount


class DunningSent(Event, published_by=("collections",), subject="notice_id", order=("sent_on", "notice_id")):
    """A dunning notice went to the customer; each item is told once per step of the ladder."""

    notice_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    step: Annotated[int, Field(ge=1)]
    step_name: Identifier
    sent_on: BusinessDate
    currency: Currency
    total: PositiveAmount
    policy_version: Annotated[int, Field(ge=0)]
    items: Annotated[tuple[DunnedItem, ...], Field(min_length=1, max_length=5000)]


class ActivityLogged(Event, published_by=("collections",), subject="activity_id", order=("on", "activity_id")):
    """Something was done about a customer: a notice, a call, a note, a promise."""

    activity_id: Identifier
    customer_id: Identifier
    kind: Literal["dunning", "call", "email", "note", "promise"]
    on: BusinessDate
    by: Text
    text: Text


class PromiseMade(Event, published_by=("collections",), subject="promise_id", order=("made_on", "promise_id")):
    """The customer promised to pay an amount by a day."""

    promise_id: Identifier
    customer_id: Identifier
    made_on: BusinessDate
    due_on: BusinessDate
    currency: Currency
    amount: PositiveAmount
    made_by: Text
    """The collector who took the promise down."""


class PromiseDue(Event, published_by=("collections",), subject="promise_id", order=("due_on", "promise_id")):
    """The day of a promise has come; collections itself judges it. Said once per promise."""

    promise_id: Identifier
    customer_id: Identifier
    due_on: BusinessDate
    business_date: BusinessDate


class PromiseKept(Event, published_by=("collections",), subject="promise_id", order=("judged_on", "promise_id")):
    """Enough was applied between the day the promise was made and the day it fell due."""

    promise_id: Identifier
    customer_id: Identifier
    judged_on: BusinessDate
    currency: Currency
    amount: PositiveAmount
    applied: NonNegativeAmount
    """Cash applied to the customer's items from the day of the promise to the day it was due."""


class PromiseBroken(Event, published_by=("collections",), subject="promise_id", order=("judged_on", "promise_id")):
    """The day passed and not enough had been applied; a hold of the customer's credit is asked for."""

    promise_id: Identifier
    customer_id: Identifier
    judged_on: BusinessDate
    currency: Currency
    amount: PositiveAmount
    applied: NonNegativeAmount


class CreditHoldRequested(Event, published_by=("collections",), subject="hold_id", order=("requested_on", "hold_id")):
    """Asks credit to hold the account, until CreditHoldLifted with the same hold_id."""

    hold_id: Identifier
    customer_id: Identifier
    requested_on: BusinessDate
    reason: Text


class CreditHoldLifted(Event, published_by=("collections",), subject="hold_id", order=("lifted_on", "hold_id")):
    """The cause of the hold is gone: it was paid, or a person lifted it."""

    hold_id: Identifier
    customer_id: Identifier
    lifted_on: BusinessDate
    lifted_by: Text
    reason: Text


class WriteOffApproved(
    Event, published_by=("collections",), subject="write_off_id", order=("approved_on", "write_off_id")
):
    """What is owed on an item will not be collected; a second person approved giving it up. cash_app posts it."""

    write_off_id: Identifier
    item_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    currency: Currency
    amount: PositiveAmount
    requested_by: Text
    approved_by: Text
    approved_on: BusinessDate
    reason: Text


class CreditMemoRequested(
    Event, published_by=("collections",), subject="request_id", order=("requested_on", "request_id")
):
    """A collector granted what a customer kept back: invoicing is to credit it. Answered by CreditMemoPosted, or by
    CreditMemoDeclined with the same request_id."""

    request_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    document_number: Identifier
    """The invoice or finance charge that is credited."""
    settles_document: Identifier | None = None
    """The item that the credit is to settle first, where that is not the document itself: a deduction."""
    currency: Currency
    amount: PositiveAmount
    """Incl. tax."""
    reason_code: Identifier
    reason: Text
    requested_by: Text
    requested_on: BusinessDate


class ChargedItem(Body):
    """What one overdue item was charged; amounts in the charge's currency."""

    item_id: Identifier
    document_number: Identifier
    open_amount: PositiveAmount
    days: Annotated[int, Field(ge=1)]
    """Charged for now: days past the due date that were not charged before."""
    amount: NonNegativeAmount
    """Simple interest; nothing where the charge is a fixed fee."""


class FinanceChargeAssessed(
    Event, published_by=("collections",), subject="charge_id", order=("assessed_on", "charge_id")
):
    """A customer pays late and is to be charged for a month, by the policy finance_charges; invoicing posts it."""

    charge_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    kind: Literal["interest", "fee"]
    assessed_on: BusinessDate
    through: BusinessDate
    """The last day charged for."""
    due_date: BusinessDate
    currency: Currency
    amount: PositiveAmount
    reason: Text
    items: Annotated[tuple[ChargedItem, ...], Field(min_length=1, max_length=2000)]
    policy_version: Annotated[int, Field(ge=0)]
