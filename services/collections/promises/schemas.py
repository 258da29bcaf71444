"""Promises over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, StringConstraints

from services.collections.promises.domain.new_promise import PromiseTerms
from services.collections.promises.domain.promise import Promise, PromiseState
from shared.chassis.http.schemas import RequestBody
from shared.contracts.event import BusinessDate, Currency, PositiveAmount


class PromiseToPay(RequestBody):
    """What the customer promised."""

    amount: PositiveAmount
    currency: Currency
    due_on: BusinessDate
    note: Annotated[str, StringConstraints(strip_whitespace=True, max_length=400)] = ""

    def terms(self) -> PromiseTerms:
        return PromiseTerms(self.amount, self.currency, self.due_on, self.note)


class PromiseView(BaseModel):
    """Amounts in `currency`; `applied` is what counted towards the promise when it was judged, at most its amount."""

    promise_id: str
    customer_id: str
    company_id: str
    amount: Decimal
    currency: str
    made_on: date
    due_on: date
    made_by: str
    state: PromiseState
    judged_on: date | None
    applied: Decimal
    paid_on: date | None
    note: str

    @classmethod
    def of(cls, promise: Promise) -> Self:
        return cls(**{name: getattr(promise, name) for name in cls.model_fields})
