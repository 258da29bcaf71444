"""The remittance: the payer says which documents the money is for, and that goes before every rule."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.domain import discount
from services.cash_app.domain.application_rules import STANDARD, CustomerRules
from services.cash_app.domain.customer_book import Absence, AwaitedDocument, CustomerBook
from services.cash_app.domain.document_number import document_key, is_near
from services.cash_app.domain.foreign_item import exchange
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import Payment
from services.cash_app.domain.settlement import Proposal, SettledLine
from services.cash_app.domain.tolerance import within
from shared.contracts.erp import DeductionReason
from shared.kernel.money import round_half_up

NOTHING = Decimal(0)

_OF_ONE_AMOUNT_MAX: Final = 50
"""Where more open items than this have the amount, a slip in a number tells nothing."""
_REASONS: Final[dict[DeductionReason, str]] = {
    "pricing": "price",
    "freight": "freight",
    "damage": "damaged goods",
    "tax": "tax",
    "unearned_discount": "discount taken too late",
    "unknown": "without a reason",
}
_LEFT_OVER: Final = {
    Absence.PAID: "{number} is paid already: {money} is left over",
    Absence.OF_ANOTHER_CUSTOMER: "{number} is another customer's document: {money} is left over",
    Absence.OF_ANOTHER_COMPANY: "{number} is a document of another company of ours: {money} is left over",
    Absence.IN_ANOTHER_CURRENCY: "{number} is in another currency than the payment, without a rate or leave to convert:"
    " {money} is left over",
    Absence.UNKNOWN: "{number} is not known yet: {money} waits for it",
}


def by_remittance(payment: Payment, book: CustomerBook, rules: CustomerRules = STANDARD) -> Proposal | None:
    """Settles what the remittance names, line by line, as far as the money goes.

    A document nobody knows yet is waited for. What names a paid item or another customer's, and what
    no line speaks of, is left over: the payer has said what the money is for, so it pays nothing else.
    A remittance that names nothing but the customer is none.
    """
    if not payment.remittance:
        return None
    proposal, left = Proposal(), payment.unapplied_amount
    stated = _stated(payment, book, proposal)
    if not stated and not proposal.notes:
        return None
    day = book.discount_day(payment, rules)
    named = {line.number: book.named(line.number, payment) for line in stated}
    taken = {item.item_id for item in named.values() if isinstance(item, OpenItem)}
    for line in stated:
        money = min(line.amount, left)
        if money < line.amount:
            proposal.notes.append(_short(payment, line, money))
        absence, evidence, score = named[line.number], "", 100
        item = absence if isinstance(absence, OpenItem) else None
        if item is None and (known := recognise(line.number, line.amount, day, payment, book, taken)):
            item, evidence, score = known
            taken.add(item.item_id)
        abroad = book.foreign(line.number, payment) if absence is Absence.IN_ANOTHER_CURRENCY else None
        if foreign := settle_foreign(abroad, payment, money, line.discount, day, rules, book):
            proposal.lines.append(foreign)
            proposal.notes.extend(_remarks_abroad(foreign, money, payment.currency))
        elif money and item is not None:
            settled = settle_named(item, money, line.discount, day, rules, line.reason, payment.value_date)
            settled = settled._replace(evidence=evidence, score=score) if evidence else settled
            proposal.lines.append(settled)
            proposal.notes.extend(remarks(settled, money, line.discount))
        elif money and isinstance(absence, Absence):
            proposal.doubtful = True
            _leave(payment, book, line, money, absence, proposal)
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
    reason: DeductionReason | None


def _stated(payment: Payment, book: CustomerBook, proposal: Proposal) -> list[_Stated]:
    by_document: dict[str, _Stated] = {}
    for line_no, line in enumerate(payment.remittance, start=1):
        amount = round_half_up(line.amount, payment.currency)
        claimed = round_half_up(line.discount, payment.currency)
        key = document_key(line.document_number)
        if key == document_key(book.customer_id):
            continue
        if amount <= 0:
            proposal.notes.append(f"{line.document_number}: a line of {amount} {payment.currency} pays nothing")
            continue
        stated = by_document.setdefault(key, _Stated(line_no, line.document_number, NOTHING, NOTHING, None))
        stated.amount += amount
        stated.discount += claimed
        stated.reason = stated.reason or line.reason
    return list(by_document.values())


def _leave(
    payment: Payment, book: CustomerBook, line: _Stated, money: Decimal, absence: Absence, proposal: Proposal
) -> None:
    proposal.notes.append(left_over(absence, line.number, money, payment.currency))
    if absence is Absence.UNKNOWN:
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


def recognise(
    written: str, amount: Decimal, day: date, payment: Payment, book: CustomerBook, taken: Collection[str]
) -> tuple[OpenItem, str, int] | None:
    """The open item that was meant by a number nobody has, what tells so, and how sure it is.

    The end of the number is enough where one open item ends so. One wrong character or two swapped ones need an
    item of exactly this amount, with its discount or without, and no other item so near. A number that somebody
    else's document has is never cut short, but may be a slip.
    """
    known = book.named(written, payment)
    if known not in (Absence.UNKNOWN, Absence.OF_ANOTHER_CUSTOMER):
        return None
    if known is Absence.UNKNOWN:
        ending = [item for item in book.with_tail(written, payment) if item.item_id not in taken]
        closed = [item for item in ending if amount in (item.open_amount, discount.net_amount(item, day))]
        meant = ending if len(ending) == 1 else closed
        if len(meant) == 1:
            return (
                meant[0],
                f"the remittance says {written}, which is {meant[0].document_number} without its beginning",
                95,
            )
    near = [
        item
        for item in book.pool(payment).closed_by(amount, day, _OF_ONE_AMOUNT_MAX)
        if item.item_id not in taken and is_near(written, item.document_number)
    ]
    if len(near) != 1:
        return None
    number = near[0].document_number
    return near[0], f"the remittance says {written}: {number} is one slip from it and open with just this amount", 90


def settle_named(
    item: OpenItem,
    money: Decimal,
    claimed: Decimal,
    day: date,
    rules: CustomerRules = STANDARD,
    reason: DeductionReason | None = None,
    value_date: date | None = None,
) -> SettledLine:
    """Cash and discount for an item the payer named, with `claimed` discount; `day` counts for the discount.

    Money that is short by exactly the discount to be had has taken it, claimed or not. What is then missing is
    written off within the tolerance, becomes a deduction where the policy or the payer says so, or stays open.
    """
    to_be_had = discount.available(item, day)
    granted = discount.earned_by_claim(item, money, claimed, day)
    if not claimed and to_be_had and item.open_amount - money == to_be_had:
        granted = to_be_had
    if not granted and rules.discount.part_payments == "in_proportion":
        granted = discount.share_of_part_payment(item, money, day)
    cash = min(money, item.open_amount - granted)
    why = f"the remittance names {item.document_number}"
    if granted:
        why += f"; paid by {item.discount_date}, so {granted} {item.currency} discount is granted"
    if claimed > granted:
        refused = f"{claimed - granted} {item.currency} of the discount claimed is not granted"
        why += f"; {refused}: {_refusal(item, cash, day, value_date or day)}"
    line = SettledLine(item, cash, granted, "remittance", why)
    missing = item.open_amount - granted - cash
    return _with_missing(line, missing, claimed - granted, rules, reason) if missing else line


def settle_foreign(
    item: OpenItem | None,
    payment: Payment,
    money: Decimal,
    claimed: Decimal,
    day: date,
    rules: CustomerRules,
    book: CustomerBook,
) -> SettledLine | None:
    """The same for an item in another currency, at the rate of the value date; None without an item or a rate."""
    if item is None or not money or not rules.rule_set.convert_currencies:
        return None
    exchanged = exchange(item, money, claimed, payment.currency, payment.value_date, day, book.rates)
    if exchanged is None:
        return None
    line = settle_named(item, exchanged.cash, exchanged.claimed, day, rules, None, payment.value_date)
    rate = f"{exchanged.rate.normalize():f} {item.currency} for 1 {payment.currency}"
    return line._replace(conversion=exchanged.costing(line.cash), why=f"{line.why}; paid at {rate}")


def _remarks_abroad(line: SettledLine, money: Decimal, currency: str) -> list[str]:
    paid = line.conversion.paid if line.conversion is not None else money
    number = line.item.document_number
    return [f"{money - paid} {currency} more than open on {number} is left over"] if paid < money else []


def _with_missing(
    line: SettledLine, missing: Decimal, refused: Decimal, rules: CustomerRules, reason: DeductionReason | None
) -> SettledLine:
    item, told = line.item, f"{missing} {line.item.currency}"
    if within(missing, item, rules.tolerance):
        return line._replace(
            tolerance=missing, why=f"{line.why}; {told} is missing and written off as a small difference"
        )
    unearned = missing in (refused, item.discount_amount - item.discount_taken)
    if unearned and rules.discount.unearned_taken == "deduction":
        reason = reason or "unearned_discount"
    small = missing * 100 <= item.open_amount * rules.short_payment.deduction_percent_max
    if not reason and rules.short_payment.rest == "deduction" and small and not unearned:
        reason = "unknown"
    if not reason:
        return line
    words = _REASONS[reason]
    return line._replace(
        deduction=missing, reason=reason, why=f"{line.why}; {told} was kept back ({words}): a deduction"
    )


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


def _refusal(item: OpenItem, cash: Decimal, day: date, value_date: date) -> str:
    if cash == item.open_amount:
        return "cash paid all that was open"
    if item.disputed:
        return "the item is disputed"
    if item.discount_date is None or not item.discount_amount:
        return "its terms grant none"
    if day == date.max:
        return "the rules grant this customer none"
    if day > item.discount_date:
        return f"it had to be paid by {item.discount_date}, the value date is {value_date}"
    return f"the terms grant {discount.available(item, day)} when all is paid"


def _short(payment: Payment, line: _Stated, money: Decimal) -> str:
    return (
        f"the remittance adds up to more than the payment: {line.number} gets {money} of "
        f"{line.amount} {payment.currency}"
    )
