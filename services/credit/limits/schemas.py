"""Credit limits as people see and send them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from shared.chassis.http.schemas import WithReason
from shared.contracts.event import BusinessDate, Currency, NonNegativeAmount
from shared.kernel.money import round_half_up


class SetLimit(WithReason):
    """A new credit limit, and why."""

    credit_limit: NonNegativeAmount
    currency: Currency
    """The account's own currency, so that a limit in a wrong currency is refused."""
    valid_from: BusinessDate | None = None
    """The first day of the limit; left out: today."""
    valid_until: BusinessDate | None = None
    """The last day of a temporary limit; left out: it has no end."""


class LimitView(BaseModel):
    """A limit as it was set."""

    limit_version: int
    credit_limit: Decimal
    previous_limit: Decimal
    valid_from: date
    valid_until: date | None
    set_by: str
    reason: str
    request_id: str | None

    @classmethod
    def of(cls, row: Any, currency: str) -> Self:
        amounts = {name: round_half_up(row[name], currency) for name in ("credit_limit", "previous_limit")}
        return cls.model_validate({**row, **amounts})


class PlannedLimitView(BaseModel):
    """A limit that will take effect."""

    takes_effect_on: date
    credit_limit: Decimal
    valid_until: date | None
    set_by: str
    reason: str
    request_id: str | None
