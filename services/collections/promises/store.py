"""Promises, and the receipts they are judged by: loaded and saved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from services.collections.promises.domain.promise import Promise, PromiseState
from services.collections.promises.domain.receipts import Receipts
from shared.chassis.transaction.row_conversion import RowConversion
from shared.chassis.transaction.unit_of_work import Table, UnitOfWork
from shared.kernel.money import round_half_up

ReceiptKey = tuple[str, str, date]
"""Customer, currency and the day the money was applied."""


_PROMISE: Final = RowConversion(
    Promise,
    columns=(
        "customer_id", "promise_id", "company_id", "currency", "amount", "made_on", "due_on", "made_by",
        "already_applied", "state", "judged_on", "applied", "paid_on", "note",
    ),
    amounts=("amount", "already_applied", "applied"),
    read={"state": PromiseState},
    write={"state": str},
)  # fmt: skip
promise_from_row: Final = _PROMISE.from_row

PROMISES = Table[tuple[str, str], Promise](
    load="load_promises",
    save="save_promises",
    key=lambda promise: (promise.customer_id, promise.promise_id),
    from_row=_PROMISE.from_row,
    to_row=_PROMISE.to_row,
)


async def add_receipts(uow: UnitOfWork, amounts: dict[ReceiptKey, Decimal]) -> None:
    """Adds to the days' receipts at once, not at the flush: the rows stay locked until the commit."""
    await uow.write("add_receipts", [(*key, amount) for key, amount in sorted(amounts.items())])


async def load_receipts(uow: UnitOfWork, promises: Iterable[Promise]) -> dict[str, Receipts]:
    """By promise id: what was applied since the promise was made, read with one query."""
    wanted = list(promises)
    first_days: dict[tuple[str, str], date] = {}
    for promise in wanted:
        key = promise.customer_id, promise.currency
        first_days[key] = min(first_days.get(key, promise.made_on), promise.made_on)
    days: dict[tuple[str, str], list[tuple[date, Decimal]]] = {key: [] for key in first_days}
    if first_days:
        customer_ids, currencies = zip(*first_days, strict=True)
        for row in await uow.fetch("receipts_since", customer_ids, currencies, list(first_days.values())):
            amount = round_half_up(row["amount"], row["currency"])
            days[row["customer_id"], row["currency"]].append((row["applied_on"], amount))
    return {p.promise_id: Receipts(tuple(days[p.customer_id, p.currency])) for p in wanted}


async def claim_due(uow: UnitOfWork, promises: list[Promise], business_date: date) -> set[str]:
    """Claims that PromiseDue is published for these promises; returns the ids that were not claimed before."""
    claims = [(p.customer_id, p.promise_id, p.due_on, business_date) for p in promises]
    return {row["promise_id"] for row in await uow.fetch("claim_due_promises", *zip(*claims, strict=True))}
