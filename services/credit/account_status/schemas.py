"""Where accounts stand and how they came there, as people see it. Amounts are in the `currency` of the same view."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from services.credit.accounts.domain.account_rules import ExposureRules
from services.credit.accounts.schemas import (
    AccountView,
    ExposurePartView,
    ExposureView,
    OtherCurrency,
)
from services.credit.credit_requests.schemas import RequestView
from services.credit.limits.domain.limit_policy import RiskClass
from services.credit.limits.schemas import LimitView, PlannedLimitView
from services.credit.order_authorization.schemas import HeldOrderLine
from shared.chassis.http.schemas import WithReason
from shared.contracts.credit import CreditState
from shared.contracts.invoicing import Reason
from shared.kernel.exchange_rates import ExchangeRates
from shared.kernel.money import round_half_up


class ChangeAccountState(WithReason):
    """Why an account is suspended, resolved or closed."""


class AccountStateChanged(BaseModel):
    """The account's state and limit after a command."""

    customer_id: str
    currency: str
    credit_limit: Decimal
    state: CreditState


class HoldView(BaseModel):
    """A hold that collections requested; in force until `lifted_on`."""

    hold_id: str
    promise_id: str | None
    requested_on: date
    reason: str
    lifted_on: date | None
    lifted_by: str
    lift_reason: str


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
    def of(cls, row: Any, currency: str) -> Self:
        amounts = {name: round_half_up(row[name], currency) for name in ("exposure", "credit_limit")}
        return cls.model_validate({**row, **amounts, "reasons": json.loads(row["reasons"])})


class AccountDetail(BaseModel):
    """An account with its holds (the newest first) and its held orders (the oldest first), 200 of each at most.

    `state_history` are its last moves from state to state, the newest first, 100 at most.
    """

    account: AccountView
    exposure: ExposureView
    holds: list[HoldView]
    held_orders: list[HeldOrderLine]
    not_counted: list[OtherCurrency]
    state_history: list[StateView]


class HistoryView(BaseModel):
    """The account's states, limits and requests, the newest first, 100 of each at most."""

    customer_id: str
    currency: str
    state: CreditState
    credit_limit: Decimal
    risk_class: RiskClass
    reviewed_on: date | None
    review_due_on: date | None
    closed_on: date | None
    planned_limits: list[PlannedLimitView]
    states: list[StateView]
    limits: list[LimitView]
    requests: list[RequestView]


@dataclass(frozen=True, slots=True)
class MovementSums:
    """The sums of an account's dated movements up to the end of a day, and what they are valued by."""

    rows: Sequence[Any]
    order_taxes: Mapping[str, Decimal]
    rules: ExposureRules
    rates: ExchangeRates


class ExposureAsOf(BaseModel):
    """Exposure by part as of the end of a day. What lowers it is negative; orders are shown with their tax."""

    customer_id: str
    as_of: date
    currency: str
    parts: list[ExposurePartView]
    total: Decimal
    """In `currency`, of the parts that could be valued."""

    @classmethod
    def of(cls, customer_id: str, currency: str, day: date, sums: MovementSums) -> Self:
        amounts: dict[tuple[str, str], Decimal] = {}
        for row in sums.rows:
            key = row["part"], row["currency"]
            amounts[key] = amounts.get(key, Decimal(0)) + _counted(row, day, sums.rules)
        if not sums.rules.order_tax_counts:
            for held_in, tax in sums.order_taxes.items():
                amounts["order_tax", held_in] = -tax
        parts = []
        for (name, held_in), exactly in sorted(amounts.items()):
            amount = round_half_up(exactly, held_in)
            if amount:
                counted = sums.rates.convert(amount, held_in, currency)
                parts.append(ExposurePartView(name=name, currency=held_in, amount=amount, counted=counted))
        total = sum((part.counted for part in parts if part.counted is not None), Decimal(0))
        return cls(
            customer_id=customer_id,
            as_of=day,
            currency=currency,
            parts=parts,
            total=round_half_up(total, currency),
        )


def _counted(row: Any, day: date, rules: ExposureRules) -> Decimal:
    """The amount of a part that counts by the rules of the day."""
    amount: Decimal = row["amount"]
    match row["part"]:
        case "uncleared":
            clears_on = row["paid_on"] + timedelta(days=rules.clearing_days.get(row["detail"], 0))
            return amount if clears_on > day else Decimal(0)
        case "collateral":
            return amount * rules.collateral_percent.get(row["detail"], Decimal(0)) / 100
        case "on_account":
            return amount if rules.on_account_counts else Decimal(0)
    return amount
