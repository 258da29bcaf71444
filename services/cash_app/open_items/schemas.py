"""Open items as people see them. Amounts are in the currency beside them."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Self

from pydantic import BaseModel

from services.cash_app.open_items.domain.discount_tax import NOTHING
from services.cash_app.open_items.domain.open_item import discount_on
from shared.kernel.money import round_half_up


class View(BaseModel):
    """Made from a row; amounts get the decimal places of the row's currency."""

    @classmethod
    def of(cls, row: Any) -> Self:
        values = dict(row)
        for name, value in values.items():
            if isinstance(value, Decimal):
                values[name] = round_half_up(value, values["currency"])
        return cls.model_validate(values)


class OpenItemView(View):
    """An item and what is owed on it now."""

    item_id: str
    item_version: int
    customer_id: str
    company_id: str
    document_number: str
    currency: str
    original_amount: Decimal
    open_amount: Decimal
    document_date: date
    due_date: date
    discount_date: date | None
    discount_amount: Decimal
    """What may still be kept back when the rest is paid by `discount_date`: worked out on what credit memos left."""
    disputed: bool
    closed_on: date | None

    @classmethod
    def of(cls, row: Any) -> Self:
        values = dict(row)
        total, taken = values["original_amount"], values.pop("discount_taken")
        granted = discount_on(values.pop("discountable"), values["discount_amount"], total, values["currency"])
        return super().of(values | {"discount_amount": max(granted - taken, NOTHING)})


class ItemChange(View):
    """A dated change of an item, and what caused it: an application, reversal or write-off."""

    item_version: int
    business_date: date
    currency: str
    change: Decimal
    cause: str
    cause_id: str
