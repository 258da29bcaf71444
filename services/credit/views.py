"""What credit shows to people and takes from them, over HTTP. Amounts are in the `currency` beside them."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, StringConstraints

from services.credit.domain.account import CreditAccount
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.exposure import parts_beside
from services.credit.domain.orders import OpenOrder
from shared.contracts.credit import CreditState
from shared.contracts.event import BusinessDate, Currency, NonNegativeAmount
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up

WhyText = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=500)]


class SetLimit(BaseModel):
    """A new credit limit, and why."""

    credit_limit: NonNegativeAmount
    currency: Currency
    """The account's own, so that nobody sets a limit in a currency they did not mean."""
    reason: WhyText
    valid_from: BusinessDate | None = None
    """The first day of the limit; left out: today."""
    valid_until: BusinessDate | None = None
    """The last day of a temporary limit; left out: for good."""


class AccountView(BaseModel):
    """A credit account. Headroom is what may still be ordered; negative when exposure is above the limit."""

    customer_id: str
    name: str
    company_id: str
    currency: str
    state: CreditState
    credit_limit: Decimal
    limit_set_by: Literal["erp", "credit"]
    open_items: Decimal
    open_orders: Decimal
    exposure: Decimal
    headroom: Decimal

    @classmethod
    def of(cls, account: CreditAccount, rules: CreditRules) -> AccountView:
        return cls(
            customer_id=account.customer_id,
            name=account.name,
            company_id=account.company_id,
            currency=account.currency,
            state=account.state,
            credit_limit=account.credit_limit,
            limit_set_by="credit" if account.limit_version else "erp",
            open_items=account.open_items_total,
            open_orders=account.open_orders_total,
            exposure=account.exposure,
            headroom=account.headroom(rules),
        )


class HoldView(BaseModel):
    """A hold collections asked for; in force until `lifted_on`."""

    hold_id: str
    requested_on: date
    reason: str
    lifted_on: date | None
    lifted_by: str
    lift_reason: str


class HeldOrderLine(BaseModel):
    """An order that waits for room or for a person; the queue of held orders says more of it."""

    order_id: str
    order_date: date
    held_on: date
    currency: str
    open_amount: Decimal

    @classmethod
    def of(cls, order: OpenOrder) -> Self:
        assert order.order_date is not None
        assert order.decided_on is not None
        return cls(
            order_id=order.order_id,
            order_date=order.order_date,
            held_on=order.decided_on,
            currency=order.currency,
            open_amount=order.open_amount,
        )


class ExposurePartView(BaseModel):
    """One part of exposure in its own currency; what lowers exposure is negative."""

    name: str
    currency: str
    amount: Decimal
    counted: Decimal | None
    """In the account's currency; null: there is no exchange rate."""
    over: str | None = None
    """The third currency it was converted over; null: by the rate between the two."""


class ExposureView(BaseModel):
    """Exposure by part, in the account's currency."""

    currency: str
    open_items: Decimal
    open_orders: Decimal
    order_tax_left_out: Decimal
    beside: list[ExposurePartView]
    total: Decimal
    without_rate: list[str]

    @classmethod
    def of(cls, account: CreditAccount) -> Self:
        counts = account.valuation.rules.order_tax_counts
        parts = parts_beside(account.standing, account.currency, account.valuation)
        return cls(
            currency=account.currency,
            open_items=account.open_items_total,
            open_orders=account.open_orders_total,
            order_tax_left_out=round_half_up(Decimal(0) if counts else account.open_orders_tax, account.currency),
            beside=[ExposurePartView.model_validate(part, from_attributes=True) for part in parts],
            total=account.exposure,
            without_rate=list(account.without_rate),
        )


class OtherCurrency(BaseModel):
    """Exposure in a currency the account has no limit in; it is not part of the account's exposure."""

    currency: str
    open_items: Decimal
    open_orders: Decimal

    @classmethod
    def of(cls, row: Any) -> OtherCurrency:
        currency = row["currency"]
        return cls(
            currency=currency,
            open_items=round_half_up(row["open_items"], currency),
            open_orders=round_half_up(row["open_orders"], currency),
        )


class StateView(BaseModel):
    """A move of the account from one state to another, and why."""

    state_version: int
    old_state: CreditState
    new_state: CreditState
    cause: str
    business_date: date
    reasons: list[Reason]
    exposure: Decimal
    credit_limit: Decimal

    @classmethod
    def of(cls, row: Any, currency: str) -> StateView:
        amounts = {name: round_half_up(row[name], currency) for name in ("exposure", "credit_limit")}
        return cls.model_validate({**row, **amounts, "reasons": json.loads(row["reasons"])})


class AccountDetail(BaseModel):
    """An account with its holds (the newest first) and its held orders (the oldest first), 200 of each at most.

    `how_it_came_there` are its last moves from state to state, the newest first, 100 at most.
    """

    account: AccountView
    exposure: ExposureView
    holds: list[HoldView]
    held_orders: list[HeldOrderLine]
    not_counted: list[OtherCurrency]
    how_it_came_there: list[StateView]


class AccountChanged(BaseModel):
    """The account after a command, and the held orders that went on because of it."""

    account: AccountView
    released_orders: list[str]
