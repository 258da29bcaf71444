"""What a remittance states, document by document, and the credit memos that the payer deducts in it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from services.cash_app.application.domain.customer_subledger import CreditUse, CustomerSubledger
from services.cash_app.application.domain.recognition import recognise
from services.cash_app.application.domain.settlement import Proposal, SettledLine
from services.cash_app.open_items.domain.document_number import document_key
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.payment import Payment
from shared.contracts.erp import DeductionReason, RemittanceAdjustment
from shared.kernel.money import Money, round_half_up

_NOTHING: Final = Decimal(0)
_USES_SHOWN_MAX: Final = 5


@dataclass(slots=True)
class StatedLine:
    """What the remittance states about one document, on one line or several; of a credit, a negative amount."""

    line_no: int
    number: str
    amount: Decimal
    discount: Decimal
    reason: DeductionReason | None
    adjustments: tuple[RemittanceAdjustment, ...] = ()
    document: str = ""
    """The number of the document that is meant, where it is not the one written; empty where that is not known."""


def stated_lines(payment: Payment, book: CustomerSubledger) -> tuple[list[StatedLine], list[StatedLine], list[str]]:
    """The documents to be paid, the credits deducted, and sentences about lines that state neither.

    A line that names only the customer is left out.
    """
    by_document: dict[tuple[str, bool], StatedLine] = {}
    notes: list[str] = []
    for line_no, line in enumerate(payment.remittance, start=1):
        amount = round_half_up(line.amount, payment.currency)
        key = document_key(line.document_number)
        if key == document_key(book.customer_id):
            continue
        if not amount:
            notes.append(_pays_nothing(line.document_number, line.adjustments, payment.currency))
            continue
        number = line.document_number
        stated = by_document.setdefault((key, amount > 0), StatedLine(line_no, number, _NOTHING, _NOTHING, None))
        stated.amount += amount
        stated.discount += round_half_up(line.discount, payment.currency)
        stated.reason = stated.reason or line.reason
        stated.adjustments += line.adjustments
    paid = [line for line in by_document.values() if line.amount > 0]
    if len(paid) < len(by_document):
        _recognise_documents(paid, payment, book)
    return paid, [line for line in by_document.values() if line.amount < 0], notes


def _recognise_documents(paid: Sequence[StatedLine], payment: Payment, book: CustomerSubledger) -> None:
    """Notes which documents are meant, before credit memos that are deducted from them lower what is open."""
    named = {line.number: book.named(line.number, payment) for line in paid}
    taken = {item.item_id for item in named.values() if isinstance(item, OpenItem)}
    for line in paid:
        found = None
        if not isinstance(named[line.number], OpenItem):
            found = recognise(line.number, line.amount, payment, book, taken)
        if found is not None:
            taken.add(found.item.item_id)
            line.document = found.item.document_number


def _pays_nothing(number: str, adjustments: Sequence[RemittanceAdjustment], currency: str) -> str:
    kept = sum((one.amount for one in adjustments), _NOTHING)
    words = "; ".join(filter(None, (one.text or one.code for one in adjustments)))
    if not kept:
        return f"{number}: a line of {Money(_NOTHING, currency).rounded()} pays nothing"
    return f"{number}: nothing is paid, {Money(kept, currency)} is kept back ({words or 'without a reason'})"


def credits_deducted(payment: Payment, book: CustomerSubledger) -> list[SettledLine]:
    """What credit memos, deducted in the remittance, settle of the documents beside them.

    A memo settles the document that it corrects first, then the others in their order; at most what the remittance
    deducts, less what it had settled of these documents before.
    """
    if not any(line.amount < 0 for line in payment.remittance):
        return []
    paid, credits, _ = stated_lines(payment, book)
    room = {}
    for line in paid:
        item = book.named(line.document or line.number, payment)
        if isinstance(item, OpenItem):
            stated = line.amount
            for part in book.instalments(item):
                room[part.item_id] = (part, min(stated, part.open_amount))
                stated -= room[part.item_id][1]
    lines: list[SettledLine] = []
    for credit in credits:
        memo = book.credit_memo(credit.number, payment)
        if memo is None or memo.held is None or not memo.left:
            continue
        left = min(memo.left, -credit.amount - _total(_uses_beside(memo.uses, paid)))
        corrected = {document_key(line.document_number) for line in memo.held.remittance}
        for item_id in sorted(room, key=lambda one: document_key(room[one][0].document_number) not in corrected):
            item, most = room[item_id]
            amount = min(left, most)
            if amount > 0:
                left -= amount
                room[item_id] = item, most - amount
                why = f"the remittance of payment {payment.payment_id} deducts credit memo {memo.number}"
                lines.append(SettledLine(item, amount, _NOTHING, "remittance", why, paid_by=memo.held))
    return lines


def deduct_credits(
    paid: Sequence[StatedLine],
    credits: Sequence[StatedLine],
    payment: Payment,
    book: CustomerSubledger,
    proposal: Proposal,
) -> Decimal:
    """Lowers what the lines state by the credit memos that settled their documents.

    Returns what the remittance deducts beyond that: it stays open on the documents. A note says why.
    """
    beyond = _NOTHING
    for credit in credits:
        stated, memo = -credit.amount, book.credit_memo(credit.number, payment)
        left = stated
        for use in _uses_beside(memo.uses if memo else (), paid):
            line = _line_of(use, paid)
            if line is not None:
                taken = min(use.amount, left, line.amount)
                line.amount -= taken
                left -= taken
        if left:
            proposal.notes.append(_not_deducted(credit.number, left, memo.uses if memo else None, payment.currency))
            beyond += left
    return beyond


def _not_deducted(number: str, left: Decimal, uses: Sequence[CreditUse] | None, currency: str) -> str:
    money = Money(left, currency)
    if uses is None:
        return f"the remittance deducts {money} for {number}, no credit memo that is known here: it is not deducted"
    why = "which is not on account"
    if uses:
        shown = uses[-_USES_SHOWN_MAX:]
        used = "; ".join(f"{Money(use.amount, currency)} for {use.document_number} on {use.on}" for use in shown)
        why = f"which was used before ({used})"
    return f"the remittance deducts {money} for credit memo {number}, {why}: it is not deducted"


def _uses_beside(uses: Sequence[CreditUse], paid: Sequence[StatedLine]) -> list[CreditUse]:
    """What a memo settled of the documents that the remittance names."""
    return [use for use in uses if _line_of(use, paid) is not None]


def _line_of(use: CreditUse, paid: Sequence[StatedLine]) -> StatedLine | None:
    key = document_key(use.document_number)
    return next((line for line in paid if document_key(line.document or line.number) == key), None)


def _total(uses: Sequence[CreditUse]) -> Decimal:
    return sum((use.amount for use in uses), _NOTHING)
