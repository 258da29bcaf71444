"""Loading what has to be undone: applications as they were booked, with their items, set-based."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from services.cash_app.domain.customer_book import AwaitedDocument
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import Payment
from services.cash_app.domain.reversal import BookedApplication, ItemMovement
from services.cash_app.store import CashWork
from shared.chassis.http import Command, Conflict, NotFound
from shared.kernel.journal import Account, Posting
from shared.kernel.money import round_half_up

Applications = dict[str, list[BookedApplication]]
"""By payment id, the latest first: the order in which they are undone."""


async def live_applications(payment_ids: Collection[str], uow: CashWork) -> Applications:
    """What payments settled and was not undone yet; the items are locked and held by the unit of work."""
    rows = await uow.fetch("live_applications", sorted(payment_ids)) if payment_ids else []
    if not rows:
        return {}
    keys = [row["customer_id"] for row in rows], [row["application_id"] for row in rows]
    movements: defaultdict[str, list[ItemMovement]] = defaultdict(list)
    for row in await uow.fetch("movements_of_applications", *keys):
        change = round_half_up(row["change"], row["currency"])
        movements[row["application_id"]].append(ItemMovement(row["customer_id"], row["item_id"], change, row["cause"]))
    postings: defaultdict[str, list[Posting]] = defaultdict(list)
    for row in await uow.fetch("postings_of_applications", *keys):
        postings[row["entry_id"]].append(_posting(row))
    await uow.items.load((m.customer_id, m.item_id) for moved in movements.values() for m in moved)
    found: defaultdict[str, list[BookedApplication]] = defaultdict(list)
    for row in rows:
        found[row["payment_id"]].append(_application(row, movements, postings))
    return dict(found)


def items_of(applications: Iterable[BookedApplication], uow: CashWork) -> dict[tuple[str, str], OpenItem]:
    """The items that applications moved, by customer and item id."""
    keys = {(m.customer_id, m.item_id) for application in applications for m in application.movements}
    return {key: uow.items[key] for key in keys}


async def awaited_of(payments: Iterable[Payment], uow: CashWork) -> dict[str, list[AwaitedDocument]]:
    """By payment id, the documents that payments wait for."""
    waiting = [payment for payment in payments if payment.customer_id is not None and payment.awaited_lines]
    awaited: defaultdict[str, list[AwaitedDocument]] = defaultdict(list)
    if waiting:
        customers, ids = sorted({str(p.customer_id) for p in waiting}), sorted(p.payment_id for p in waiting)
        for document in await uow.awaited.fetch("load_awaited_of_payments", customers, ids):
            awaited[document.payment_id].append(document)
    return awaited


async def lock_payment(
    payment_id: str, expected_version: int | None, uow: CashWork, customers: Iterable[str] = ()
) -> Payment:
    """A payment a person wants to change, its customer and those given locked before it.

    Raises NotFound; Conflict where it is not as the person saw it.
    """
    rows = await uow.fetch("customer_of_payment", payment_id)
    if not rows:
        raise NotFound(f"there is no payment {payment_id!r}: GET /payments lists them")
    owner: str | None = rows[0]["customer_id"]
    await uow.books({*customers, *([owner] if owner is not None else [])})
    payment = (await uow.payments.load([payment_id]))[payment_id]
    if payment.customer_id != owner or expected_version not in (None, payment.movements):
        raise Conflict(
            f"payment {payment_id} was changed meanwhile (it is at version {payment.movements}, you saw "
            f"{expected_version}): read it again"
        )
    return payment


def keep_step(uow: CashWork, command: Command, subject: str, action: str, reason: str) -> None:
    """Notes that a person did something with a payment, item or return."""
    uow.append("insert_desk_steps", (subject, command.id, action, command.person.name, uow.business_date, reason))


def standing(payment: Payment) -> dict[str, object]:
    """Where a payment is, for the audit's before and after."""
    return {
        "customer_id": payment.customer_id,
        "state": payment.state,
        "unapplied_amount": payment.unapplied_amount,
        "currency": payment.currency,
        "version": payment.movements,
    }


def _application(
    row: Any, movements: Mapping[str, Sequence[ItemMovement]], postings: Mapping[str, Sequence[Posting]]
) -> BookedApplication:
    currency, application_id = row["currency"], row["application_id"]
    return BookedApplication(
        application_id=application_id,
        payment_id=row["payment_id"],
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        applied_on=row["applied_on"],
        currency=currency,
        amount=round_half_up(row["amount"], currency),
        discount=round_half_up(row["discount"], currency),
        cash=round_half_up(row["cash"], row["paid_currency"]),
        movements=tuple(movements[application_id]),
        postings=tuple(postings[application_id]),
    )


def _posting(row: Any) -> Posting:
    amount: Decimal = round_half_up(row["amount"], row["currency"])
    on: date = row["business_date"]
    return Posting(
        entry_id=row["entry_id"],
        company_id=row["company_id"],
        business_date=on,
        debit=Account(row["debit"]),
        credit=Account(row["credit"]),
        amount=amount,
        currency=row["currency"],
        customer_id=row["customer_id"],
        document=row["document"],
    )
