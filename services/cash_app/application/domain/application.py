"""Application: a payment settles items, waits for documents, or is put on account."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple

from services.cash_app.application.domain.booking import settle
from services.cash_app.application.domain.customer_subledger import CustomerSubledger, UnmatchedReason
from services.cash_app.application.domain.matching import propose
from services.cash_app.application.domain.named_item import TermsInForce, remarks, settle_named
from services.cash_app.application.domain.remittance import left_over, settle_foreign
from services.cash_app.application.domain.settlement import SettledLine, StatedAmount
from services.cash_app.application.domain.stated_lines import credits_deducted
from services.cash_app.application.domain.taken_back import lines_taken_back
from services.cash_app.application.domain.tolerance import keep_surplus
from services.cash_app.open_items.domain.document_number import reference_key
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment, PaymentState
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.contracts.cash_app import (
    ApplicationRule,
    CustomerCreditIssued,
)
from shared.kernel.money import Money


def apply_payment(payment: Payment, book: CustomerSubledger, bookings: Bookings) -> None:
    """Applies an identified payment by the rules; what is left waits for its documents or is put on account."""
    _settle_from_credit(credits_deducted(payment, book), payment, book, bookings)
    proposal = propose(payment, book)
    _settle_from_credit([line for line in proposal.lines if line.paid_by is not None], payment, book, bookings)
    lines = [line for line in proposal.lines if line.paid_by is None]
    if not proposal.pending and payment.method != "credit_memo":
        lines = keep_surplus(lines, payment.unapplied_amount, book.in_force(payment)[1].tolerance)
    settle(payment, lines, book, bookings, policy_version=proposal.policy_version)
    if not any(line.surplus for line in lines):  # a surplus leaves no money over that a note could explain
        payment.remark(proposal.notes)
    if payment.method == "credit_memo" and payment.unapplied_amount:
        settle(payment, lines_taken_back(payment, book), book, bookings, policy_version=proposal.policy_version)
    payment.pending_documents = len(proposal.pending)
    bookings.pending += proposal.pending
    for document in proposal.pending:
        book.add_pending(document)
    book.add_payment(payment)
    is_credit_memo = payment.method == "credit_memo"  # a credit memo is always the customer's credit
    _handle_residual(payment, payment.held_since, book, bookings, doubtful=proposal.doubtful and not is_credit_memo)


def _settle_from_credit(
    lines: Sequence[SettledLine], payment: Payment, book: CustomerSubledger, bookings: Bookings
) -> None:
    """Settles what credit memos and other money on account pay together with the payment, each on its own."""
    by_credit: dict[str, list[SettledLine]] = {}
    for line in lines:
        if line.paid_by is not None:
            by_credit.setdefault(line.paid_by.payment_id, []).append(line)
    for of_one in by_credit.values():
        credit = of_one[0].paid_by
        if credit is not None:
            settle(credit, of_one, book, bookings, not_before=payment.held_since)


def post_item(item: OpenItem, book: CustomerSubledger, bookings: Bookings, *, more_to_come: bool = False) -> None:
    """A new item: payments that waited for it settle it first, then money on account does.

    `more_to_come`: further instalments of its document follow, for which the rest of the money waits.
    """
    bookings.events.append(item.posted())
    book.add_item(item)
    for payment, pending in book.payments_pending_for(item):
        _fulfil(payment, pending, item, book, bookings, more_to_come=more_to_come)
    for payment in book.credit_for(item):
        if not item.is_open:
            break
        why = f"credit on account from payment {payment.payment_id} is used by the next invoice"
        use_credit(item, payment, CreditReason("on_account_to_new_invoice", why), book, bookings)


class CreditReason(NamedTuple):
    """By which rule credit on account settles an item, and why."""

    rule: ApplicationRule
    why: str


def use_credit(item: OpenItem, credit: Payment, use: CreditReason, book: CustomerSubledger, bookings: Bookings) -> None:
    """Settles an item with a payment's money on account, as far as it goes."""
    cash = min(item.open_amount, credit.unapplied_amount)
    if credit.method == "credit_memo":
        item.given_back -= min(item.given_back, cash)  # it settles the item after all
    settle(credit, [SettledLine(item, cash, Decimal(0), use.rule, use.why)], book, bookings)


def _fulfil(
    payment: Payment,
    pending: PendingDocument,
    item: OpenItem,
    book: CustomerSubledger,
    bookings: Bookings,
    *,
    more_to_come: bool,
) -> None:
    """The document that the payment waited for has arrived, or the next part of it."""
    on = max(payment.held_since, item.document_date)
    money = min(pending.amount, payment.unapplied_amount)
    number = pending.document_number
    version, rules = book.in_force(payment)
    of_order = reference_key(number) != reference_key(item.document_number)
    before = payment.unapplied_amount
    in_parts = of_order or more_to_come
    if in_parts and item.currency == payment.currency:
        money = min(money, item.open_amount)
    if not item.is_open:
        if not of_order:
            payment.remark([left_over(UnmatchedReason.PAID, number, money, payment.currency)])
    elif money:
        stated = StatedAmount(money, pending.discount)
        named_by = "the remittance names" if payment.remittance else "the bank's words name"
        terms = TermsInForce(rules, book.discount_day(payment, rules), payment.value_date, named_by)
        if item.currency == payment.currency:
            line: SettledLine | None = settle_named(item, stated, terms)
            sentences = remarks(line, money, pending.discount) if line is not None else []
        else:
            line, sentences = settle_foreign(item, stated, payment, terms, book), []
        if line is not None and not payment.remittance:
            line = line._replace(rule="bank_words")
        if line is None:
            sentences = [left_over(UnmatchedReason.IN_ANOTHER_CURRENCY, number, money, payment.currency)]
        else:
            settle(payment, [line], book, bookings, policy_version=version)
        payment.remark(sentences)
    rest = pending.amount - (before - payment.unapplied_amount)
    if in_parts and rest > 0 and payment.unapplied_amount:
        _wait_for_the_rest(payment, pending, rest)
        return
    pending.waiting = False
    payment.pending_documents -= 1
    _handle_residual(payment, on, book, bookings, doubtful=payment.method != "credit_memo")


def _wait_for_the_rest(payment: Payment, pending: PendingDocument, rest: Decimal) -> None:
    """Money for an order waits for its next invoice, unless there will be none."""
    pending.amount = rest
    if pending.order_closed_on is not None:
        payment.remark([_refund_text(pending, payment.currency)])


def close_order(payment: Payment, pending: PendingDocument, on: date, *, invoiced: bool) -> None:
    """Nothing more of the order that the payment waits for will be invoiced; `invoiced`: its last invoice is known."""
    if pending.order_closed_on is None:
        pending.order_closed_on = on
        if invoiced:
            payment.remark([_refund_text(pending, payment.currency)])


def _refund_text(pending: PendingDocument, currency: str) -> str:
    """The sentence about money paid for an order of which nothing more will be invoiced."""
    return (
        f"nothing more of order {pending.document_number} will be invoiced since {pending.order_closed_on}: "
        f"{Money(pending.amount, currency)} paid for it is left; refund it, or put it on account"
    )


def _handle_residual(
    payment: Payment, on: date, book: CustomerSubledger, bookings: Bookings, *, doubtful: bool = True
) -> None:
    if payment.state is not PaymentState.UNAPPLIED or payment.pending_documents:
        return
    if doubtful and book.in_force(payment)[1].rule_set.residual_handling == "unapplied":
        return
    payment.put_on_account(on, bookings)
    book.add_payment(payment)
    bookings.events.append(
        CustomerCreditIssued(
            payment_id=payment.payment_id,
            customer_id=book.customer_id,
            company_id=payment.company_id,
            business_date=on,
            currency=payment.currency,
            amount=payment.unapplied_amount,
            on_account_balance=book.credit_balance(payment),
        )
    )
