"""Transfer: money booked under the wrong customer goes to the right one, by way of suspense."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.customer_book import AwaitedDocument, CustomerBook
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import Payment, WrongState
from services.cash_app.domain.reversal import BookedApplication, Why, reverse
from shared.contracts.cash_app import PaymentTransferred


def take_from(
    payment: Payment,
    applications: Sequence[BookedApplication],
    items: Mapping[tuple[str, str], OpenItem],
    awaited: Sequence[AwaitedDocument],
    why: Why,
    book: CustomerBook,
    bookings: Bookings,
) -> None:
    """The payment is not this customer's: all it settled is undone, and it is in suspense again.

    Raises WrongState where part of it was refunded or split off, NotReversible.
    """
    for application in applications:
        reverse(application, payment, items, why, book, bookings)
    on = max(why.not_before, payment.held_since)
    book.credit_withdrawn(payment)
    payment.hold(on, bookings)
    stop_waiting(payment, awaited)
    payment.suspend(on, why.reason, bookings)


def transfer(
    payment: Payment,
    applications: Sequence[BookedApplication],
    items: Mapping[tuple[str, str], OpenItem],
    awaited: Sequence[AwaitedDocument],
    to_customer_id: str,
    why: Why,
    book: CustomerBook,
    bookings: Bookings,
) -> None:
    """Moves all of the payment from one customer to another; it is unapplied there.

    Raises WrongState, NotReversible.
    """
    if to_customer_id == book.customer_id:
        raise WrongState(f"payment {payment.payment_id} is customer {to_customer_id}'s already")
    take_from(payment, applications, items, awaited, why, book, bookings)
    transferred_on = payment.held_since
    payment.assign(to_customer_id, transferred_on, why.reason, bookings)
    bookings.said.append(
        PaymentTransferred(
            transfer_id=f"{payment.payment_id}/T{payment.movements}",
            payment_id=payment.payment_id,
            from_customer_id=book.customer_id,
            to_customer_id=to_customer_id,
            company_id=payment.company_id,
            transferred_on=transferred_on,
            currency=payment.currency,
            amount=payment.unapplied_amount,
            reason=why.reason[:500],
        )
    )


def stop_waiting(payment: Payment, awaited: Sequence[AwaitedDocument]) -> None:
    """The payment waits for no document any more."""
    for document in awaited:
        document.waiting = False
    payment.awaited_lines = 0
