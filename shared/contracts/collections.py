"""Events of collections: dunning, promises to pay, holds, write-offs, credits and finance charges."""

from __future__ import annotations

from decimal import Decimal
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
    """One overdue item of a dunning notice."""

    item_id: Identifier
    document_number: Identifier
    due_date: BusinessDate
    days_overdue: Annotated[int, Field(ge=1)]
    open_amount: PositiveAmount


class DunningSent(Event, published_by=("collections",), subject="notice_id", order=("sent_on", "notice_id")):
    """A dunning notice was sent to a customer. Each item is in one notice per dunning step."""

    notice_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    step: Annotated[int, Field(ge=1)]
    step_name: Identifier
    sent_on: BusinessDate
    currency: Currency
    total: PositiveAmount
    """What is open of the items."""
    credit: NonNegativeAmount = Decimal(0)
    """Money received that is not applied yet, and credit on account, as far as it covers these items."""
    net: PositiveAmount | None = None
    """`total` less `credit`; None where the notice does not name it."""
    policy_version: Annotated[int, Field(ge=0)]
    items: Annotated[tuple[DunnedItem, ...], Field(min_length=1, max_length=5000)]


class ActivityLogged(Event, published_by=("collections",), subject="activity_id", order=("on", "activity_id")):
    """A collection activity on a customer was recorded: a notice, a call, an e-mail, a note or a promise."""

    activity_id: Identifier
    customer_id: Identifier
    kind: Literal["dunning", "call", "email", "note", "promise"]
    on: BusinessDate
    by: Text
    text: Text


class PromiseMade(Event, published_by=("collections",), subject="promise_id", order=("made_on", "promise_id")):
    """A customer promised to pay an amount by a day."""

    promise_id: Identifier
    customer_id: Identifier
    made_on: BusinessDate
    due_on: BusinessDate
    currency: Currency
    amount: PositiveAmount
    made_by: Text
    """The collector who recorded the promise."""


class PromiseDue(Event, published_by=("collections",), subject="promise_id", order=("due_on", "promise_id")):
    """A promise to pay fell due. Collections itself evaluates it. Published once per promise."""

    promise_id: Identifier
    customer_id: Identifier
    due_on: BusinessDate
    business_date: BusinessDate


class PromiseKept(Event, published_by=("collections",), subject="promise_id", order=("judged_on", "promise_id")):
    """A promise to pay was kept: enough was applied from the day it was made to the day it fell due."""

    promise_id: Identifier
    customer_id: Identifier
    judged_on: BusinessDate
    currency: Currency
    amount: PositiveAmount
    applied: NonNegativeAmount
    """Cash applied to the customer's items from `made_on` to `due_on` of the promise."""


class PromiseBroken(Event, published_by=("collections",), subject="promise_id", order=("judged_on", "promise_id")):
    """A promise to pay was broken: too little was applied by its due date. CreditHoldRequested follows."""

    promise_id: Identifier
    customer_id: Identifier
    judged_on: BusinessDate
    currency: Currency
    amount: PositiveAmount
    applied: NonNegativeAmount


class CreditHoldRequested(Event, published_by=("collections",), subject="hold_id", order=("requested_on", "hold_id")):
    """A credit hold was requested for a customer. It stands until CreditHoldLifted with the same `hold_id`."""

    hold_id: Identifier
    customer_id: Identifier
    promise_id: Identifier | None = None
    """The broken promise that is the cause; None where the hold has another cause."""
    requested_on: BusinessDate
    reason: Text


class CreditHoldLifted(Event, published_by=("collections",), subject="hold_id", order=("lifted_on", "hold_id")):
    """A credit hold ended, because the customer paid or a person lifted it."""

    hold_id: Identifier
    customer_id: Identifier
    promise_id: Identifier | None = None
    """The broken promise that was the cause; None where the hold had another cause."""
    lifted_on: BusinessDate
    lifted_by: Text
    reason: Text


class WriteOffApproved(
    Event, published_by=("collections",), subject="write_off_id", order=("approved_on", "write_off_id")
):
    """A second person approved the write-off of an item that cannot be collected. cash_app posts it."""

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
    """A collector requested a credit memo for a customer's deduction.

    Invoicing answers CreditMemoPosted, or CreditMemoDeclined with the same `request_id`.
    """

    request_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    document_number: Identifier
    """The invoice or finance charge to be credited."""
    settles_document: Identifier | None = None
    """The item that the credit memo settles first, e.g. a deduction; None: the document itself."""
    currency: Currency
    amount: PositiveAmount
    """Including tax."""
    reason_code: Identifier
    reason: Text
    requested_by: Text
    requested_on: BusinessDate


class ChargedPeriod(Body):
    """Days on which the same amount was open of an item."""

    open_amount: PositiveAmount
    after: BusinessDate
    """The days begin after this one: the due date, the last day charged, or the value date of a payment."""
    through: BusinessDate
    days: Annotated[int, Field(ge=1)]


class ChargedItem(Body):
    """The finance charge on one overdue item; amounts in the currency of the charge."""

    item_id: Identifier
    document_number: Identifier
    open_amount: PositiveAmount
    """The highest amount that was open on these days."""
    days: Annotated[int, Field(ge=1)]
    """Days past the due date that are charged now and were not charged before."""
    amount: NonNegativeAmount
    """Simple interest on what was open on each day, rounded once; 0 where the charge is a fixed fee."""
    periods: Annotated[tuple[ChargedPeriod, ...], Field(max_length=50)] = ()
    """What was open when; empty where there are more than 50."""


class FinanceChargeAssessed(
    Event, published_by=("collections",), subject="charge_id", order=("assessed_on", "charge_id")
):
    """Interest or a late fee for a month was assessed by the policy finance_charges. Invoicing posts it."""

    charge_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    kind: Literal["interest", "fee"]
    assessed_on: BusinessDate
    through: BusinessDate
    """The last day that is charged."""
    due_date: BusinessDate
    currency: Currency
    amount: PositiveAmount
    reason: Text
    items: Annotated[tuple[ChargedItem, ...], Field(min_length=1, max_length=2000)]
    policy_version: Annotated[int, Field(ge=0)]
