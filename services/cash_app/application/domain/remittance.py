"""The remittance: the payer states which documents the money is for; this takes precedence over every rule."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.application.domain import discount
from services.cash_app.application.domain.application_rules import STANDARD, CustomerRules
from services.cash_app.application.domain.currency_conversion import conversion_text, convert_stated
from services.cash_app.application.domain.customer_subledger import CustomerSubledger, UnmatchedReason
from services.cash_app.application.domain.settlement import Proposal, SettledLine, StatedAmount
from services.cash_app.application.domain.tolerance import within
from services.cash_app.open_items.domain.document_number import document_key, is_near
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.contracts.erp import DeductionReason
from shared.kernel.money import Money, amount_text, round_half_up

NOTHING = Decimal(0)

_OF_ONE_AMOUNT_MAX: Final = 50
"""If more open items than this have the amount, a number with a typing error identifies none of them."""
_REASONS: Final[dict[DeductionReason, str]] = {
    "pricing": "price",
    "freight": "freight",
    "damage": "damaged goods",
    "tax": "tax",
    "unearned_discount": "discount taken too late",
    "unknown": "without a reason",
}
_LEFT_OVER: Final = {
    UnmatchedReason.PAID: "{number} is paid already: {money} is left over",
    UnmatchedReason.OF_ANOTHER_CUSTOMER: "{number} is another customer's document: {money} is left over",
    UnmatchedReason.OF_ANOTHER_COMPANY: "{number} is a document of another of our companies: {money} is left over",
    UnmatchedReason.IN_ANOTHER_CURRENCY: "{number} is in another currency than the payment, and there is no exchange"
    " rate or conversion is not allowed by policy: {money} is left over",
    UnmatchedReason.UNKNOWN: "{number} is not known yet: {money} waits for it",
}


def by_remittance(payment: Payment, book: CustomerSubledger, rules: CustomerRules = STANDARD) -> Proposal | None:
    """Settles what the remittance names, line by line, as far as the money goes.

    Money for a document that is not known yet waits for it. Money for a paid item or another customer's, and money
    that no line names, is left over: the payer has stated its purpose, so it settles nothing else. A remittance that
    names only the customer counts as none.
    """
    if not payment.remittance:
        return None
    proposal, left = Proposal(), payment.unapplied_amount
    stated = _stated(payment, book, proposal)
    if not stated and not proposal.notes:
        return None
    terms = TermsInForce(rules, book.discount_day(payment, rules), payment.value_date)
    named = {line.number: book.named(line.number, payment) for line in stated}
    taken = {item.item_id for item in named.values() if isinstance(item, OpenItem)}
    for line in stated:
        money = min(line.amount, left)
        if money < line.amount:
            proposal.notes.append(_short(payment, line, money))
        amount = StatedAmount(money, line.discount, line.reason)
        unmatched, evidence, score = named[line.number], "", 100
        item = unmatched if isinstance(unmatched, OpenItem) else None
        if item is None and (known := _recognise(line, terms.discount_day, payment, book, taken)):
            item, evidence, score = known
            taken.add(item.item_id)
        other = book.foreign(line.number, payment) if unmatched is UnmatchedReason.IN_ANOTHER_CURRENCY else None
        if foreign := settle_foreign(other, amount, payment, terms, book):
            proposal.lines.append(foreign)
            proposal.notes.extend(_foreign_remarks(foreign, money, payment.currency))
        elif money and item is not None:
            settled = settle_named(item, amount, terms)
            settled = settled._replace(evidence=evidence, score=score) if evidence else settled
            proposal.lines.append(settled)
            proposal.notes.extend(remarks(settled, money, line.discount))
        elif money and isinstance(unmatched, UnmatchedReason):
            proposal.doubtful = True
            proposal.notes.append(left_over(unmatched, line.number, money, payment.currency))
            if unmatched is UnmatchedReason.UNKNOWN:
                proposal.pending.append(_pending(payment, book.customer_id, line, money))
        left -= money
    if left:
        proposal.notes.append(f"the remittance names no document for {Money(left, payment.currency)}: left over")
    return proposal


@dataclass(frozen=True, slots=True)
class TermsInForce:
    """The customer's rules on the payment's value date, and the day on which discounts are measured."""

    rules: CustomerRules
    discount_day: date
    value_date: date


@dataclass(slots=True)
class _Stated:
    """What the remittance states about one document, on one line or several."""

    line_no: int
    number: str
    amount: Decimal
    discount: Decimal
    reason: DeductionReason | None


def _stated(payment: Payment, book: CustomerSubledger, proposal: Proposal) -> list[_Stated]:
    by_document: dict[str, _Stated] = {}
    for line_no, line in enumerate(payment.remittance, start=1):
        amount = round_half_up(line.amount, payment.currency)
        claimed = round_half_up(line.discount, payment.currency)
        key = document_key(line.document_number)
        if key == document_key(book.customer_id):
            continue
        if amount <= 0:
            proposal.notes.append(f"{line.document_number}: a line of {Money(amount, payment.currency)} pays nothing")
            continue
        stated = by_document.setdefault(key, _Stated(line_no, line.document_number, NOTHING, NOTHING, None))
        stated.amount += amount
        stated.discount += claimed
        stated.reason = stated.reason or line.reason
    return list(by_document.values())


def _pending(payment: Payment, customer_id: str, line: _Stated, money: Decimal) -> PendingDocument:
    return PendingDocument(
        customer_id=customer_id,
        payment_id=payment.payment_id,
        line_no=line.line_no,
        document_key=document_key(line.number),
        document_number=line.number,
        currency=payment.currency,
        amount=money,
        discount=line.discount,
    )


def _recognise(
    line: _Stated, discount_day: date, payment: Payment, book: CustomerSubledger, taken: Collection[str]
) -> tuple[OpenItem, str, int] | None:
    """The open item meant by a number that no document has, the evidence, and a score.

    The end of the number is enough where exactly one open item ends so. One wrong character or two swapped ones need
    an item of exactly this amount, with its discount or without, and no other item so near. A number of another
    customer's document is never shortened, but it may be a typing error.
    """
    written, amount = line.number, line.amount
    known = book.named(written, payment)
    if known not in (UnmatchedReason.UNKNOWN, UnmatchedReason.OF_ANOTHER_CUSTOMER):
        return None
    if known is UnmatchedReason.UNKNOWN:
        ending = [item for item in book.with_tail(written, payment) if item.item_id not in taken]
        closed = [item for item in ending if amount in (item.open_amount, discount.net_amount(item, discount_day))]
        meant = ending if len(ending) == 1 else closed
        if len(meant) == 1:
            number = meant[0].document_number
            return meant[0], f"the remittance states {written}, which is {number} without its beginning", 95
    near = [
        item
        for item in book.pool(payment).closed_by(amount, discount_day, _OF_ONE_AMOUNT_MAX)
        if item.item_id not in taken and is_near(written, item.document_number)
    ]
    if len(near) != 1:
        return None
    number = near[0].document_number
    evidence = f"the remittance states {written}: {number} differs by one typing error and has exactly this amount open"
    return near[0], evidence, 90


def settle_named(item: OpenItem, stated: StatedAmount, terms: TermsInForce) -> SettledLine:
    """Cash and discount for an item that the payer named.

    Money that is short by exactly the available discount has taken it, claimed or not. What is missing after that is
    written off within the tolerance, becomes a deduction where the policy or the payer states it, or stays open.
    """
    day, money, claimed = terms.discount_day, stated.money, stated.claimed
    available = discount.available(item, day)
    most = terms.rules.discount.overclaim_percent_max
    granted = discount.earned_by_claim(item, money, claimed, day, most)
    if not claimed and available and item.open_amount - money == available:
        granted = available
    if not granted and terms.rules.discount.part_payments == "in_proportion":
        granted = discount.share_of_part_payment(item, money, day)
    cash = min(money, item.open_amount - granted)
    why = f"the remittance names {item.document_number}"
    if granted:
        why += f"; paid by {item.discount_date}, so {Money(granted, item.currency)} discount is granted"
    if claimed > granted:
        refused = f"{Money(claimed - granted, item.currency)} of the discount claimed is not granted"
        why += f"; {refused}: {_refusal(item, cash, terms)}"
    line = SettledLine(item, cash, granted, "remittance", why)
    missing = item.open_amount - granted - cash
    return _with_missing(line, missing, claimed - granted, terms.rules, stated.reason) if missing else line


def settle_foreign(
    item: OpenItem | None, stated: StatedAmount, payment: Payment, terms: TermsInForce, book: CustomerSubledger
) -> SettledLine | None:
    """The same for an item in another currency, at the rate of the value date; None without an item or a rate."""
    if item is None or not stated.money or not terms.rules.rule_set.convert_currencies:
        return None
    converted = convert_stated(item, stated, payment, terms.discount_day, book.rates)
    if converted is None:
        return None
    line = settle_named(item, StatedAmount(converted.cash, converted.claimed), terms)
    rate = conversion_text(converted.rate, item.currency, payment.currency)
    return line._replace(conversion=converted.conversion_of(line.cash), why=f"{line.why}; paid at {rate}")


def _foreign_remarks(line: SettledLine, money: Decimal, currency: str) -> list[str]:
    paid = line.conversion.paid if line.conversion is not None else money
    number = line.item.document_number
    return [f"{Money(money - paid, currency)} more than open on {number} is left over"] if paid < money else []


def _with_missing(
    line: SettledLine, missing: Decimal, refused: Decimal, rules: CustomerRules, reason: DeductionReason | None
) -> SettledLine:
    item, amount = line.item, Money(missing, line.item.currency)
    if within(missing, item, rules.tolerance):
        return line._replace(
            tolerance=missing, why=f"{line.why}; {amount} is missing and written off as a small difference"
        )
    unearned = missing in (refused, item.discount_left, item.discount_amount - item.discount_taken)
    if unearned and rules.discount.unearned_taken == "deduction":
        reason = reason or "unearned_discount"
    small = missing * 100 <= item.open_amount * rules.short_payment.deduction_percent_max
    if not reason and rules.short_payment.shortfall == "deduction" and small and not unearned:
        reason = "unknown"
    if not reason:
        return line
    words = _REASONS[reason]
    return line._replace(
        deduction=missing, reason=reason, why=f"{line.why}; {amount} was deducted by the payer ({words})"
    )


def left_over(unmatched: UnmatchedReason, number: str, money: Decimal, currency: str) -> str:
    """The sentence about a line that settles nothing yet."""
    return _LEFT_OVER[unmatched].format(number=number, money=Money(money, currency))


def remarks(line: SettledLine, money: Decimal, claimed: Decimal) -> list[str]:
    """What the payer has to know about a line: too much was paid, or a discount was not granted."""
    item, sentences = line.item, []
    if line.cash < money:
        surplus = Money(money - line.cash, item.currency)
        sentences.append(f"{surplus} more than open on {item.document_number} is left over")
    if claimed > line.discount:
        sentences.append(line.why)
    return sentences


def _refusal(item: OpenItem, cash: Decimal, terms: TermsInForce) -> str:
    day = terms.discount_day
    if cash == item.open_amount:
        return "cash paid all that was open"
    if item.disputed:
        return "the item is disputed"
    if item.discount_date is None or not item.discount_amount:
        return "its terms grant none"
    if day == date.max:
        return "the rules grant this customer none"
    if day > item.discount_date:
        return f"it had to be paid by {item.discount_date}, the value date is {terms.value_date}"
    return f"the terms grant {Money(discount.available(item, day), item.currency)} when all is paid"


def _short(payment: Payment, line: _Stated, money: Decimal) -> str:
    return (
        f"the remittance adds up to more than the payment: {line.number} gets "
        f"{amount_text(money, payment.currency)} of {Money(line.amount, payment.currency)}"
    )
