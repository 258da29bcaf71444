"""Application by hand: a clerk says which items a payment's waiting or resting money settles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.cash_app.domain import discount
from services.cash_app.domain.application import close_awaited, settle
from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.customer_book import AwaitedDocument, CustomerBook
from services.cash_app.domain.foreign_item import exchange
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import Payment, PaymentState, WrongState
from services.cash_app.domain.settlement import SettledLine
from shared.kernel.money import is_exact, round_half_up


class NotAllowed(ValueError):
    """A line of the clerk's that the rules of application forbid; the sentence says which and why."""


@dataclass(frozen=True, slots=True)
class HandLine:
    """Cash and discount for an item, in the payment's currency, whichever the item is in."""

    item: OpenItem
    cash: Decimal
    discount: Decimal


def apply_by_hand(
    payment: Payment,
    lines: Sequence[HandLine],
    reason: str,
    today: date | None,
    awaited: Sequence[AwaitedDocument],
    book: CustomerBook,
    bookings: Bookings,
) -> None:
    """Settles exactly the lines given, on `today` at the earliest. `awaited` are the payment's documents.

    Raises WrongState unless the money is unapplied or on account, NotAllowed where a line does not fit.
    """
    if payment.state not in (PaymentState.UNAPPLIED, PaymentState.ON_ACCOUNT):
        hint = "assign it to a customer first" if payment.state is PaymentState.SUSPENSE else "no money of it is left"
        raise WrongState(f"payment {payment.payment_id} is {payment.state}: {hint}")
    settled = [_checked(payment, line, reason, book) for line in lines]
    if len({line.item.item_id for line in settled}) < len(settled):
        raise NotAllowed("an item is named twice: give each item one line with its whole amount")
    cash = sum((line.conversion.paid if line.conversion else line.cash for line in settled), Decimal(0))
    if cash > payment.unapplied_amount:
        raise NotAllowed(
            f"the lines add up to {cash} {payment.currency}, "
            f"but {payment.unapplied_amount} of payment {payment.payment_id} is left"
        )
    settle(payment, settled, book, bookings, not_before=today)
    close_awaited(payment, awaited)


def _checked(payment: Payment, line: HandLine, reason: str, book: CustomerBook) -> SettledLine:
    item, currency, number = line.item, payment.currency, line.item.document_number
    if item.customer_id != payment.customer_id:
        raise NotAllowed(f"{number} is customer {item.customer_id}'s, the payment is {payment.customer_id}'s")
    if item.company_id != payment.company_id:
        raise NotAllowed(f"{number} is of company {item.company_id}, the payment went to {payment.company_id}")
    if line.cash <= 0 or not is_exact(line.cash, currency) or not is_exact(line.discount, currency):
        raise NotAllowed(f"{number}: {line.cash} with {line.discount} discount is not an amount in {currency}")
    if item.currency != currency:
        return _exchanged(payment, line, reason, book)
    if line.cash + line.discount > item.open_amount:
        raise NotAllowed(f"{number} has {item.open_amount} {currency} open, not {line.cash + line.discount}")
    earned = discount.earned_by_claim(item, line.cash, line.discount, payment.value_date)
    if line.discount > earned:
        raise NotAllowed(
            f"{number}: a discount of {line.discount} {currency} is not earned by a payment of value date "
            f"{payment.value_date}; {earned} is"
        )
    return SettledLine(
        item, round_half_up(line.cash, currency), round_half_up(line.discount, currency), "by_hand", reason
    )


def _exchanged(payment: Payment, line: HandLine, reason: str, book: CustomerBook) -> SettledLine:
    """A line for an item in another currency, at the rate of the value date."""
    item, number = line.item, line.item.document_number
    exchanged = exchange(
        item, line.cash, line.discount, payment.currency, payment.value_date, payment.value_date, book.rates
    )
    if exchanged is None:
        raise NotAllowed(
            f"{number} is in {item.currency}, the payment in {payment.currency}, and no rate of "
            f"{payment.value_date} is known: have the rate set first"
        )
    if exchanged.cash + exchanged.claimed > item.open_amount:
        told = (
            f"{line.cash} {payment.currency} come to {exchanged.cash} {item.currency} with {exchanged.claimed} discount"
        )
        raise NotAllowed(f"{number} has {item.open_amount} {item.currency} open; {told}")
    earned = discount.earned_by_claim(item, exchanged.cash, exchanged.claimed, payment.value_date)
    if exchanged.claimed > earned:
        raise NotAllowed(f"{number}: a discount of {exchanged.claimed} {item.currency} is not earned; {earned} is")
    conversion = exchanged.costing(exchanged.cash)
    return SettledLine(item, exchanged.cash, exchanged.claimed, "by_hand", reason, conversion=conversion)
