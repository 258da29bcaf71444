"""What credit says: who may buy, how much, and why."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.event import (
    Amount,
    BusinessDate,
    Currency,
    Event,
    Identifier,
    NonNegativeAmount,
    PositiveAmount,
    Text,
)
from shared.contracts.invoicing import Reason, Version

CreditState = Literal["Active", "Warning", "AtLimit", "Hold", "Review", "Suspended", "Closed"]


class CreditApproved(Event, published_by=("credit",), subject="order_id", order=("decided_on", "order_id")):
    """The order fits the customer's credit."""

    order_id: Identifier
    customer_id: Identifier
    decided_on: BusinessDate
    currency: Currency
    order_amount: NonNegativeAmount
    exposure: Amount
    """Open items plus approved open orders, this one included."""
    credit_limit: NonNegativeAmount
    policy_version: Annotated[int, Field(ge=0)]
    valid_until: BusinessDate | None = None
    """The last day on which goods may be set aside on this approval; later invoicing asks again. None: for good."""
    remarks: Annotated[tuple[Reason, ...], Field(max_length=50)] = ()
    """What spoke against the order and why it went on all the same: an excluding rule, a tolerance."""
    decision_no: Version = 1
    """Counts what credit decided on the order: what comes after a higher one is out of date."""
    revision: Version = 1
    """The revision of the order that was decided on; a later one is decided on anew."""


class CreditHeld(Event, published_by=("credit",), subject="order_id", order=("decided_on", "order_id")):
    """The order waits until payments make room or a person releases it."""

    order_id: Identifier
    customer_id: Identifier
    decided_on: BusinessDate
    currency: Currency
    order_amount: NonNegativeAmount
    exposure: Amount
    """Exposure the order would have led to."""
    credit_limit: NonNegativeAmount
    policy_version: Annotated[int, Field(ge=0)]
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=50)]
    decision_no: Version = 1
    """Counts what credit decided on the order: what comes after a higher one is out of date."""
    revision: Version = 1
    """The revision of the order that was decided on; a later one is decided on anew."""


class CreditReleased(Event, published_by=("credit",), subject="order_id", order=("decided_on", "order_id")):
    """A held order may go on: a person released it, or payments made room."""

    order_id: Identifier
    customer_id: Identifier
    decided_on: BusinessDate
    currency: Currency
    order_amount: NonNegativeAmount
    exposure: Amount
    credit_limit: NonNegativeAmount
    released_by: Text
    """The person's name, or `system` where payments made room."""
    reason: Text
    reason_code: Identifier = "other"
    released_amount: NonNegativeAmount | None = None
    """Of a partial release: up to this amount goes on, incl. tax, in whole units; the rest is to be cancelled."""
    valid_until: BusinessDate | None = None
    """As in CreditApproved."""
    decision_no: Version = 1
    """Counts what credit decided on the order: what comes after a higher one is out of date."""
    revision: Version = 1
    """The revision of the order that was decided on; a later one is decided on anew."""


class CreditDeclined(Event, published_by=("credit",), subject="order_id", order=("decided_on", "order_id")):
    """A person decided that a held order is not to be delivered on credit; invoicing cancels it."""

    order_id: Identifier
    customer_id: Identifier
    decided_on: BusinessDate
    currency: Currency
    order_amount: NonNegativeAmount
    declined_by: Text
    """The person's name, or `system` where the hold grew older than the policy allows."""
    reason: Text
    reason_code: Identifier = "other"
    decision_no: Version = 1
    """Counts what credit decided on the order: what comes after a higher one is out of date."""
    revision: Version = 1
    """The revision of the order that was decided on; a later one is decided on anew."""


class CreditLimitSet(Event, published_by=("credit",), subject="customer_id", order=("customer_id", "limit_version")):
    """A customer's credit limit was set: by a person, on a request, or because a temporary one ended."""

    customer_id: Identifier
    limit_version: Version
    currency: Currency
    credit_limit: NonNegativeAmount
    previous_limit: NonNegativeAmount
    valid_from: BusinessDate
    set_by: Text
    """The person's name, or `system` where a policy decided."""
    reason: Text
    valid_until: BusinessDate | None = None
    """The last day of a temporary limit; None: until another is set."""
    request_id: Identifier | None = None
    """The credit request this limit answers."""


class CreditStateChanged(
    Event, published_by=("credit",), subject="customer_id", order=("customer_id", "state_version")
):
    """The account moved to another state of its life; `reasons` say why in words."""

    customer_id: Identifier
    state_version: Version
    old_state: CreditState
    new_state: CreditState
    cause: Text
    business_date: BusinessDate
    currency: Currency
    exposure: Amount
    credit_limit: NonNegativeAmount
    reasons: Annotated[tuple[Reason, ...], Field(max_length=50)] = ()


class CreditReportRequested(Event, published_by=("credit",), subject="report_id", order=("requested_on", "report_id")):
    """Asks the credit bureau for a report; an adapter of a bureau answers with CreditReportReceived."""

    report_id: Identifier
    request_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    customer_name: Annotated[str, Field(max_length=200)]
    currency: Currency
    amount: PositiveAmount
    requested_on: BusinessDate
    answer_business_days: Annotated[int, Field(ge=1)]
    """After so many business days without an answer a person decides without it."""


class FinancialStatementsRequested(
    Event, published_by=("credit",), subject="request_id", order=("sent_on", "request_id")
):
    """A letter to the customer: credit asks for financial statements, or reminds of them."""

    request_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    sent_on: BusinessDate
    due_on: BusinessDate
    expires_on: BusinessDate
    """Not received by the end of this day, the request is declined as incomplete."""
    reminder: bool
    text: Text


class CreditRequestDeclined(Event, published_by=("credit",), subject="request_id", order=("decided_on", "request_id")):
    """The customer does not get the credit asked for, with the reasons that must be given to the customer."""

    request_id: Identifier
    customer_id: Identifier
    decided_on: BusinessDate
    currency: Currency
    amount: PositiveAmount
    declined_by: Text
    """The person's name, or `system` where a policy decided."""
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=50)]
