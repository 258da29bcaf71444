"""Reversal: an application is undone by its opposite. Items are reopened with their old due dates, as new versions;
the money is unapplied again. Nothing that was booked is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.bookings import Bookings, Entry
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.contracts.cash_app import ItemCause, PaymentUnapplied
from shared.contracts.erp import PaymentMethod
from shared.kernel.journal import Account, Posting
from shared.kernel.money import Money

ReversalCause = Literal["reversed", "transferred", "returned"]

_OF_THE_PAYMENT: Final = {Account.UNAPPLIED_CASH, Account.ON_ACCOUNT}
"""Wherever the money was taken from, it comes back unapplied."""


class NotReversible(ValueError):
    """What the application created has been used since; the message states what has to be undone first."""


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
class PaymentHistory:
    """What one payment settled and was not reversed, the latest application first, and what it waits for.

    `items` are those of the applications, by customer and item id.
    """

    applications: Sequence[BookedApplication] = ()
    items: Mapping[tuple[str, str], OpenItem] | None = None
    pending: Sequence[PendingDocument] = ()

    def item(self, customer_id: str, item_id: str) -> OpenItem:
        return (self.items or {})[customer_id, item_id]


@dataclass(frozen=True, slots=True)
class Correction:
    """Why something is undone, on which day at the earliest, and where it is booked.

    `book` is the subledger of the payment's customer; None while the money is in suspense.
    """

    cause: ReversalCause
    reason: str
    not_before: date
    book: CustomerSubledger | None
    bookings: Bookings


def reverse_all(payment: Payment, history: PaymentHistory, correction: Correction) -> None:
    """Reverses all applications of the payment, which no longer waits for documents. Raises NotReversible."""
    for application in history.applications:
        reverse(application, payment, history, correction)
    payment.stop_waiting(history.pending)


def reverse(application: BookedApplication, payment: Payment, history: PaymentHistory, correction: Correction) -> date:
    """Books the opposite of everything that the application booked; returns the business date.

    That is the latest of: `correction.not_before`, the application's own date, and the day since which the payment's
    money is where it is. Raises NotReversible.
    """
    on = max(correction.not_before, application.applied_on, payment.held_since)
    check_reversible([application], history)
    bookings, book = correction.bookings, correction.book
    if book is not None:
        book.credit_withdrawn(payment)
    payment.reinstate(application.cash, Entry(application.reversal_id, on), bookings)
    bookings.events.append(
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
            cause=correction.cause,
            reason=correction.reason[:500],
            method=payment.method,
        )
    )
    undoing = _Undoing(application, on, payment.value_date, payment.method, correction)
    for movement in application.movements:
        _undo(movement, history.item(movement.customer_id, movement.item_id), undoing)
    bookings.postings.extend(_opposite(posting, application.reversal_id, on) for posting in application.postings)
    return on


def check_reversible(applications: Iterable[BookedApplication], history: PaymentHistory) -> None:
    """Raises NotReversible where a deduction that an application opened was settled since."""
    for application in applications:
        for movement in application.movements:
            item = history.item(movement.customer_id, movement.item_id)
            if movement.change > item.open_amount:
                raise NotReversible(
                    f"application {application.application_id} opened {item.document_number}, of which "
                    f"{Money(movement.change - item.open_amount, item.currency)} is settled since: undo that first"
                )


@dataclass(frozen=True, slots=True)
class _Undoing:
    """An application that is being undone, `on` which day, and the value date of its payment."""

    application: BookedApplication
    on: date
    value_date: date
    method: PaymentMethod
    correction: Correction


def _undo(movement: ItemMovement, item: OpenItem, undoing: _Undoing) -> None:
    reversal_id, undone = undoing.application.reversal_id, undoing.application.application_id
    amount, on, value_date = abs(movement.change), undoing.on, undoing.value_date
    if movement.change > 0:
        changed = item.reduce(amount, on, "unapplied", reversal_id, value_date=value_date, reverses=undone)
    else:
        changed = item.restore(
            amount, on, "unapplied", reversal_id,
            reverses=undone, undoes=movement.cause, method=undoing.method, value_date=value_date,
        )  # fmt: skip
    undoing.correction.bookings.events.append(changed)
    book = undoing.correction.book
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
