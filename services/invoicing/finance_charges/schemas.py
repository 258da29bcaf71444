"""Finance charges over HTTP: what people send and get. Amounts are in the currency beside them."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any, Literal, Self

from pydantic import BaseModel

from services.invoicing.orders.schemas import rounded
from shared.chassis.http.schemas import WithReason
from shared.contracts.event import BusinessDate, Currency, Identifier, PositiveAmount


class CreateFinanceCharge(WithReason):
    """A finance charge that a person posts."""

    customer_id: Identifier
    kind: Literal["interest", "fee"]
    amount: PositiveAmount
    currency: Currency | None = None
    """Left out: the customer's currency."""
    due_date: BusinessDate | None = None
    """Left out: by the customer's terms."""


class ChargedItemView(BaseModel):
    item_id: str
    document_number: str
    open_amount: Decimal
    days: int
    amount: Decimal


class FinanceChargeView(BaseModel):
    """A finance charge in the books, with the items for which it was charged."""

    charge_id: str
    charge_number: str
    customer_id: str
    company_id: str
    kind: Literal["interest", "fee"]
    charge_date: date
    due_date: date
    currency: str
    amount: Decimal
    reason: str
    items: list[ChargedItemView]

    @classmethod
    def of(cls, row: Mapping[str, Any]) -> Self:
        return cls.model_validate({**rounded(row, "amount"), "items": json.loads(row["items"])})
