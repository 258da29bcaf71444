"""The remittance: the payer says which documents the money is for, and that goes before every rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.domain import discount
from services.cash_app.domain.customer_book import Absence, AwaitedDocument, CustomerBook
from services.cash_app.domain.document_number import document_key
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import Payment
from services.cash_app.domain.settlement import Proposal, SettledLine
from shared.kernel.money import round_half_up

NOTHING = Decimal(0)

_LEFT_OVER: Final = {
    Absence.PAID: "{number} is paid already: {money} is left over",
    Absence.OF_ANOTHER_CUSTOMER: "{number} is another customer's document: {money} is left over",
    Absence.OF_ANOTHER_COMPANY: "{number} is a document of another company of ours: {money} is left over",
    Absence.IN_ANOTHER_CURRENCY: "{number} is in another currency than the payment, never mixed: {money} is left over",
    Absence.UNKNOWN: "{number} is not known yet: {money} waits for it",
}


def by_remittance(payment: Payment, book: CustomerBook) -> Proposal | None:
    """Settles what the remittance names, line by line, as far as the money goes.

    A document nobody knows yet is waited for. What names a paid item or another customer's, and what
    no line speaks of, is left over: the payer has said what the money is for, so it pays nothing else.
    """
    if not payment.remittance:
        return None
    proposal, left = Proposal(), payment.unapplied_amount
    for line in _stated(payment, proposal):
        money = min(line.amount, left)
        if money < line.amount:
            proposal.notes.append(_short(payment, line, money))
        if money:
            _take(payment, book, line, money, proposal)
        left -= money
    if left:
        proposal.notes.append(f"the remittance says nothing about {left} {payment.currency}: left over")
    return proposal


@dataclass(slots=True)
class _Stated:
    """What the remittance says about one document, on however many lines."""

    line_no: int
    number: str
    amount: Decimal
    discount: Decimal


def _stated(payment: Payment, proposal: Proposal) -> list[_Stated]:
    by_document: dict[str, _Stated] = {}
    for line_no, line in enumerate(payment.remittance, start=1):
        amount = round_half_up(line.amount, payment.currency)
        claimed = round_half_up(line.discount, payment.currency)
        if amount <= 0:
            proposal.notes.append(f"{line.document_number}: a line of {amount} {payment.currency} pays nothing")
            continue
        key = document_key(line.document_number)
        stated = by_document.setdefault(key, _Stated(line_no, line.document_number, NOTHING, NOTHING))
        stated.amount += amount
        stated.discount += claimed
    return list(by_document.values())


def _take(payment: Payment, book: CustomerBook, line: _Stated, money: Decimal, proposal: Proposal) -> None:
    named = book.named(line.number, payment)
    if isinstance(named, OpenItem):
        settled = settle_named(named, money, line.discount, payment.value_date)
        proposal.lines.append(settled)
        proposal.notes.extend(remarks(settled, money, line.discount))
        return
    proposal.notes.append(left_over(named, line.number, money, payment.currency))
    if named is Absence.UNKNOWN:
        proposal.awaited.append(
            AwaitedDocument(
                customer_id=book.customer_id,
                payment_id=payment.payment_id,
                line_no=line.line_no,
                document_key=document_key(line.number),
                document_number=line.number,
                currency=payment.currency,
                amount=money,
                discount=line.discount,
            )
        )


def settle_named(item: OpenItem, money: Decimal, claimed: Decimal, paid_on: date) -> SettledLine:
    """Cash and discount for an item the payer named, with `claimed` discount.

    Money that is short by exactly the discount to be had has taken it, claimed or not.
    """
    granted = discount.earned_by_claim(item, money, claimed, paid_on)
    if not claimed and item.open_amount - money == discount.available(item, paid_on):
        granted = item.open_amount - money
    cash = min(money, item.open_amount - granted)
    why = f"the remittance names {item.document_number}"
    if granted:
        why += f"; paid by {item.discount_date}, so {granted} {item.currency} discount is granted"
    if claimed > granted:
        refused = f"{claimed - granted} {item.currency} of the discount claimed is not granted"
        why += f"; {refused}: {_refusal(item, cash, paid_on)}"
    return SettledLine(item, cash, granted, "remittance", why)


def left_over(absence: Absence, number: str, money: Decimal, currency: str) -> str:
    """The sentence about a line that settles nothing now."""
    return _LEFT_OVER[absence].format(number=number, money=f"{money} {currency}")


def remarks(line: SettledLine, money: Decimal, claimed: Decimal) -> list[str]:
    """What the payer has to be told about a line: too much was paid, or a discount was not granted."""
    item, told = line.item, []
    if line.cash < money:
        told.append(f"{money - line.cash} {item.currency} more than open on {item.document_number} is left over")
    if claimed > line.discount:
        told.append(line.why)
    return told


def _refusal(item: OpenItem, cash: Decimal, paid_on: date) -> str:
    if cash == item.open_amount:
        return "cash paid all that was open"
    if item.disputed:
        return "the item is disputed"
    if item.discount_date is None or not item.discount_amount:
        return "its terms grant none"
    if paid_on > item.discount_date:
        return f"it had to be paid by {item.discount_date}, the value date is {paid_on}"
    return f"the terms grant {discount.available(item, paid_on)} when all is paid"


def _short(payment: Payment, line: _Stated, money: Decimal) -> str:
    return (
        f"the remittance adds up to more than the payment: {line.number} gets {money} of "
        f"{line.amount} {payment.currency}"
    )
