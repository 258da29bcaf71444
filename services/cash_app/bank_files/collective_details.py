"""Details of a line that a statement reported before as one payment: they divide it, and bring no new money."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal

from services.cash_app.bank_files.domain.import_plan import ImportPlan
from services.cash_app.bank_files.import_run import ImportRun
from services.cash_app.duplicates.repeats import receipt_of
from services.cash_app.identification.suspense import retry_suspended
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.payments.domain.splitting import divide
from services.cash_app.work import CashWork
from shared.contracts.erp import PaymentReceived

_Group = tuple[str, str, str]
"""Account, reference of the booking, currency."""


async def divide_known_lines(planned: ImportPlan, import_id: str, days_max: int, uow: CashWork) -> None:
    """Divides payments into their details; where the money was used already, the details wait for a person."""
    groups: defaultdict[_Group, list[int]] = defaultdict(list)
    for at, one in enumerate(planned.entries):
        booking = one.entry.collective_reference if one.entry is not None else ""
        if booking and one.source != "statement" and one.kind == "payment" and one.outcome == "post":
            groups[one.bank_account, booking, one.currency].append(at)
    if not groups:
        return
    sums = {key: sum((planned.entries[at].amount for at in group), Decimal(0)) for key, group in groups.items()}
    days = [planned.entries[group[0]].value_date for group in groups.values()]
    columns = ([account for account, _, _ in groups], [ref for _, ref, _ in groups], list(sums.values()), days)
    lines: defaultdict[_Group, list[str]] = defaultdict(list)
    for row in await uow.fetch("single_lines_of_sums", *columns, days_max):
        lines[row["bank_account"], row["collective_reference"], row["currency"]].append(row["subject_id"])
    for key, group in groups.items():
        if len(lines[key]) == 1:
            await _divide(planned, group, lines[key][0], import_id, uow)


async def _divide(planned: ImportPlan, group: Sequence[int], payment_id: str, import_id: str, uow: CashWork) -> None:
    whole = await _whole(payment_id, sum((planned.entries[at].amount for at in group), Decimal(0)), uow)
    if whole is None:
        note = f"a part of payment {payment_id}, which was received as one: undo what it was used for and split it"
        for at in group:
            planned.entries[at] = replace(planned.entries[at], outcome="review", note=note, event=None)
        return
    run, bookings = ImportRun(import_id), Bookings()
    book = await uow.subledger(whole.customer_id) if whole.customer_id is not None else None
    whole.stop_waiting((await uow.pending_of([whole])).get(payment_id, []))
    if book is not None:
        book.credit_withdrawn(whole)
    made_before = len(await uow.fetch("parts_of_payment", payment_id))
    events = [event for at in group if isinstance(event := planned.entries[at].event, PaymentReceived)]
    parts = divide(whole, events, made_before, bookings)
    uow.post(bookings, cause=run)
    for at, part in zip(group, parts, strict=True):
        note = f"a part of payment {payment_id}, which was received as one: it is now payment {part.payment_id}"
        planned.entries[at] = replace(planned.entries[at], outcome="seen_before", note=note, event=None)
    rows = [
        (*receipt_of(event, of_file=True)._replace(payment_id=part.payment_id, import_id=import_id), 0)
        for event, part in zip(events, parts, strict=True)
    ]
    await uow.execute("insert_references", *(list(column) for column in zip(*rows, strict=True)))
    await uow.flush()
    suspended = await uow.fetch("suspended_of", [part.payment_id for part in parts])
    await retry_suspended(suspended, lambda _: run, uow)


async def _whole(payment_id: str, amount: Decimal, uow: CashWork) -> Payment | None:
    """The payment, locked, where all of it is unapplied and it is not held; else None."""
    owners = [row["customer_id"] for row in await uow.fetch("customers_of_payments", [payment_id])]
    held = await uow.fetch("held_duplicate_by_id", payment_id)
    payment = (await uow.lock_payments([payment_id], owners)).get(payment_id)
    if payment is None or payment.amount != amount or payment.unapplied_amount != amount:
        return None
    return None if held and held[0]["state"] == "held" else payment
