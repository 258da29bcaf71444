"""The remittance: the payer states which documents the money is for; this takes precedence over every rule."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.application.domain import discount
from services.cash_app.application.domain.application_rules import STANDARD, CustomerRules
from services.cash_app.application.domain.currency_conversion import conversion_text, convert_stated
from services.cash_app.application.domain.customer_subledger import CustomerSubledger, UnmatchedReason
from services.cash_app.application.domain.settlement import KeptBack, Proposal, SettledLine, StatedAmount
from services.cash_app.application.domain.stated_lines import StatedLine, deduct_credits, stated_lines
from services.cash_app.application.domain.tolerance import within
from services.cash_app.open_items.domain.document_number import document_key, is_near, reference_key
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.contracts.erp import DeductionReason, RemittanceAdjustment
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
        amount = StatedAmount(money, line.discount, line.reason, line.adjustments)
        unmatched, evidence, score = named[line.number], "", 100
        item = unmatched if isinstance(unmatched, OpenItem) else None
        if item is None and (known := _recognise(line, terms.discount_day, payment, book, taken)):
            item, evidence, score = known
            taken.add(item.item_id)
        if item is None and unmatched in _MAY_BE_AN_ORDER and money:
            ordered = settle_order(line, money, payment, book, terms)
            if ordered is not None:
                proposal.lines += ordered.lines
                proposal.suggested += ordered.suggested
                proposal.notes += ordered.notes
                proposal.doubtful = proposal.doubtful or ordered.doubtful
                left -= money
                continue
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
            if not (unmatched is UnmatchedReason.UNKNOWN and is_order_settled(line.number, payment, book)):
                proposal.notes.append(left_over(unmatched, line.number, money, payment.currency))
            else:
                waiting = f"{Money(money, payment.currency)} waits for its next one"
                proposal.notes.append(f"all invoices of order {line.number} are paid: {waiting}")
            if unmatched is UnmatchedReason.UNKNOWN:
                proposal.pending.append(_pending(payment, book.customer_id, line, money))
        left -= money
    if left:
        proposal.notes.append(f"the remittance names no document for {Money(left, payment.currency)}: left over")
    used = sum((line.used for line in proposal.lines), NOTHING) + sum((one.amount for one in proposal.pending), NOTHING)
    if used < payment.unapplied_amount:  # what is left over is for documents that the payer names: no other may use it
        proposal.doubtful = True
        proposal.notes += [f"of the remittance: {payment.remittance_note}"] if payment.remittance_note else []
    return proposal


@dataclass(frozen=True, slots=True)
class TermsInForce:
    """The customer's rules on the payment's value date, and the day on which discounts are measured."""

    rules: CustomerRules
    discount_day: date
    value_date: date
    named_by: str = "the remittance names"


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


def _recognise(
    line: StatedLine, discount_day: date, payment: Payment, book: CustomerSubledger, taken: Collection[str]
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
    covered = money + sum((one.amount for one in stated.adjustments if one.amount > 0), NOTHING)
    most = terms.rules.discount.overclaim_percent_max
    granted = discount.earned_by_claim(item, covered, claimed, day, most)
    if not claimed and available and item.open_amount - covered == available:
        granted = available
    if not granted and terms.rules.discount.part_payments == "in_proportion":
        granted = discount.share_of_part_payment(item, money, day)
    cash = min(money, item.open_amount - granted)
    why = f"{terms.named_by} {item.document_number}"
    if granted:
        why += f"; paid by {item.discount_date}, so {Money(granted, item.currency)} discount is granted"
    if claimed > granted:
        refused = f"{Money(claimed - granted, item.currency)} of the discount claimed is not granted"
        why += f"; {refused}: {_refusal(item, cash, terms)}"
    line = SettledLine(item, cash, granted, "remittance", why)
    missing = item.open_amount - granted - cash
    return _with_missing(line, missing, claimed - granted, terms.rules, stated) if missing else line


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


def _with_missing(
    line: SettledLine, missing: Decimal, refused: Decimal, rules: CustomerRules, stated: StatedAmount
) -> SettledLine:
    reason = stated.reason
    item, amount = line.item, Money(missing, line.item.currency)
    if within(missing, item, rules.tolerance):
        return line._replace(
            tolerance=missing, why=f"{line.why}; {amount} is missing and written off as a small difference"
        )
    kept_back = _kept_back(stated.adjustments, missing, item.currency)
    if kept_back:
        return _with_kept_back(line, kept_back)
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


def _kept_back(adjustments: Sequence[RemittanceAdjustment], missing: Decimal, currency: str) -> tuple[KeptBack, ...]:
    """What of `missing` the payer kept back with a reason, part by part."""
    parts: list[KeptBack] = []
    for one in adjustments:
        amount = round_half_up(min(one.amount, missing), currency)
        if amount > 0:
            parts.append(KeptBack(amount, one.reason, one.code, one.text, one.reference))
            missing -= amount
    return tuple(parts)


def _with_kept_back(line: SettledLine, parts: tuple[KeptBack, ...]) -> SettledLine:
    """The line with a deduction for each part, in the payer's words; what is missing beyond them stays open."""
    currency = line.item.currency
    why = line.why
    for part in parts:
        given = ", ".join(filter(None, (part.code and f"code {part.code}", part.text, part.reference)))
        words = f"{_REASONS[part.reason]}: {given}" if given else _REASONS[part.reason]
        why += f"; {Money(part.amount, currency)} was deducted by the payer ({words})"
    total = sum((part.amount for part in parts), NOTHING)
    return line._replace(deduction=total, reason=parts[0].reason, kept_back=parts, why=why)


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


def _short(payment: Payment, line: StatedLine, money: Decimal) -> str:
    return (
        f"the remittance adds up to more than the payment: {line.number} gets "
        f"{amount_text(money, payment.currency)} of {Money(line.amount, payment.currency)}"
    )


def settle_order(
    line: StatedLine, money: Decimal, payment: Payment, book: CustomerSubledger, terms: TermsInForce
) -> Proposal | None:
    """Settles the invoices of an order that the payer names by our number or its own; None where none is open.

    All of them where the money is all that is open on them, less discounts or not; else the only one that it closes,
    or the only one there is. Otherwise a person decides, and all are offered.
    """
    items = sorted(book.ordered(line.number, payment), key=lambda item: item.age)
    if not items:
        return None
    nets = {item.item_id: discount.net_amount(item, terms.discount_day) for item in items}
    closed = [item for item in items if money in (item.open_amount, nets[item.item_id])]
    paid: list[tuple[OpenItem, Decimal]] = []
    if money == sum((item.open_amount for item in items), NOTHING):
        paid = [(item, item.open_amount) for item in items]
    elif money == sum(nets.values(), NOTHING):
        paid = [(item, nets[item.item_id]) for item in items]
    elif len(closed) == 1 or len(items) == 1:
        paid = [((closed or items)[0], money)]
    elif len({item.document_number for item in items}) == 1:
        paid = _oldest_first(items, money)
    proposal = Proposal()
    for item, amount in paid or [(item, min(money, item.open_amount)) for item in items]:
        stated = StatedAmount(amount, line.discount, line.reason, line.adjustments)
        settled = settle_named(item, stated if len(items) == 1 else StatedAmount(amount, NOTHING), terms)
        kind = "our order" if reference_key(item.order_id) == reference_key(line.number) else "the purchase order"
        evidence = f"the remittance says {line.number}, which is {kind} of {item.document_number}"
        settled = settled._replace(evidence=evidence)
        (proposal.lines if paid else proposal.suggested).append(settled)
        if paid:
            proposal.notes += remarks(settled, amount, line.discount)
    if not paid:
        proposal.doubtful = True
        numbers = ", ".join(item.document_number for item in items)
        proposal.notes.append(
            f"{line.number} is the order of {numbers}, and {Money(money, payment.currency)} is not what is open on all "
            "of them, nor on exactly one: left unapplied for review"
        )
    return proposal


def _oldest_first(items: Sequence[OpenItem], money: Decimal) -> list[tuple[OpenItem, Decimal]]:
    """The instalments of one invoice as far as the money goes; the last one reached gets all the rest."""
    paid: list[tuple[OpenItem, Decimal]] = []
    for item in items:
        amount = money if item is items[-1] else min(money, item.open_amount)
        if amount:
            paid.append((item, amount))
        money -= amount
    return paid


def is_order_settled(number: str, payment: Payment, book: CustomerSubledger) -> bool:
    """Whether it is the number of an order of the customer whose invoices so far are all paid."""
    known = book.references(reference_key(number), payment)
    return any(one.customer_id == book.customer_id and one.kind in ("order", "purchase_order") for one in known)
