"""Money in suspense and payer aliases over HTTP."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Any

from fastapi import APIRouter

from services.cash_app.access import Books, Clerk, ClerkOrController, Reader
from services.cash_app.identification import commands
from services.cash_app.identification.schemas import (
    AliasKind,
    AssignPayment,
    CandidateView,
    PayerAlias,
    RevokedAlias,
    SuspendedView,
)
from services.cash_app.payments.schemas import BankData, PaymentOutcome
from services.cash_app.work import CashWork
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.contracts.event import Identifier

router = APIRouter()


@router.get("/suspense")
async def suspense(person: Reader, db: Books, cursor: Cursor = None, limit: Limit = 50) -> Page[SuspendedView]:
    """Money whose customer is not identified, the oldest first, with the reason and candidates."""
    after = decode_cursor(cursor, 2, date.fromisoformat, str) if cursor else (None, None)
    rows = await db.fetch("view_suspense", *after, limit + 1)
    candidates: defaultdict[str, list[CandidateView]] = defaultdict(list)
    for row in await db.fetch("view_candidates", [row["payment_id"] for row in rows]):
        candidates[row["payment_id"]].append(CandidateView.of(row))

    def view(row: Any) -> SuspendedView:
        return SuspendedView.of({**row, "bank": BankData.of_payment(row), "candidates": candidates[row["payment_id"]]})

    return Page[SuspendedView].of(rows, limit, view, lambda row: (row["value_date"], row["payment_id"]))


@router.post("/suspense/{payment_id:path}/assign")
async def assign_payment(payment_id: str, body: AssignPayment, command: Clerk) -> PaymentOutcome:
    """Assigns money in suspense to a customer; it is applied by the same rules as any other payment."""

    async def work(uow: CashWork) -> PaymentOutcome:
        outcome = await commands.assign_payment(payment_id, body.customer_id, body.reason, command, uow)
        return PaymentOutcome.of(outcome, body.customer_id)

    return await command.run(work, body)


@router.get("/payer-aliases")
async def payer_aliases(
    *,
    person: Reader,
    db: Books,
    customer_id: Identifier | None = None,
    kind: AliasKind | None = None,
    revoked: bool = False,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PayerAlias]:
    """Payer aliases, the latest first; with `revoked` also those no longer in force."""
    (before,) = decode_cursor(cursor, 1, int) if cursor else (None,)
    rows = await db.fetch("view_payer_aliases", customer_id, kind, revoked, before, limit + 1)
    return Page[PayerAlias].of(rows, limit, lambda row: PayerAlias(**row), lambda row: (row["alias_id"],))


@router.delete("/payer-aliases/{alias_id}")
async def revoke_payer_alias(alias_id: int, command: ClerkOrController) -> RevokedAlias:
    """The name or account identifies no customer any more; what was applied by it stays."""

    async def work(uow: CashWork) -> RevokedAlias:
        return RevokedAlias(**await commands.revoke_payer_alias(alias_id, command, uow))

    return await command.run(work)
