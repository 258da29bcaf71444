"""Reversal: an application is undone by its opposite. Items are owed again, with their old due dates, as new versions;
the money is unapplied again. Nothing that was booked is changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.customer_book import CustomerBook
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import Payment
from shared.contracts.cash_app import ItemCause, PaymentUnapplied
from shared.kernel.journal import Account, Posting

ReversalCause = Literal["reversed", "transferred", "returned"]

_OF_THE_PAYMENT: Final = {Account.UNAPPLIED_CASH, Account.ON_ACCOUNT}
"""Wherever the money was taken from, it comes back unapplied."""


class NotReversible(ValueError):
    """What the application brought about was used since; the sentence says what has to be undone first."""


@dataclass(frozen=True, slots=True)
class ItemMovement:
    """A change that the application made on an item, in the item's currency."""

    customer_id: str
    item_id: str
    change: Decimal
    cause: ItemCause


@dataclass(frozen=True, slots=True)
class BookedApplication:
    """An application as it was booked. `cash` is in the payment's currency, `amount` and `discount` in the items'."""

    application_id: str
    payment_id: str
    customer_id: str
    company_id: str
    applied_on: date
    currency: str
    amount: Decimal
    discount: Decimal
    cash: Decimal
    movements: tuple[ItemMovement, ...]
    postings: tuple[Posting, ...]

    @property
    def reversal_id(self) -> str:
        return f"{self.application_id}/R"


@dataclass(frozen=True, slots=True)
class Why:
    """Why something is undone, and since when at the earliest."""

    cause: ReversalCause
    reason: str
    not_before: date


def reverse(
    application: BookedApplication,
    payment: Payment,
    items: Mapping[tuple[str, str], OpenItem],
    why: Why,
    book: CustomerBook | None,
    bookings: Bookings,
) -> date:
    """Books the opposite of everything the application booked; returns the business date of it.

    That is the latest of: `why.not_before`, the application's own date, since when the payment's money is where it
    is. `items` are those of the application, by customer and item id. Raises NotReversible.
    """
    on = max(why.not_before, application.applied_on, payment.held_since)
    check_reversible(application, items)
    if book is not None:
        book.credit_withdrawn(payment)
    payment.take_back(application.cash, on, application.reversal_id, bookings)
    bookings.said.append(
        PaymentUnapplied(
            reversal_id=application.reversal_id,
            application_id=application.application_id,
            payment_id=payment.payment_id,
            customer_id=application.customer_id,
            company_id=application.company_id,
            applied_on=application.applied_on,
            unapplied_on=on,
            currency=application.currency,
            amount=application.amount,
            discount=application.discount,
            cause=why.cause,
            reason=why.reason[:500],
            method=payment.method,
        )
    )
    for movement in application.movements:
        _undo(movement, items[movement.customer_id, movement.item_id], on, application.reversal_id, book, bookings)
    bookings.postings.extend(_opposite(posting, application.reversal_id, on) for posting in application.postings)
    return on


def check_reversible(application: BookedApplication, items: Mapping[tuple[str, str], OpenItem]) -> None:
    """Raises NotReversible where a deduction that the application opened was settled since."""
    for movement in application.movements:
        item = items[movement.customer_id, movement.item_id]
        if movement.change > item.open_amount:
            raise NotReversible(
                f"{item.document_number} came from application {application.application_id}, and "
                f"{movement.change - item.open_amount} {item.currency} of it is settled since: undo that first"
            )


def _undo(
    movement: ItemMovement, item: OpenItem, on: date, reversal_id: str, book: CustomerBook | None, bookings: Bookings
) -> None:
    if movement.change > 0:
        bookings.said.append(item.reduce(movement.change, on, "unapplied", reversal_id))
    else:
        discount = movement.cause == "discount"
        bookings.said.append(item.restore(-movement.change, on, "unapplied", reversal_id, discount))
    if book is not None and item.customer_id == book.customer_id:
        book.add_item(item)
        book.changed(item)


def _opposite(posting: Posting, entry_id: str, on: date) -> Posting:
    return Posting(
        entry_id=entry_id,
        company_id=posting.company_id,
        business_date=on,
        debit=posting.credit,
        credit=Account.UNAPPLIED_CASH if posting.debit in _OF_THE_PAYMENT else posting.debit,
        amount=posting.amount,
        currency=posting.currency,
        customer_id=posting.customer_id,
        document=posting.document,
    )
