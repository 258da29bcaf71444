"""The remittance: the payer states which documents the money is for; this takes precedence over every rule."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.cash_app.application.domain.application_rules import STANDARD, CustomerRules
from services.cash_app.application.domain.currency_conversion import conversion_text, convert_stated
from services.cash_app.application.domain.customer_subledger import CustomerSubledger, Recognised, UnmatchedReason
from services.cash_app.application.domain.moved_aside import MovedAside, NamedMoney, settle_moved_aside
from services.cash_app.application.domain.named_item import (
    NOTHING,
    TermsInForce,
    divided_over_instalments,
    remarks,
    settle_named,
)
from services.cash_app.application.domain.order_lines import is_order_settled, settle_order
from services.cash_app.application.domain.recognition import recognise
from services.cash_app.application.domain.settlement import Proposal, SettledLine, StatedAmount
from services.cash_app.application.domain.stated_lines import StatedLine, deduct_credits, stated_lines
from services.cash_app.open_items.domain.document_number import document_key
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.kernel.money import Money, amount_text, round_half_up

_MAY_BE_AN_ORDER: Final = (UnmatchedReason.UNKNOWN, UnmatchedReason.OF_ANOTHER_CUSTOMER)
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
    stated, credits, proposal.notes = stated_lines(payment, book)
    if not stated and not credits and not proposal.notes:
        return None
    missing = deduct_credits(stated, credits, payment, book, proposal)
    terms = TermsInForce(rules, book.discount_day(payment, rules), payment.value_date)
    named = {line.number: book.named(line.number, payment) for line in stated}
    taken = {item.item_id for item in named.values() if isinstance(item, OpenItem)}
    for line in stated:
        money = min(line.amount, left)
        if line.amount - money > missing:
            proposal.notes.append(_short(payment, line, money))
        elif money < line.amount:
            proposal.notes.append(f"{Money(line.amount - money, payment.currency)} of {line.number} stays open")
        missing = max(missing - (line.amount - money), NOTHING)
        if money:
            _settle_line(line, money, named[line.number], taken, _Settling(payment, book, terms, proposal))
        left -= money
    if left:
        proposal.notes.append(f"the remittance names no document for {Money(left, payment.currency)}: left over")
    used = sum((line.used for line in proposal.lines), NOTHING) + sum((one.amount for one in proposal.pending), NOTHING)
    if used < payment.unapplied_amount:  # what is left over is for documents that the payer names: no other may use it
        proposal.doubtful = True
        proposal.notes += [f"of the remittance: {payment.remittance_note}"] if payment.remittance_note else []
    return proposal


@dataclass(frozen=True, slots=True)
class _Settling:
    """A remittance being settled: what its lines settle is collected in the proposal."""

    payment: Payment
    book: CustomerSubledger
    terms: TermsInForce
    proposal: Proposal


def _settle_line(
    line: StatedLine, money: Decimal, named: OpenItem | UnmatchedReason, taken: set[str], settling: _Settling
) -> None:
    """Settles what one line names with `money`; what it names in vain waits, or is left over with a note.

    `taken` are the items that other lines name; what is recognised is added to them.
    """
    payment, book, terms, proposal = settling.payment, settling.book, settling.terms, settling.proposal
    amount = StatedAmount(money, line.discount, line.reason, line.adjustments)
    item, evidence, score = (named if isinstance(named, OpenItem) else None), "", 100
    if item is None and (known := recognise(line.number, line.amount, payment, book, taken)):
        item, evidence, score = known
        taken.add(item.item_id)
    if item is None and named in _MAY_BE_AN_ORDER:
        ordered = settle_order(line, money, payment, book, terms)
        if ordered is not None:
            proposal.add(ordered)
            return
    other = book.foreign(line.number, payment) if named is UnmatchedReason.IN_ANOTHER_CURRENCY else None
    if foreign := settle_foreign(other, amount, payment, terms, book):
        proposal.lines.append(foreign)
        proposal.notes.extend(_foreign_remarks(foreign, money, payment.currency))
    elif item is not None and item.is_open:
        _settle_parts(Recognised(item, evidence, score), line.number, amount, settling)
    elif item is not None:  # credit memos of this remittance have settled it
        _leave_over(line, money, UnmatchedReason.PAID, settling)
    elif named is UnmatchedReason.PAID:
        aside = _settle_aside(NamedMoney(line.number, money), [], settling)
        if aside.left_over:
            proposal.doubtful = True
            proposal.notes.append(aside.left_over)
    elif isinstance(named, UnmatchedReason):
        _leave_over(line, money, named, settling)


def _settle_parts(meant: Recognised, number: str, amount: StatedAmount, settling: _Settling) -> None:
    """Settles the document, all its instalments if it has some, and what was moved aside of it.

    What else the payer states is about the last instalment that the money reaches.
    """
    proposal = settling.proposal
    parts = divided_over_instalments(settling.book.instalments(meant.item), amount.money)
    items = [item for item, _ in parts]
    for item, money in parts:
        stated = amount._replace(money=money) if item is items[-1] else StatedAmount(money, NOTHING)
        line = settle_named(item, stated, settling.terms)
        proposal.lines.append(line._replace(evidence=meant.evidence, score=meant.score) if meant.evidence else line)
        aside = _settle_aside(NamedMoney(number, money - line.cash), items, settling)
        proposal.notes.extend(remarks(line, line.cash if aside.lines else money, stated.claimed))
        if aside.lines and aside.left_over:
            proposal.notes.append(aside.left_over)


def _settle_aside(named: NamedMoney, settled: Sequence[OpenItem], settling: _Settling) -> MovedAside:
    """Settles what was moved aside of a document that is named: deductions and what was written off."""
    if not named.money:
        return MovedAside([], "")
    rule_set = settling.terms.rules.rule_set
    aside = settle_moved_aside(named, settling.payment, settling.book, rule_set, settled)
    settling.proposal.lines.extend(aside.lines)
    return aside


def _leave_over(line: StatedLine, money: Decimal, unmatched: UnmatchedReason, settling: _Settling) -> None:
    """Money for a document that is not known yet waits for it; other money is left over. A note says which."""
    payment, book, proposal = settling.payment, settling.book, settling.proposal
    proposal.doubtful = True
    if unmatched is UnmatchedReason.UNKNOWN and is_order_settled(line.number, payment, book):
        waiting = f"{Money(money, payment.currency)} waits for its next one"
        proposal.notes.append(f"all invoices of order {line.number} are paid: {waiting}")
    else:
        proposal.notes.append(left_over(unmatched, line.number, money, payment.currency))
    if unmatched is UnmatchedReason.UNKNOWN:
        proposal.pending.append(_pending(payment, book.customer_id, line, money))


def _pending(payment: Payment, customer_id: str, line: StatedLine, money: Decimal) -> PendingDocument:
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


def settle_foreign(
    item: OpenItem | None, stated: StatedAmount, payment: Payment, terms: TermsInForce, book: CustomerSubledger
) -> SettledLine | None:
    """The same for an item in another currency, at the rate of the value date; None without an item or a rate."""
    if item is None or not stated.money or not terms.rules.rule_set.convert_currencies:
        return None
    converted = convert_stated(item, stated, payment, terms.discount_day, book.rates)
    if converted is None:
        return None
    adjustments = tuple(
        one.model_copy(update={"amount": round_half_up(one.amount * converted.rate, item.currency)})
        for one in stated.adjustments
    )
    line = settle_named(item, StatedAmount(converted.cash, converted.claimed, stated.reason, adjustments), terms)
    rate = conversion_text(converted.rate, item.currency, payment.currency)
    return line._replace(conversion=converted.conversion_of(line.cash), why=f"{line.why}; paid at {rate}")


def _foreign_remarks(line: SettledLine, money: Decimal, currency: str) -> list[str]:
    paid = line.conversion.paid if line.conversion is not None else money
    number = line.item.document_number
    return [f"{Money(money - paid, currency)} more than open on {number} is left over"] if paid < money else []


def left_over(unmatched: UnmatchedReason, number: str, money: Decimal, currency: str) -> str:
    """The sentence about a line that settles nothing yet."""
    return _LEFT_OVER[unmatched].format(number=number, money=Money(money, currency))


def _short(payment: Payment, line: StatedLine, money: Decimal) -> str:
    return (
        f"the remittance adds up to more than the payment: {line.number} gets "
        f"{amount_text(money, payment.currency)} of {Money(line.amount, payment.currency)}"
    )
