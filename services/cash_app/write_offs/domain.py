"""Write-off: what will not be collected becomes a bad debt, and is reopened when that was a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.bookings import Bookings, Entry
from shared.contracts.cash_app import ItemWrittenOff
from shared.contracts.event import NonNegativeAmount
from shared.kernel.journal import Account, Posting
from shared.kernel.money import round_half_up

Role = Literal["cash_clerk", "controller", "credit_manager"]


class WriteOffRules(BaseModel):
    """The policy document `write_off_rules`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    authority: dict[Role, NonNegativeAmount | None]
    """The largest write-off by role, in the currency of the item; null: any amount. A role that is not named: none.
    Within the limit a write-off is posted at once; above it a second person with enough authority approves."""


@dataclass(frozen=True, slots=True)
class WriteOff:
    """A write-off as approved; `amount` in the item's currency."""

    write_off_id: str
    amount: Decimal
    approved_by: str
    reason: str
    on: date


def write_off(item: OpenItem, approved: WriteOff, bookings: Bookings) -> Decimal:
    """Writes off what is approved, at most what is still open: money that arrived in the meantime stays applied.

    Returns what was written off, in the item's currency.
    """
    amount = min(round_half_up(approved.amount, item.currency), item.open_amount)
    if amount:
        entry = Entry(approved.write_off_id, max(approved.on, item.open_since))
        bookings.events.append(item.reduce(amount, entry.on, "write_off", entry.entry_id))
        item.written_off_on = entry.on
        _book(item, approved, entry, amount, bookings)
    return amount


def reverse_write_off(item: OpenItem, written_off: WriteOff, on: date, bookings: Bookings) -> None:
    """Reopens what was written off; `written_off.amount` is what was."""
    entry = Entry(f"{written_off.write_off_id}/R", max(on, written_off.on))
    undone = written_off.write_off_id
    bookings.events.append(
        item.restore(
            written_off.amount, entry.on, "write_off_reversed", entry.entry_id, reverses=undone, undoes="write_off"
        )
    )
    _book(item, written_off, entry, -written_off.amount, bookings)


def _book(item: OpenItem, write_off: WriteOff, entry: Entry, amount: Decimal, bookings: Bookings) -> None:
    bookings.events.append(
        ItemWrittenOff(
            write_off_id=entry.entry_id,
            reverses=write_off.write_off_id if amount < 0 else None,
            item_id=item.item_id,
            document_number=item.document_number,
            customer_id=item.customer_id,
            company_id=item.company_id,
            written_off_on=entry.on,
            currency=item.currency,
            amount=amount,
            approved_by=write_off.approved_by,
            reason=write_off.reason,
        )
    )
    sides = (Account.BAD_DEBT, Account.RECEIVABLES)
    debit, credit = sides if amount > 0 else sides[::-1]
    bookings.postings.append(
        Posting(
            entry_id=entry.entry_id,
            company_id=item.company_id,
            business_date=entry.on,
            debit=debit,
            credit=credit,
            amount=abs(amount),
            currency=item.currency,
            customer_id=item.customer_id,
            document=item.document_number,
        )
    )
