"""Deductions over HTTP."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any, Literal, Self, TypeAlias

from pydantic import BaseModel

from services.collections.deductions.domain import Deduction
from shared.chassis.http.schemas import WithReason
from shared.contracts.erp import DeductionReason
from shared.contracts.event import PositiveAmount
from shared.kernel.money import round_half_up

State: TypeAlias = Literal["open", "in_review", "waiting", "granted", "charged_back", "settled"]


class GrantDeduction(WithReason):
    amount: PositiveAmount | None = None
    """What is granted, including tax; the rest is charged back. All that is owed unless given."""


class DeductionView(BaseModel):
    """A deduction, what is still owed of it, and how it was decided; amounts in `currency`."""

    deduction_id: str
    customer_id: str
    company_id: str
    document_number: str
    payment_id: str
    opened_on: date
    currency: str
    amount: Decimal
    owed: Decimal
    reason: DeductionReason
    why: str
    payer_code: str
    """The payer's own code for the reason, words and document."""
    payer_text: str
    payer_reference: str
    state: State
    """settled: nothing is owed on it any more, for whatever cause."""
    collector: str | None
    requested_by: str | None
    granted_amount: Decimal
    request_id: str | None
    """The id of the credit memo request: GET /credit-memos/{request_id} of invoicing."""
    decided_on: date | None
    decision: str

    @classmethod
    def of(cls, row: Any) -> Self:
        """A row of `list_deductions`."""
        amounts = ("amount", "owed", "granted_amount")
        return cls.model_validate({**row, **{name: round_half_up(row[name], row["currency"]) for name in amounts}})

    @classmethod
    def of_case(cls, deduction: Deduction, owed: Decimal) -> Self:
        """A case as it is after a command, with what was owed on it before."""
        stored = {name: getattr(deduction, name) for name in cls.model_fields if name != "owed"}
        return cls(**stored, owed=owed)
