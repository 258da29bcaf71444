"""Application: a payment settles items, waits, or rests on account; money moves once and is booked as it moves."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.customer_book import Absence, AwaitedDocument, CustomerBook
from services.cash_app.domain.matching import propose
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import GL_ACCOUNT, Payment, PaymentState
from services.cash_app.domain.remittance import left_over, remarks, settle_named
from services.cash_app.domain.settlement import SettledLine
from shared.contracts.cash_app import AppliedLine, CustomerCreditIssued, PaymentApplied
from shared.kernel.journal import Account, Posting
from shared.kernel.money import round_half_up

APPLICATION_LINES_MAX: Final = 500
"""More lines become further applications, so that no event outgrows a message."""


def apply_payment(payment: Payment, book: CustomerBook, bookings: Bookings) -> list[AwaitedDocument]:
    """Applies an identified payment by the rules; what is left waits for its documents or rests on account.

    Returns the documents it waits for now.
    """
    proposal = propose(payment, book)
    settle(payment, proposal.lines, book, bookings)
    payment.remark(proposal.notes)
    payment.awaited_lines = len(proposal.awaited)
    for awaited in proposal.awaited:
        book.expect(awaited)
    book.add_payment(payment)
    _rest(payment, payment.held_since, book, bookings)
    return proposal.awaited


def post_item(item: OpenItem, book: CustomerBook, bookings: Bookings) -> None:
    """A new item: payments that waited for it settle it first, then money on account does."""
    bookings.said.append(item.posted())
    book.add_item(item)
    for payment, awaited in book.waiting_for(item):
        _fulfil(payment, awaited, item, book, bookings)
    for payment in book.credit_for(item):
        if not item.is_open:
            break
        cash = min(item.open_amount, payment.unapplied_amount)
        why = f"credit on account from payment {payment.payment_id} is used by the next invoice"
        line = SettledLine(item, cash, Decimal(0), "on_account_to_new_invoice", why)
        settle(payment, [line], book, bookings)


def settle(
    payment: Payment,
    lines: Sequence[SettledLine],
    book: CustomerBook,
    bookings: Bookings,
    not_before: date | None = None,
) -> None:
    """Books the lines, one application per business date.

    The business date is the latest of: since when the payment's money is where it is, the item's
    document date, and `not_before`.
    """
    days: defaultdict[date, list[SettledLine]] = defaultdict(list)
    for line in lines:
        days[max(payment.held_since, line.item.document_date, not_before or date.min)].append(line)
    for on in sorted(days):
        of_day = days[on]
        for start in range(0, len(of_day), APPLICATION_LINES_MAX):
            _apply_lines(payment, of_day[start : start + APPLICATION_LINES_MAX], on, book, bookings)


def close_awaited(payment: Payment, awaited: Sequence[AwaitedDocument]) -> None:
    """A payment without any money left waits for nothing."""
    if payment.state is PaymentState.APPLIED:
        for document in awaited:
            document.waiting = False
        payment.awaited_lines = 0


def _fulfil(payment: Payment, awaited: AwaitedDocument, item: OpenItem, book: CustomerBook, bookings: Bookings) -> None:
    on = max(payment.held_since, item.document_date)
    money = min(awaited.amount, payment.unapplied_amount)
    if item.currency != payment.currency:
        payment.remark([left_over(Absence.IN_ANOTHER_CURRENCY, awaited.document_number, money, payment.currency)])
    elif not item.is_open:
        payment.remark([left_over(Absence.PAID, awaited.document_number, money, payment.currency)])
    elif money:
        line = settle_named(item, money, awaited.discount, payment.value_date)
        settle(payment, [line], book, bookings)
        payment.remark(remarks(line, money, awaited.discount))
    awaited.waiting = False
    payment.awaited_lines -= 1
    _rest(payment, on, book, bookings)


def _rest(payment: Payment, on: date, book: CustomerBook, bookings: Bookings) -> None:
    if payment.state is not PaymentState.UNAPPLIED or payment.awaited_lines:
        return
    payment.rest_on_account(on, bookings)
    book.add_payment(payment)
    bookings.said.append(
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


def _apply_lines(
    payment: Payment, lines: Sequence[SettledLine], on: date, book: CustomerBook, bookings: Bookings
) -> None:
    application_id = payment.next_application_id()
    source, cash = GL_ACCOUNT[payment.state], _total((line.cash for line in lines), payment.currency)
    from_account = payment.state is PaymentState.ON_ACCOUNT
    payment.spend(cash, on, application_id, bookings)
    if from_account:
        book.credit_spent(payment, cash)
    bookings.said.append(_applied(application_id, payment, lines, on, book.customer_id))
    for line in lines:
        bookings.said.append(line.item.reduce(line.cash, on, "cash", application_id))
        bookings.postings.append(_posting(application_id, line.item, source, line.cash, on))
        if line.discount:
            bookings.said.append(line.item.reduce(line.discount, on, "discount", application_id))
            bookings.postings.append(_posting(application_id, line.item, Account.DISCOUNT_GRANTED, line.discount, on))
        book.changed(line.item)


def _applied(
    application_id: str, payment: Payment, lines: Sequence[SettledLine], on: date, customer_id: str
) -> PaymentApplied:
    return PaymentApplied(
        application_id=application_id,
        payment_id=payment.payment_id,
        customer_id=customer_id,
        company_id=payment.company_id,
        applied_on=on,
        currency=payment.currency,
        amount=_total((line.cash for line in lines), payment.currency),
        discount=_total((line.discount for line in lines), payment.currency),
        lines=tuple(
            AppliedLine(
                item_id=line.item.item_id,
                document_number=line.item.document_number,
                amount=line.cash,
                discount=round_half_up(line.discount, payment.currency),
                rule=line.rule,
                why=line.why,
            )
            for line in lines
        ),
    )


def _total(amounts: Iterable[Decimal], currency: str) -> Decimal:
    return sum(amounts, round_half_up(Decimal(0), currency))


def _posting(application_id: str, item: OpenItem, debit: Account, amount: Decimal, on: date) -> Posting:
    return Posting(
        entry_id=application_id,
        company_id=item.company_id,
        business_date=on,
        debit=debit,
        credit=Account.RECEIVABLES,
        amount=amount,
        currency=item.currency,
        customer_id=item.customer_id,
        document=item.document_number,
    )
