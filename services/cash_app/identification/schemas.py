"""Money in suspense and payer aliases as people see them. Amounts are in the currency beside them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel

from services.cash_app.open_items.schemas import View
from services.cash_app.payments.schemas import BankData
from shared.chassis.http.schemas import WithReason
from shared.contracts.event import Identifier

AliasKind = Literal["name", "account"]


class CandidateView(View):
    """Who may have paid: score 0 to 100 and the evidence."""

    customer_id: str
    score: int
    evidence: str


class SuspendedView(View):
    """Money whose customer is not identified, and why not."""

    payment_id: str
    bank_reference: str
    company_id: str
    stated_customer: str | None
    payer_account: str | None
    payer_name: str | None
    currency: str
    amount: Decimal
    value_date: date
    reason: str
    candidates: list[CandidateView]
    """The likeliest first; money is never assigned to one of them automatically."""
    bank: BankData


class AssignPayment(WithReason):
    """The customer of the money."""

    customer_id: Identifier


class RevokedAlias(BaseModel):
    alias_id: int
    kind: AliasKind
    written: str
    customer_id: str


class PayerAlias(RevokedAlias):
    """A payer's name or account that identifies a customer, and which clerk's assignment it was learned from."""

    payment_id: str
    learned_from: str
    learned_at: datetime
    revoked_by: str | None
    revoked_at: datetime | None
