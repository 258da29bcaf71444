"""Dunning notices over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from shared.kernel.money import round_half_up


class NoticeView(BaseModel):
    """A dunning notice; `total` of its items, less `credit` of the customer, is `net`, all in `currency`."""

    notice_id: str
    customer_id: str
    company_id: str
    step: int
    step_name: str
    sent_on: date
    currency: str
    total: Decimal
    credit: Decimal
    net: Decimal
    items: int
    policy_version: int

    @classmethod
    def of(cls, row: Any) -> Self:
        total, credit = (round_half_up(row[name], row["currency"]) for name in ("total", "credit"))
        return cls(**{**row, "total": total, "credit": credit, "net": total - credit})
