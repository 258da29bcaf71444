"""Loading what payments settled: applications as they were booked, with their items and pending documents."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from services.cash_app.corrections.domain.reversal import BookedApplication, ItemMovement, PaymentHistory
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.work import CashWork
from shared.kernel.journal import Account, Posting
from shared.kernel.money import round_half_up


async def load_histories(payments: Iterable[Payment], uow: CashWork) -> dict[str, PaymentHistory]:
    """By payment id, what payments settled and was not reversed; all items are locked and held by the unit of work."""
    wanted = {payment.payment_id: payment for payment in payments}
    applications = await _live_applications(sorted(wanted), uow)
    pending = await uow.pending_of(wanted.values())
    return {
        payment_id: PaymentHistory(
            applications.get(payment_id, ()),
            _items_of(applications.get(payment_id, ()), uow),
            pending.get(payment_id, ()),
        )
        for payment_id in wanted
    }


async def load_history(payment: Payment, uow: CashWork) -> PaymentHistory:
    """What one payment settled and was not reversed, and what it waits for."""
    return (await load_histories([payment], uow))[payment.payment_id]


async def _live_applications(payment_ids: Sequence[str], uow: CashWork) -> dict[str, list[BookedApplication]]:
    rows = await uow.fetch("live_applications", payment_ids) if payment_ids else []
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


def _items_of(applications: Iterable[BookedApplication], uow: CashWork) -> dict[tuple[str, str], Any]:
    keys = {(m.customer_id, m.item_id) for application in applications for m in application.movements}
    return {key: uow.items[key] for key in keys}


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
    return Posting(
        entry_id=row["entry_id"],
        company_id=row["company_id"],
        business_date=row["business_date"],
        debit=Account(row["debit"]),
        credit=Account(row["credit"]),
        amount=round_half_up(row["amount"], row["currency"]),
        currency=row["currency"],
        customer_id=row["customer_id"],
        document=row["document"],
    )
