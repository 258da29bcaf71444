"""Application: a payment settles items, waits, or rests on account; money moves once and is booked as it moves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.customer_book import Absence, AwaitedDocument, CustomerBook
from services.cash_app.domain.exchange import Conversion
from services.cash_app.domain.matching import propose
from services.cash_app.domain.open_items import OpenItem, deduction_from
from services.cash_app.domain.payments import GL_ACCOUNT, NOBODY, Payment, PaymentState
from services.cash_app.domain.remittance import left_over, remarks, settle_foreign, settle_named
from services.cash_app.domain.settlement import SettledLine
from services.cash_app.domain.tolerance import keep_surplus
from shared.contracts.cash_app import AppliedLine, CustomerCreditIssued, DeductionOpened, PaymentApplied
from shared.kernel.journal import Account, Posting
from shared.kernel.money import round_half_up

APPLICATION_LINES_MAX: Final = 500
"""More lines become further applications, so that no event outgrows a message."""
TEXT_CHARACTERS_MAX: Final = 500
"""What an event's text may hold."""


def apply_payment(payment: Payment, book: CustomerBook, bookings: Bookings) -> list[AwaitedDocument]:
    """Applies an identified payment by the rules; what is left waits for its documents or rests on account.

    Returns the documents it waits for now.
    """
    proposal = propose(payment, book)
    lines = proposal.lines
    if not proposal.awaited and payment.method != "credit_memo":
        lines = keep_surplus(lines, payment.unapplied_amount, book.in_force(payment)[1].tolerance)
    settle(payment, lines, book, bookings, policy_version=proposal.policy_version)
    if not any(line.surplus for line in lines):  # else no money is left over to speak of
        payment.remark(proposal.notes)
    payment.awaited_lines = len(proposal.awaited)
    for awaited in proposal.awaited:
        book.expect(awaited)
    book.add_payment(payment)
    of_the_customer = payment.method == "credit_memo"  # whatever it is for, it is the customer's credit
    _rest(payment, payment.held_since, book, bookings, doubtful=proposal.doubtful and not of_the_customer)
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
    policy_version: int = 0,
) -> None:
    """Books the lines, one application per business date and currency of the items.

    The business date is the latest of: since when the payment's money is where it is, since when the
    item is owed (its document date, or a reversal's), and `not_before`.
    """
    days: dict[tuple[date, str], list[SettledLine]] = {}
    earliest = payment.held_since if not_before is None else max(payment.held_since, not_before)
    for line in lines:
        days.setdefault((max(earliest, line.item.open_since), line.item.currency), []).append(line)
    for on, currency in sorted(days):
        of_day = days[on, currency]
        for start in range(0, len(of_day), APPLICATION_LINES_MAX):
            some = of_day[start : start + APPLICATION_LINES_MAX]
            _apply_lines(payment, some, on, book, bookings, policy_version)


def close_awaited(payment: Payment, awaited: Sequence[AwaitedDocument]) -> None:
    """A payment without any money left waits for nothing."""
    if payment.state is PaymentState.APPLIED:
        for document in awaited:
            document.waiting = False
        payment.awaited_lines = 0


def _fulfil(payment: Payment, awaited: AwaitedDocument, item: OpenItem, book: CustomerBook, bookings: Bookings) -> None:
    on = max(payment.held_since, item.document_date)
    money = min(awaited.amount, payment.unapplied_amount)
    if item.currency != payment.currency and item.is_open and money:
        _fulfil_abroad(payment, awaited, item, money, book, bookings)
    elif not item.is_open:
        payment.remark([left_over(Absence.PAID, awaited.document_number, money, payment.currency)])
    elif money:
        version, rules = book.in_force(payment)
        line = settle_named(
            item, money, awaited.discount, book.discount_day(payment, rules), rules, value_date=payment.value_date
        )
        settle(payment, [line], book, bookings, policy_version=version)
        payment.remark(remarks(line, money, awaited.discount))
    awaited.waiting = False
    payment.awaited_lines -= 1
    _rest(payment, on, book, bookings)


def _fulfil_abroad(
    payment: Payment, awaited: AwaitedDocument, item: OpenItem, money: Decimal, book: CustomerBook, bookings: Bookings
) -> None:
    version, rules = book.in_force(payment)
    line = settle_foreign(item, payment, money, awaited.discount, book.discount_day(payment, rules), rules, book)
    if line is None:
        payment.remark([left_over(Absence.IN_ANOTHER_CURRENCY, awaited.document_number, money, payment.currency)])
    else:
        settle(payment, [line], book, bookings, policy_version=version)


def _rest(payment: Payment, on: date, book: CustomerBook, bookings: Bookings, doubtful: bool = True) -> None:
    if payment.state is not PaymentState.UNAPPLIED or payment.awaited_lines:
        return
    if doubtful and book.in_force(payment)[1].rule_set.rest == "unapplied":
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
    payment: Payment,
    lines: Sequence[SettledLine],
    on: date,
    book: CustomerBook,
    bookings: Bookings,
    policy_version: int,
) -> None:
    """Lines of one currency and business date: one application."""
    application_id = payment.next_application_id()
    source = GL_ACCOUNT[payment.state]
    paid = _total([line.used for line in lines], payment.currency)
    from_account = payment.state is PaymentState.ON_ACCOUNT
    payment.spend(paid, on, application_id, bookings)
    if from_account:
        book.credit_spent(payment, paid)
    bookings.said.append(_applied(application_id, payment, lines, on, book.customer_id, policy_version))
    for line_no, line in enumerate(lines, start=1):
        _relieve(line, application_id, payment, source, on, bookings)
        if line.deduction:
            _deduct(line, f"{application_id}/D{line_no}", payment, on, book, bookings)
        book.changed(line.item)


def _relieve(
    line: SettledLine, application_id: str, payment: Payment, source: Account, on: date, bookings: Bookings
) -> None:
    """Takes cash, discount and tolerance off the item, and books each; a small surplus with them."""
    item = line.item
    bookings.said.append(item.reduce(line.cash, on, "cash", application_id, payment.method))
    if line.conversion is None:
        bookings.postings.append(_posting(application_id, item, source, line.cash, on))
    else:
        bookings.postings.append(_posting(application_id, item, Account.EXCHANGE_CLEARING, line.cash, on))
        bookings.postings += _exchanged(application_id, payment, line.conversion, source, on)
    if line.discount:
        bookings.said.append(item.reduce(line.discount, on, "discount", application_id))
        bookings.postings.append(_posting(application_id, item, Account.DISCOUNT_GRANTED, line.discount, on))
    if line.tolerance:
        bookings.said.append(item.reduce(line.tolerance, on, "tolerance", application_id))
        bookings.postings.append(_posting(application_id, item, Account.TOLERANCE, line.tolerance, on))
    if line.surplus:
        bookings.postings.append(_posting(application_id, item, source, line.surplus, on, credit=Account.TOLERANCE))


def _deduct(
    line: SettledLine, deduction_id: str, payment: Payment, on: date, book: CustomerBook, bookings: Bookings
) -> None:
    """What was kept back leaves the item and is an item of its own, to be taken up as a dispute."""
    bookings.said.append(line.item.reduce(line.deduction, on, "deduction", deduction_id))
    deduction = deduction_from(line.item, deduction_id, line.deduction, on)
    bookings.items.append(deduction)
    bookings.said.append(deduction.posted())
    book.add_item(deduction)
    bookings.said.append(
        DeductionOpened(
            deduction_id=deduction_id,
            customer_id=deduction.customer_id,
            company_id=deduction.company_id,
            item_id=line.item.item_id,
            document_number=line.item.document_number,
            payment_id=payment.payment_id,
            business_date=on,
            currency=deduction.currency,
            amount=deduction.original_amount,
            reason=line.reason,
            why=line.why,
        )
    )


def _exchanged(
    application_id: str, payment: Payment, conversion: Conversion, source: Account, on: date
) -> list[Posting]:
    """The payment's side of an exchange, in its currency, and the realised difference."""
    clearing, realised = Account.EXCHANGE_CLEARING, Account.EXCHANGE_DIFFERENCE
    moves = [(source, clearing, conversion.paid)]
    if conversion.difference > 0:
        moves.append((clearing, realised, conversion.difference))
    elif conversion.difference < 0:
        moves.append((realised, clearing, -conversion.difference))
    return [
        Posting(
            entry_id=application_id,
            company_id=payment.company_id,
            business_date=on,
            debit=debit,
            credit=credit,
            amount=amount,
            currency=payment.currency,
            customer_id=payment.customer_id or NOBODY,
            document=payment.payment_id,
        )
        for debit, credit, amount in moves
    ]


def _applied(
    application_id: str,
    payment: Payment,
    lines: Sequence[SettledLine],
    on: date,
    customer_id: str,
    policy_version: int,
) -> PaymentApplied:
    currency, conversions = lines[0].item.currency, [line.conversion for line in lines if line.conversion]
    as_applied = not conversions and not any(line.surplus for line in lines)
    return PaymentApplied(
        application_id=application_id,
        payment_id=payment.payment_id,
        customer_id=customer_id,
        company_id=payment.company_id,
        applied_on=on,
        currency=currency,
        amount=_total([line.cash for line in lines], currency),
        discount=_total([line.discount for line in lines], currency),
        lines=tuple([_applied_line(line) for line in lines]),
        policy_version=policy_version,
        paid_currency=None if as_applied else payment.currency,
        paid_amount=None if as_applied else _total([line.used for line in lines], payment.currency),
        exchange_rate=conversions[0].rate if conversions else None,
        method=payment.method,
    )


def _applied_line(line: SettledLine) -> AppliedLine:
    return AppliedLine(
        item_id=line.item.item_id,
        document_number=line.item.document_number,
        amount=line.cash,
        discount=round_half_up(line.discount, line.item.currency),
        rule=line.rule,
        why=line.why[:TEXT_CHARACTERS_MAX],
        evidence=line.evidence[:TEXT_CHARACTERS_MAX],
        score=line.score,
        alternatives=line.alternatives[:TEXT_CHARACTERS_MAX],
        tolerance=round_half_up(line.tolerance, line.item.currency),
        deduction=round_half_up(line.deduction, line.item.currency),
    )


def _total(amounts: Sequence[Decimal], currency: str) -> Decimal:
    return round_half_up(sum(amounts, Decimal(0)), currency)


def _posting(
    application_id: str,
    item: OpenItem,
    debit: Account,
    amount: Decimal,
    on: date,
    credit: Account = Account.RECEIVABLES,
) -> Posting:
    return Posting(
        entry_id=application_id,
        company_id=item.company_id,
        business_date=on,
        debit=debit,
        credit=credit,
        amount=amount,
        currency=item.currency,
        customer_id=item.customer_id,
        document=item.document_number,
    )
