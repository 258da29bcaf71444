"""Recognition: the open item that a payer means with a number that no document has."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal
from typing import Final

from services.cash_app.application.domain import discount
from services.cash_app.application.domain.customer_subledger import CustomerSubledger, Recognised, UnmatchedReason
from services.cash_app.open_items.domain.document_number import document_key, is_near
from services.cash_app.payments.domain.payment import Payment

_OF_ONE_AMOUNT_MAX: Final = 50
"""If more open items than this have the amount, a number with a typing error identifies none of them."""


def recognise(
    written: str, amount: Decimal, payment: Payment, book: CustomerSubledger, taken: Collection[str]
) -> Recognised | None:
    """The open item meant by a number that no document has; what was recognised for this payment before stays so.

    The end of the number is enough where exactly one open item ends so. One wrong character or two swapped ones need
    an item of exactly this amount, with its discount or without, and no other item so near. A number of another
    customer's document is never shortened, but it may be a typing error. `taken` are the items that other lines name.
    """
    key = (payment.payment_id, document_key(written))
    if key not in book.recognised:
        found = _found(written, amount, payment, book, taken)
        if found is None:
            return None
        book.recognised[key] = found
    return book.recognised[key]


def _found(
    written: str, amount: Decimal, payment: Payment, book: CustomerSubledger, taken: Collection[str]
) -> Recognised | None:
    known = book.named(written, payment)
    if known not in (UnmatchedReason.UNKNOWN, UnmatchedReason.OF_ANOTHER_CUSTOMER):
        return None
    day = book.discount_day(payment, book.in_force(payment)[1])
    if known is UnmatchedReason.UNKNOWN:
        ending = [item for item in book.with_tail(written, payment) if item.item_id not in taken]
        closed = [item for item in ending if amount in (item.open_amount, discount.net_amount(item, day))]
        meant = ending if len(ending) == 1 else closed
        if len(meant) == 1:
            number = meant[0].document_number
            return Recognised(meant[0], f"the remittance states {written}, which is {number} without its beginning", 95)
    near = [
        item
        for item in book.pool(payment).closed_by(amount, day, _OF_ONE_AMOUNT_MAX)
        if item.item_id not in taken and is_near(written, item.document_number)
    ]
    if len(near) != 1:
        return None
    number = near[0].document_number
    evidence = f"the remittance states {written}: {number} differs by one typing error and has exactly this amount open"
    return Recognised(near[0], evidence, 90)
