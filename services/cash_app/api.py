"""Cash application over HTTP: suspense, payments, open items, customers' accounts."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Annotated, Any

from fastapi import APIRouter, Query

from services.cash_app.access import Books, Clerk, Reader
from services.cash_app.by_hand import owners_of, settle_by_hand
from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.identification import Identification
from services.cash_app.domain.payments import Payment, PaymentState
from services.cash_app.payers import teach
from services.cash_app.recording import record
from services.cash_app.store import CashWork
from services.cash_app.suspended import assign
from services.cash_app.undoing import lock_payment
from services.cash_app.views import (
    AccountItem,
    AccountPayment,
    ApplicationLineView,
    ApplyPayment,
    AssignPayment,
    AwaitedView,
    CandidateView,
    CustomerAccount,
    DuplicateView,
    OpenItemView,
    PaymentDetail,
    PaymentOutcome,
    PaymentView,
    SettledView,
    SuspendedView,
    balances_of,
)
from shared.chassis.http import (
    Conflict,
    Cursor,
    Limit,
    NotFound,
    Page,
    ReadSession,
    Unprocessable,
    decode_cursor,
)
from shared.contracts.cash_app import PaymentApplied
from shared.contracts.event import BusinessDate, Identifier

router = APIRouter()


_LINES_SHOWN_MAX = 2_000


@router.get("/suspense")
async def suspense(person: Reader, db: Books, cursor: Cursor = None, limit: Limit = 50) -> Page[SuspendedView]:
    """Money nobody has been identified for, the oldest first, with the reason."""
    after = decode_cursor(cursor, 2, date.fromisoformat, str) if cursor else (None, None)
    rows = await db.fetch("view_suspense", *after, limit + 1)
    candidates: defaultdict[str, list[CandidateView]] = defaultdict(list)
    for row in await db.fetch("view_candidates", [row["payment_id"] for row in rows]):
        candidates[row["payment_id"]].append(CandidateView.of(row))

    def view(row: Any) -> SuspendedView:
        return SuspendedView.of({**row, "candidates": candidates[row["payment_id"]]})

    return Page[SuspendedView].of(rows, limit, view, lambda row: (row["value_date"], row["payment_id"]))


@router.post("/suspense/{payment_id:path}/assign")
async def assign_payment(payment_id: str, body: AssignPayment, command: Clerk) -> PaymentOutcome:
    """Says whose the money is; it leaves suspense and is applied by the same rules as any other payment."""

    async def work(uow: CashWork) -> PaymentOutcome:
        if body.customer_id not in await uow.books([body.customer_id]):
            raise Unprocessable(f"customer {body.customer_id!r} is not known: check the customer number")
        suspended = await uow.fetch("suspended_of", [payment_id])
        before = [
            {name: row[name] for name in ("stated_customer", "unapplied_amount", "currency")} for row in suspended
        ]
        why = f"assigned by {command.person.name}: {body.reason}"
        whose = {payment_id: Identification(body.customer_id, why, "named")}
        assigned = await assign(suspended, whose, uow)
        payment = (await uow.payments.load([payment_id])).get(payment_id)
        if payment is None:
            raise NotFound(f"there is no payment {payment_id!r}: GET /suspense lists those that can be assigned")
        if not assigned:
            raise Conflict(f"payment {payment_id} is {payment.state} for customer {payment.customer_id} already")
        ((_, bookings),) = assigned
        await teach(payment, body.customer_id, command.person.name, uow)
        record(uow, bookings, cause=command)
        after = {**_standing(payment), "reason": body.reason}
        uow.audit(command, action="assign_payment", subject=payment_id, before=before[0], after=after)
        return _outcome(payment, body.customer_id, bookings)

    return await command.run(work, body)


@router.get("/payments")
async def payments(
    person: Reader,
    db: Books,
    state: PaymentState | None = None,
    customer_id: Identifier | None = None,
    since: BusinessDate | None = None,
    until: BusinessDate | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[PaymentView]:
    """Payments by state, customer and value date, the latest first."""
    before = decode_cursor(cursor, 2, date.fromisoformat, str) if cursor else (None, None)
    rows = await db.fetch("view_payments", state, customer_id, since, until, *before, limit + 1)
    return Page[PaymentView].of(rows, limit, PaymentView.of, lambda row: (row["value_date"], row["payment_id"]))


@router.get("/payments/{payment_id:path}")
async def payment(payment_id: str, person: Reader, db: Books) -> PaymentDetail:
    """One payment: whose it is and how that was found, what it settled and why, what it waits for."""
    row = await db.fetchrow("view_payment", payment_id)
    if row is None:
        raise NotFound(f"there is no payment {payment_id!r}: GET /payments lists them")
    applied = await db.fetch("view_applications_of_payment", payment_id, _LINES_SHOWN_MAX)
    awaited = await db.fetch("view_awaited_of_payment", row["customer_id"], payment_id)
    duplicates = await db.fetch("view_duplicates_of_payment", payment_id, _LINES_SHOWN_MAX)
    return PaymentDetail.of(
        {
            **row,
            "notes": row["note"].splitlines(),
            "applications": [ApplicationLineView.of(line) for line in applied],
            "awaited": [AwaitedView.of(line) for line in awaited],
            "duplicates": [DuplicateView.of(line) for line in duplicates],
        }
    )


@router.post("/payments/{payment_id:path}/apply")
async def apply_payment_by_hand(payment_id: str, body: ApplyPayment, command: Clerk) -> PaymentOutcome:
    """Settles items with money that waits or rests on account, exactly as told; others' items by policy."""

    async def work(uow: CashWork) -> PaymentOutcome:
        owners = await owners_of({line.item_id for line in body.lines}, uow)
        payment = await lock_payment(payment_id, None, uow)
        before, bookings = _standing(payment), Bookings()
        why, customer_id = f"{body.reason} ({command.person.name})", payment.customer_id or ""
        await settle_by_hand(payment, body.lines, owners, why, uow, bookings)
        record(uow, bookings, cause=command)
        after = {**_standing(payment), "lines": body.lines, "reason": body.reason}
        uow.audit(command, action="apply_payment", subject=payment_id, before=before, after=after)
        return _outcome(payment, customer_id, bookings)

    return await command.run(work, body)


@router.get("/open-items")
async def open_items(
    person: Reader,
    db: Books,
    customer_id: Identifier | None = None,
    company_id: Identifier | None = None,
    due_until: BusinessDate | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[OpenItemView]:
    """What is owed now, the oldest due first."""
    after = decode_cursor(cursor, 3, date.fromisoformat, str, str) if cursor else (None, None, None)
    rows = await db.fetch("view_open_items", customer_id, company_id, due_until, *after, limit + 1)
    return Page[OpenItemView].of(
        rows, limit, OpenItemView.of, lambda row: (row["due_date"], row["customer_id"], row["item_id"])
    )


@router.get("/customers/{customer_id:path}/open-items")
async def open_items_of_customer(
    customer_id: str, person: Reader, db: Books, cursor: Cursor = None, limit: Limit = 50
) -> Page[OpenItemView]:
    """What one customer owes now, the oldest due first."""
    await _known(customer_id, db)
    return await open_items(person, db, customer_id, cursor=cursor, limit=limit)


@router.get("/customers/{customer_id:path}/account")
async def account(
    customer_id: str,
    person: Reader,
    db: Books,
    as_of: BusinessDate | None = None,
    limit: Annotated[int, Query(ge=1, le=1000, description="How long each list may be at most.")] = 200,
) -> CustomerAccount:
    """A customer's account at the end of any day; without `as_of`, of the last business day begun."""
    name = await _known(customer_id, db)
    day = as_of or db.today
    if day is None:
        raise Unprocessable("no business day has begun yet: say which day is meant, e.g. as_of=2026-03-31")
    return CustomerAccount(
        customer_id=customer_id,
        name=name,
        as_of=day,
        balances=balances_of(await db.fetch("view_balances", customer_id, day)),
        items=[AccountItem.of(row) for row in await db.fetch("view_items_as_of", customer_id, day, limit)],
        payments=[AccountPayment.of(row) for row in await db.fetch("view_payments_as_of", customer_id, day, limit)],
        applications=[
            ApplicationLineView.of(row) for row in await db.fetch("view_applications_as_of", customer_id, day, limit)
        ],
    )


async def _known(customer_id: str, db: ReadSession) -> str | None:
    row = await db.fetchrow("view_customer", customer_id)
    if row is None:
        raise NotFound(f"customer {customer_id!r} is not known: check the customer number")
    name: str | None = row["name"]
    return name


def _standing(payment: Payment) -> dict[str, object]:
    return {
        "customer_id": payment.customer_id,
        "state": payment.state,
        "unapplied_amount": payment.unapplied_amount,
        "currency": payment.currency,
    }


def _outcome(payment: Payment, customer_id: str, bookings: Bookings) -> PaymentOutcome:
    lines = [
        SettledView(applied_on=applied.applied_on, **line.model_dump())
        for applied in bookings.said
        if isinstance(applied, PaymentApplied)
        for line in applied.lines
    ]
    return PaymentOutcome(
        payment_id=payment.payment_id,
        customer_id=customer_id,
        state=payment.state,
        currency=payment.currency,
        unapplied_amount=payment.unapplied_amount,
        lines=lines,
        notes=payment.note.splitlines(),
    )
