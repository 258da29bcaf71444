"""Write-off: what will not be collected is given up as a bad debt, and owed again when that was a mistake."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.open_items import OpenItem
from shared.contracts.cash_app import ItemWrittenOff
from shared.kernel.journal import Account, Posting
from shared.kernel.money import round_half_up


@dataclass(frozen=True, slots=True)
class WriteOff:
    """A write-off as approved; `amount` in the item's currency."""

    write_off_id: str
    amount: Decimal
    approved_by: str
    reason: str
    on: date


def write_off(item: OpenItem, given_up: WriteOff, bookings: Bookings) -> Decimal:
    """Gives up what is approved, at most what is still open: money that came meanwhile is not given up too.

    Returns what was written off, in the item's currency.
    """
    amount = min(round_half_up(given_up.amount, item.currency), item.open_amount)
    if amount:
        on = max(given_up.on, item.open_since)
        bookings.said.append(item.reduce(amount, on, "write_off", given_up.write_off_id))
        _book(item, given_up, given_up.write_off_id, amount, on, bookings)
    return amount


def reverse_write_off(item: OpenItem, given_up: WriteOff, on: date, bookings: Bookings) -> None:
    """Owes again what was written off; `given_up.amount` is what was."""
    day, reversal_id = max(on, given_up.on), f"{given_up.write_off_id}/R"
    bookings.said.append(item.restore(given_up.amount, day, "write_off_reversed", reversal_id, discount=False))
    _book(item, given_up, reversal_id, -given_up.amount, day, bookings)


def _book(item: OpenItem, given_up: WriteOff, entry_id: str, amount: Decimal, on: date, bookings: Bookings) -> None:
    bookings.said.append(
        ItemWrittenOff(
            write_off_id=entry_id,
            item_id=item.item_id,
            document_number=item.document_number,
            customer_id=item.customer_id,
            company_id=item.company_id,
            written_off_on=on,
            currency=item.currency,
            amount=amount,
            approved_by=given_up.approved_by,
            reason=given_up.reason,
        )
    )
    sides = (Account.BAD_DEBT, Account.RECEIVABLES)
    debit, credit = sides if amount > 0 else sides[::-1]
    bookings.postings.append(
        Posting(
            entry_id=entry_id,
            company_id=item.company_id,
            business_date=on,
            debit=debit,
            credit=credit,
            amount=abs(amount),
            currency=item.currency,
            customer_id=item.customer_id,
            document=item.document_number,
        )
    )
