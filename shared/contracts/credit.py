"""What credit says: who may buy, how much, and why."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from shared.contracts.event import Amount, BusinessDate, Currency, Event, Identifier, NonNegativeAmount, Text
from shared.contracts.invoicing import Reason, Version

CreditState = Literal["Active", "Warning", "AtLimit", "Hold"]


class CreditApproved(Event, said_by=("credit",), subject="order_id", order=("decided_on", "order_id")):
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


class CreditHeld(Event, said_by=("credit",), subject="order_id", order=("decided_on", "order_id")):
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


class CreditReleased(Event, said_by=("credit",), subject="order_id", order=("decided_on", "order_id")):
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


class CreditDeclined(Event, said_by=("credit",), subject="order_id", order=("decided_on", "order_id")):
    """A person decided that a held order is not to be delivered on credit; invoicing cancels it."""

    order_id: Identifier
    customer_id: Identifier
    decided_on: BusinessDate
    currency: Currency
    order_amount: NonNegativeAmount
    declined_by: Text
    reason: Text


class CreditLimitSet(Event, said_by=("credit",), subject="customer_id", order=("customer_id", "limit_version")):
    """A person set a customer's credit limit."""

    customer_id: Identifier
    limit_version: Version
    currency: Currency
    credit_limit: NonNegativeAmount
    previous_limit: NonNegativeAmount
    valid_from: BusinessDate
    set_by: Text
    reason: Text


class CreditStateChanged(Event, said_by=("credit",), subject="customer_id", order=("customer_id", "state_version")):
    """The account moved between Active, Warning (80 % of the limit), AtLimit (100 %) and Hold."""

    customer_id: Identifier
    state_version: Version
    old_state: CreditState
    new_state: CreditState
    cause: Text
    business_date: BusinessDate
    currency: Currency
    exposure: Amount
    credit_limit: NonNegativeAmount
