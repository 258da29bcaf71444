"""Reversal: an application, or a part of it, is undone by its opposite. Items are reopened with their old due dates,
as new versions; the money is unapplied again. Nothing that was booked is changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal

from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.application.domain.discount import discount_accounts
from services.cash_app.application.domain.taken_back import written_off_again
from services.cash_app.corrections.domain.booked_line import BookedLine
from services.cash_app.open_items.domain.discount_tax import TaxPart
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.bookings import Bookings, Entry
from services.cash_app.payments.domain.payment import UNIDENTIFIED_CUSTOMER, Payment
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.contracts.cash_app import ItemCause, PaymentUnapplied
from shared.kernel.journal import Account, Posting
from shared.kernel.money import Money, round_half_up

ReversalCause = Literal["reversed", "transferred", "returned"]


class NotReversible(ValueError):
    """What the application created has been used since; the message states what has to be undone first."""


@dataclass(frozen=True, slots=True)
class BookedApplication:
    """An application as it was booked, less what of it was undone. Amounts are in the items' currency."""

    application_id: str
    payment_id: str
    customer_id: str
    company_id: str
    applied_on: date
    currency: str
    lines: tuple[BookedLine, ...]
    reversals: int = 0
    """How often a part of it was undone before."""

    @property
    def reversal_id(self) -> str:
        return f"{self.application_id}/R" + (str(self.reversals + 1) if self.reversals else "")

    def total(self, amounts: Iterable[Decimal]) -> Decimal:
        return round_half_up(sum(amounts, Decimal(0)), self.currency)


@dataclass(frozen=True, slots=True)
class PaymentHistory:
    """What one payment settled and was not reversed, the latest application first, and what it waits for.

    `items` are those of the applications, by customer and item id.
    """

    applications: Sequence[BookedApplication] = ()
    items: Mapping[tuple[str, str], OpenItem] | None = None
    pending: Sequence[PendingDocument] = ()

    def item(self, customer_id: str, item_id: str) -> OpenItem:
        return (self.items or {})[customer_id, item_id]


@dataclass(frozen=True, slots=True)
class Correction:
    """Why something is undone, on which day at the earliest, and where it is booked.

    `book` is the subledger of the payment's customer; None while the money is in suspense.
    """

    cause: ReversalCause
    reason: str
    not_before: date
    book: CustomerSubledger | None
    bookings: Bookings


def reverse_all(payment: Payment, history: PaymentHistory, correction: Correction) -> None:
    """Reverses all applications of the payment, which no longer waits for documents. Raises NotReversible."""
    for application in history.applications:
        reverse(application, payment, history, correction)
    payment.stop_waiting(history.pending)


def reverse(
    application: BookedApplication,
    payment: Payment,
    history: PaymentHistory,
    correction: Correction,
    lines: Sequence[BookedLine] | None = None,
) -> date:
    """Books the opposite of everything that the application booked, or of `lines` only; returns the business date.

    That is the latest of: `correction.not_before`, the application's own date, and the day since which the payment's
    money is where it is. Raises NotReversible.
    """
    on = max(correction.not_before, application.applied_on, payment.held_since)
    lines = application.lines if lines is None else tuple(lines)
    check_reversible([replace(application, lines=lines)], history)
    lines = [_still_granted(line, history.item(line.customer_id, line.item_id)) for line in lines]
    if correction.book is not None:
        correction.book.credit_withdrawn(payment)
    used = round_half_up(sum((line.used for line in lines), Decimal(0)), payment.currency)
    payment.reinstate(used, Entry(application.reversal_id, on), correction.bookings)
    items = [history.item(line.customer_id, line.item_id) for line in lines]
    numbered = zip(lines, items, strict=True)
    correction.bookings.events.append(
        PaymentUnapplied(
            reversal_id=application.reversal_id,
            application_id=application.application_id,
            payment_id=payment.payment_id,
            customer_id=application.customer_id,
            company_id=application.company_id,
            applied_on=application.applied_on,
            unapplied_on=on,
            currency=application.currency,
            amount=application.total(line.amount for line in lines),
            discount=application.total(line.discount for line in lines),
            lines=tuple([line.undone(item.document_number) for line, item in numbered]),
            cause=correction.cause,
            reason=correction.reason[:500],
            method=payment.method,
        )
    )
    undoing = _Undoing(application, payment, on, history, correction)
    for line, item in zip(lines, items, strict=True):
        undoing.undo(line, item)
    return on


def check_reversible(applications: Iterable[BookedApplication], history: PaymentHistory) -> None:
    """Raises NotReversible where a deduction that an application opened was settled since."""
    for application in applications:
        for line in application.lines:
            for deduction_id in line.deductions:
                item = history.item(line.customer_id, deduction_id)
                if item.open_amount != item.original_amount:
                    raise NotReversible(
                        f"application {application.application_id} opened {item.document_number}, of which "
                        f"{Money(item.original_amount - item.open_amount, item.currency)} is settled since: undo that "
                        "first"
                    )


def _still_granted(line: BookedLine, item: OpenItem) -> BookedLine:
    """The line without the discount and tolerance that a credit memo took back since."""
    if line.tolerance > item.tolerated:
        line = replace(line, tolerance=item.tolerated)
    return line.with_discount(min(line.discount, item.discount_taken))


@dataclass(frozen=True, slots=True)
class _Undoing:
    """An application of a payment that is being undone, and on which day."""

    application: BookedApplication
    payment: Payment
    on: date
    history: PaymentHistory
    correction: Correction

    def undo(self, line: BookedLine, item: OpenItem) -> None:
        """Reopens the item and books the opposite of the line."""
        if line.amount:
            self._restore(item, line.amount, "cash")
        self._return_money(line, item)
        if line.discount > 0:
            self._restore(item, line.discount, "discount", line.taxes)
            for account, amount in discount_accounts(line.discount, line.taxes):
                self._post(Account.RECEIVABLES, account, amount, item)
        self._grant_again(line, item)
        if line.tolerance > 0:
            self._restore(item, line.tolerance, "tolerance")
            self._post(Account.RECEIVABLES, Account.TOLERANCE, line.tolerance, item)
        if line.deduction:
            self._restore(item, line.deduction, "deduction")
        for deduction_id in line.deductions:
            self._close_deduction(self.history.item(line.customer_id, deduction_id))
        self._changed(item)

    def _grant_again(self, line: BookedLine, item: OpenItem) -> None:
        """Undoes what the line had taken back of discount, tolerance and write-off."""
        item.given_back -= min(line.given_back, item.given_back)
        if line.discount < 0:
            taxes = [TaxPart(percent, -tax) for percent, tax in line.taxes]
            self._reduce(item, -line.discount, "discount", taxes)
            for account, amount in discount_accounts(-line.discount, taxes):
                self._post(account, Account.RECEIVABLES, amount, item)
        if line.tolerance < 0:
            self._reduce(item, -line.tolerance, "tolerance")
            self._post(Account.TOLERANCE, Account.RECEIVABLES, -line.tolerance, item)
        if line.recovered:
            self._reduce(item, line.recovered, "write_off")
            self._post(Account.BAD_DEBT, Account.RECEIVABLES, line.recovered, item)
            write_off_id = f"{self.application.reversal_id}/W/{item.item_id}"
            self.correction.bookings.events.append(written_off_again(item, write_off_id, line.recovered, self.on))

    def _reduce(self, item: OpenItem, amount: Decimal, undoes: ItemCause, taxes: Sequence[TaxPart] = ()) -> None:
        self.correction.bookings.events.append(
            item.reduce(
                amount,
                self.on,
                "unapplied",
                self.application.reversal_id,
                value_date=self.payment.value_date,
                reverses=self.application.application_id,
                undoes=undoes,
                taxes=taxes,
            )
        )

    def _return_money(self, line: BookedLine, item: OpenItem) -> None:
        """Books the money back to the payment, unapplied wherever it was taken from."""
        if line.paid is None:
            if line.amount:
                self._post(Account.RECEIVABLES, Account.UNAPPLIED_CASH, line.amount, item)
            if line.surplus:
                self._post(Account.TOLERANCE, Account.UNAPPLIED_CASH, line.surplus, item)
            return
        clearing, realised = Account.EXCHANGE_CLEARING, Account.EXCHANGE_DIFFERENCE
        if line.amount:
            self._post(Account.RECEIVABLES, clearing, line.amount, item)
        self._post(clearing, Account.UNAPPLIED_CASH, line.paid)
        if line.exchange_difference > 0:
            self._post(realised, clearing, line.exchange_difference)
        elif line.exchange_difference < 0:
            self._post(clearing, realised, -line.exchange_difference)

    def _restore(self, item: OpenItem, amount: Decimal, undoes: ItemCause, taxes: Sequence[TaxPart] = ()) -> None:
        self.correction.bookings.events.append(
            item.restore(
                amount,
                self.on,
                "unapplied",
                self.application.reversal_id,
                reverses=self.application.application_id,
                undoes=undoes,
                method=self.payment.method,
                value_date=self.payment.value_date,
                taxes=taxes,
            )
        )

    def _close_deduction(self, deduction: OpenItem) -> None:
        self.correction.bookings.events.append(
            deduction.reduce(
                deduction.original_amount,
                self.on,
                "unapplied",
                self.application.reversal_id,
                value_date=self.payment.value_date,
                reverses=self.application.application_id,
            )
        )
        self._changed(deduction)

    def _changed(self, item: OpenItem) -> None:
        book = self.correction.book
        if book is not None and item.customer_id == book.customer_id:
            book.add_item(item)
            book.changed(item)

    def _post(self, debit: Account, credit: Account, amount: Decimal, item: OpenItem | None = None) -> None:
        """Posts an amount in the item's currency; without an item, in the payment's."""
        payment = self.payment
        self.correction.bookings.postings.append(
            Posting(
                entry_id=self.application.reversal_id,
                company_id=item.company_id if item else payment.company_id,
                business_date=self.on,
                debit=debit,
                credit=credit,
                amount=amount,
                currency=item.currency if item else payment.currency,
                customer_id=item.customer_id if item else payment.customer_id or UNIDENTIFIED_CUSTOMER,
                document=item.document_number if item else payment.payment_id,
            )
        )
