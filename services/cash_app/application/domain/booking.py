"""Booking: lines of one payment become applications, each posted in the journal and published once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.application.domain.customer_subledger import CreditUse, CustomerSubledger
from services.cash_app.application.domain.discount import discount_accounts
from services.cash_app.application.domain.settlement import Conversion, KeptBack, SettledLine
from services.cash_app.application.domain.taken_back import take_back
from services.cash_app.open_items.domain.open_item import OpenItem, deduction_from
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import GL_ACCOUNT, UNIDENTIFIED_CUSTOMER, Payment, PaymentState
from shared.contracts.cash_app import AppliedLine, DeductionOpened, DiscountTax, PaymentApplied
from shared.kernel.journal import Account, Posting
from shared.kernel.money import round_half_up

APPLICATION_LINES_MAX: Final = 500
"""More lines become further applications, so that no event outgrows a message."""
TEXT_CHARACTERS_MAX: Final = 500
"""What an event's text may hold."""


def settle(
    payment: Payment,
    lines: Sequence[SettledLine],
    book: CustomerSubledger,
    bookings: Bookings,
    *,
    not_before: date | None = None,
    policy_version: int = 0,
) -> None:
    """Books the lines, one application per business date and currency of the items.

    The business date is the latest of: the day since which the payment's money is where it is, the day since which
    the item is owed (its document date, or that of a reversal), and `not_before`.
    """
    days: dict[tuple[date, str], list[SettledLine]] = {}
    earliest = payment.held_since if not_before is None else max(payment.held_since, not_before)
    for line in lines:
        days.setdefault((max(earliest, line.item.open_since), line.item.currency), []).append(line)
    for on, currency in sorted(days):
        of_day = days[on, currency]
        for start in range(0, len(of_day), APPLICATION_LINES_MAX):
            some = of_day[start : start + APPLICATION_LINES_MAX]
            _apply_lines(_begin(payment, some, on, book, bookings), some, policy_version)


@dataclass(frozen=True, slots=True)
class _Application:
    """One application being booked: lines of one currency and business date."""

    application_id: str
    payment: Payment
    source: Account
    """The account that the money is taken from."""
    on: date
    book: CustomerSubledger
    bookings: Bookings

    def post(self, debit: Account, credit: Account, amount: Decimal, item: OpenItem) -> None:
        """Posts an amount in the item's currency."""
        self.bookings.postings.append(
            Posting(
                entry_id=self.application_id,
                company_id=item.company_id,
                business_date=self.on,
                debit=debit,
                credit=credit,
                amount=amount,
                currency=item.currency,
                customer_id=item.customer_id,
                document=item.document_number,
            )
        )

    def post_payment_side(self, debit: Account, credit: Account, amount: Decimal) -> None:
        """Posts an amount in the payment's currency."""
        payment = self.payment
        self.bookings.postings.append(
            Posting(
                entry_id=self.application_id,
                company_id=payment.company_id,
                business_date=self.on,
                debit=debit,
                credit=credit,
                amount=amount,
                currency=payment.currency,
                customer_id=payment.customer_id or UNIDENTIFIED_CUSTOMER,
                document=payment.payment_id,
            )
        )


def _begin(
    payment: Payment, lines: Sequence[SettledLine], on: date, book: CustomerSubledger, bookings: Bookings
) -> _Application:
    """Takes the money that the lines use out of the payment."""
    application_id, source = payment.next_application_id(), GL_ACCOUNT[payment.state]
    paid = _total([line.used for line in lines], payment.currency)
    from_account = payment.state is PaymentState.ON_ACCOUNT
    payment.spend(paid, on, application_id, bookings)
    if from_account:
        book.credit_spent(payment, paid)
    if payment.document_number:
        for line in lines:
            book.credit_memo_used(payment, CreditUse(line.item.item_id, line.item.document_number, on, line.cash))
    return _Application(application_id, payment, source, on, book, bookings)


def _apply_lines(application: _Application, lines: Sequence[SettledLine], policy_version: int) -> None:
    application.bookings.events.append(_applied(application, lines, policy_version))
    for line_no, line in enumerate(lines, start=1):
        _relieve(line, application)
        whole = KeptBack(line.deduction, line.reason)
        parts = line.kept_back or ((whole,) if line.deduction else ())
        for part_no, part in enumerate(parts, start=1):
            suffix = f"/D{line_no}" if part_no == 1 else f"/D{line_no}-{part_no}"
            _deduct(line, part, f"{application.application_id}{suffix}", application)
        application.book.changed(line.item)


def _relieve(line: SettledLine, application: _Application) -> None:
    """Takes cash, discount and tolerance off the item and posts each; a small surplus with them."""
    item, on, application_id = line.item, application.on, application.application_id
    events, source = application.bookings.events, application.source
    payment, value_date = application.payment, application.payment.value_date
    take_back(line, application)
    events.append(item.reduce(line.cash, on, "cash", application_id, method=payment.method, value_date=value_date))
    if line.conversion is None:
        application.post(source, Account.RECEIVABLES, line.cash, item)
    else:
        application.post(Account.EXCHANGE_CLEARING, Account.RECEIVABLES, line.cash, item)
        _post_conversion(line.conversion, application)
    if line.discount > 0:
        taxes = item.tax_in_discount(line.discount)
        events.append(item.reduce(line.discount, on, "discount", application_id, value_date=value_date, taxes=taxes))
        for account, amount in discount_accounts(line.discount, taxes):
            application.post(account, Account.RECEIVABLES, amount, item)
    if line.tolerance > 0:
        events.append(item.reduce(line.tolerance, on, "tolerance", application_id, value_date=value_date))
        application.post(Account.TOLERANCE, Account.RECEIVABLES, line.tolerance, item)
    if line.surplus:
        application.post(source, Account.TOLERANCE, line.surplus, item)


def _post_conversion(conversion: Conversion, application: _Application) -> None:
    """The payment's side of a conversion, in its currency, and the realised difference."""
    clearing, realised = Account.EXCHANGE_CLEARING, Account.EXCHANGE_DIFFERENCE
    application.post_payment_side(application.source, clearing, conversion.paid)
    if conversion.difference > 0:
        application.post_payment_side(clearing, realised, conversion.difference)
    elif conversion.difference < 0:
        application.post_payment_side(realised, clearing, -conversion.difference)


def _deduct(line: SettledLine, part: KeptBack, deduction_id: str, application: _Application) -> None:
    """What the payer deducted leaves the item and becomes an item of its own, to be handled as a dispute."""
    bookings, on = application.bookings, application.on
    value_date = application.payment.value_date
    bookings.events.append(line.item.reduce(part.amount, on, "deduction", deduction_id, value_date=value_date))
    deduction = deduction_from(line.item, deduction_id, part.amount, on)
    bookings.items.append(deduction)
    bookings.events.append(deduction.posted())
    application.book.add_item(deduction)
    bookings.events.append(
        DeductionOpened(
            deduction_id=deduction_id,
            application_id=application.application_id,
            customer_id=deduction.customer_id,
            company_id=deduction.company_id,
            item_id=line.item.item_id,
            document_number=line.item.document_number,
            payment_id=application.payment.payment_id,
            business_date=on,
            currency=deduction.currency,
            amount=deduction.original_amount,
            reason=part.reason,
            why=line.why[:TEXT_CHARACTERS_MAX],
            payer_code=part.code,
            payer_text=part.text,
            payer_reference=part.reference,
        )
    )


def _applied(application: _Application, lines: Sequence[SettledLine], policy_version: int) -> PaymentApplied:
    payment, currency = application.payment, lines[0].item.currency
    conversions = [line.conversion for line in lines if line.conversion]
    as_applied = not conversions and not any(line.surplus for line in lines)
    return PaymentApplied(
        application_id=application.application_id,
        payment_id=payment.payment_id,
        customer_id=application.book.customer_id,
        company_id=payment.company_id,
        applied_on=application.on,
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
        discount_taxes=tuple(DiscountTax(tax_percent=p, tax=t) for p, t in line.item.tax_in_discount(line.discount)),
        surplus=round_half_up(line.surplus, line.item.currency),
        paid=line.conversion.paid if line.conversion else None,
        exchange_difference=line.conversion.difference if line.conversion else Decimal(0),
        recovered=round_half_up(line.recovered, line.item.currency),
        given_back=round_half_up(line.given_back, line.item.currency),
    )


def _total(amounts: Sequence[Decimal], currency: str) -> Decimal:
    return round_half_up(sum(amounts, Decimal(0)), currency)
