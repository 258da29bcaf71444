"""Events of credit: decisions on orders, credit limits, account states and credit requests."""

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
    """An order was approved: it is within the customer's credit."""

    order_id: Identifier
    customer_id: Identifier
    decided_on: BusinessDate
    currency: Currency
    order_amount: NonNegativeAmount
    exposure: Amount
    """Open items plus approved open orders, including this order."""
    credit_limit: NonNegativeAmount
    policy_version: Annotated[int, Field(ge=0)]
    valid_until: BusinessDate | None = None
    """The last day on which stock may be allocated; then CreditCheckRequested follows. None: no end."""
    remarks: Annotated[tuple[Reason, ...], Field(max_length=50)] = ()
    """Findings that did not stop the order, each with the reason: an excluding rule, a tolerance."""
    decision_no: Version = 1
    """Numbers the decisions on the order. A decision that arrives after a higher number is out of date."""
    revision: Version = 1
    """The revision of the order that was decided on. A later revision gets a new decision."""


class CreditHeld(Event, published_by=("credit",), subject="order_id", order=("decided_on", "order_id")):
    """An order was held. It is released when payments reduce the exposure or a person releases it."""

    order_id: Identifier
    customer_id: Identifier
    decided_on: BusinessDate
    currency: Currency
    order_amount: NonNegativeAmount
    exposure: Amount
    """The exposure including this order."""
    credit_limit: NonNegativeAmount
    policy_version: Annotated[int, Field(ge=0)]
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=50)]
    decision_no: Version = 1
    """Numbers the decisions on the order. A decision that arrives after a higher number is out of date."""
    revision: Version = 1
    """The revision of the order that was decided on. A later revision gets a new decision."""


class CreditReleased(Event, published_by=("credit",), subject="order_id", order=("decided_on", "order_id")):
    """A held order was released, by a person or because payments reduced the exposure."""

    order_id: Identifier
    customer_id: Identifier
    decided_on: BusinessDate
    currency: Currency
    order_amount: NonNegativeAmount
    exposure: Amount
    credit_limit: NonNegativeAmount
    released_by: Text
    """The person's name, or `system` where payments reduced the exposure."""
    reason: Text
    reason_code: Identifier = "other"
    released_amount: NonNegativeAmount | None = None
    """Of a partial release: deliver up to this amount, including tax, in whole units, and cancel the rest."""
    valid_until: BusinessDate | None = None
    """As in CreditApproved."""
    decision_no: Version = 1
    """Numbers the decisions on the order. A decision that arrives after a higher number is out of date."""
    revision: Version = 1
    """The revision of the order that was decided on. A later revision gets a new decision."""


class CreditDeclined(Event, published_by=("credit",), subject="order_id", order=("decided_on", "order_id")):
    """A held order was declined: it is not delivered on credit. Invoicing cancels it."""

    order_id: Identifier
    customer_id: Identifier
    decided_on: BusinessDate
    currency: Currency
    order_amount: NonNegativeAmount
    declined_by: Text
    """The person's name, or `system` where the hold is older than the policy allows."""
    reason: Text
    reason_code: Identifier = "other"
    decision_no: Version = 1
    """Numbers the decisions on the order. A decision that arrives after a higher number is out of date."""
    revision: Version = 1
    """The revision of the order that was decided on. A later revision gets a new decision."""


class CreditLimitSet(Event, published_by=("credit",), subject="customer_id", order=("customer_id", "limit_version")):
    """A customer's credit limit was set: by a person, on a request, or because a temporary limit ended."""

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
    """The last day of a temporary limit; None: no end."""
    request_id: Identifier | None = None
    """The credit request this limit answers."""


class CreditStateChanged(
    Event, published_by=("credit",), subject="customer_id", order=("customer_id", "state_version")
):
    """The state of a credit account changed. `reasons` give the explanation."""

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
    """A credit report was requested from the credit bureau, which answers CreditReportReceived."""

    report_id: Identifier
    request_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    customer_name: Annotated[str, Field(max_length=200)]
    currency: Currency
    amount: PositiveAmount
    requested_on: BusinessDate
    answer_business_days: Annotated[int, Field(ge=1)]
    """Business days to wait for the report. Then a person decides without it."""


class FinancialStatementsRequested(
    Event, published_by=("credit",), subject="request_id", order=("sent_on", "request_id")
):
    """A letter that requests financial statements from a customer, or reminds of them, was sent."""

    request_id: Identifier
    customer_id: Identifier
    company_id: Identifier
    sent_on: BusinessDate
    due_on: BusinessDate
    expires_on: BusinessDate
    """The request is declined as incomplete if the statements are not received by the end of this day."""
    reminder: bool
    text: Text


class CreditRequestDeclined(Event, published_by=("credit",), subject="request_id", order=("decided_on", "request_id")):
    """A credit request was declined, with the reasons that must be given to the customer."""

    request_id: Identifier
    customer_id: Identifier
    decided_on: BusinessDate
    currency: Currency
    amount: PositiveAmount
    declined_by: Text
    """The person's name, or `system` where a policy decided."""
    reasons: Annotated[tuple[Reason, ...], Field(min_length=1, max_length=50)]
