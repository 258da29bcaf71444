"""What a credit takes back: never more is given back than came in.

An invoice of 1,000.00 that was paid with 980.00 and 20.00 discount is credited in full: 980.00 is the customer's
credit, and 20.00 of the credit memo take back the discount. Of a credit memo of 500.00, the discount on what is left
stays granted: 490.00 is the customer's credit. Tolerance and write-offs were never paid, so they are taken back before
anything is given.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from services.cash_app.application.domain.application_rules import DiscountRules
from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.application.domain.discount import discount_accounts
from services.cash_app.application.domain.settlement import SettledLine
from services.cash_app.open_items.domain.discount_tax import TaxPart
from services.cash_app.open_items.domain.open_item import OpenItem, discount_on
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment
from shared.contracts.cash_app import ItemCause, ItemWrittenOff
from shared.kernel.journal import Account
from shared.kernel.money import Money, round_half_up

NOTHING = Decimal(0)


class TakenBack(NamedTuple):
    """How a credit on a closed item is used, in the item's currency."""

    given: Decimal
    """The customer's credit: money that was paid on the item and is owed no more."""
    discount: Decimal = NOTHING
    tolerance: Decimal = NOTHING
    written_off: Decimal = NOTHING

    @property
    def total(self) -> Decimal:
        """What is taken back."""
        return self.discount + self.tolerance + self.written_off


def taken_back(item: OpenItem, credit: Decimal, rules: DiscountRules) -> TakenBack:
    """What a credit of at most what the item charged gives back of its money, and what it takes back."""
    left = charged(item) - credit
    granted = min(item.discount_taken, _still_granted(item, credit, left, rules))
    given = min(max(item.cash - item.given_back - (left - granted), NOTHING), credit)
    rest = credit - given
    discount = min(item.discount_taken - granted, rest)
    tolerance = min(item.tolerated, rest - discount)
    return TakenBack(given, discount, tolerance, min(item.written_off, rest - discount - tolerance))


def charged(item: OpenItem) -> Decimal:
    """What is charged of it still, after earlier credit memos and deductions."""
    return item.original_amount - item.credited - item.deducted - item.given_back


def _still_granted(item: OpenItem, credit: Decimal, left: Decimal, rules: DiscountRules) -> Decimal:
    if rules.taken_back == "first":
        return max(item.discount_taken - credit, NOTHING)
    return discount_on(left, item.discount_amount, item.original_amount, item.currency)


def lines_taken_back(credit: Payment, book: CustomerSubledger) -> list[SettledLine]:
    """What the rest of a credit memo takes back on the closed items of the document that it names."""
    rules, left, lines = book.in_force(credit)[1].discount, credit.unapplied_amount, list[SettledLine]()
    for named in credit.remittance:
        for item in reversed(book.items_of(named.document_number, credit)):
            if item.is_open:
                continue
            part = taken_back(item, min(left, charged(item)), rules)
            left -= part.given + part.total
            if part.total:
                lines.append(_line(item, part))
            else:
                item.given_back += part.given
            if not left:
                return lines
    return lines


def _line(item: OpenItem, part: TakenBack) -> SettledLine:
    parts = (
        (part.discount, "discount was granted"),
        (part.tolerance, "was tolerated"),
        (part.written_off, "was written off"),
    )
    taken = ", ".join(f"{Money(amount, item.currency)} {what}" for amount, what in parts if amount)
    why = f"{item.document_number} is credited: {taken} and is taken back, since no more is given back than was paid"
    total = round_half_up(part.total, item.currency)
    return SettledLine(
        item,
        total,
        -part.discount,
        "remittance",
        why,
        tolerance=-part.tolerance,
        recovered=part.written_off,
        given_back=part.given,
    )


class BeingBooked(Protocol):
    """An application while it is booked."""

    @property
    def application_id(self) -> str: ...
    @property
    def payment(self) -> Payment: ...
    @property
    def on(self) -> date: ...
    @property
    def bookings(self) -> Bookings: ...
    def post(self, debit: Account, credit: Account, amount: Decimal, item: OpenItem) -> None: ...


def take_back(line: SettledLine, application: BeingBooked) -> None:
    """Reopens what the line takes back of discount, tolerance and write-off; the line settles it instead."""
    item, receivables = line.item, Account.RECEIVABLES
    item.given_back += line.given_back
    if line.discount < 0:
        taxes = [TaxPart(percent, -tax) for percent, tax in item.tax_in_discount(line.discount)]
        _reopen(item, -line.discount, "discount", application, taxes)
        for account, amount in discount_accounts(-line.discount, taxes):
            application.post(receivables, account, amount, item)
    if line.tolerance < 0:
        _reopen(item, -line.tolerance, "tolerance", application)
        application.post(receivables, Account.TOLERANCE, -line.tolerance, item)
    if line.recovered:
        _reopen(item, line.recovered, "write_off", application)
        application.post(receivables, Account.BAD_DEBT, line.recovered, item)
        application.bookings.events.append(
            written_off_again(item, f"{application.application_id}/W/{item.item_id}", -line.recovered, application.on)
        )


def _reopen(
    item: OpenItem, amount: Decimal, what: ItemCause, application: BeingBooked, taxes: Sequence[TaxPart] = ()
) -> None:
    application.bookings.events.append(
        item.restore(
            amount,
            application.on,
            "taken_back",
            application.application_id,
            reverses=None,
            undoes=what,
            value_date=application.payment.value_date,
            taxes=taxes,
        )
    )


def written_off_again(item: OpenItem, write_off_id: str, amount: Decimal, on: date) -> ItemWrittenOff:
    """A recovery (negative) or its reversal, as a write-off."""
    return ItemWrittenOff(
        write_off_id=write_off_id,
        item_id=item.item_id,
        document_number=item.document_number,
        customer_id=item.customer_id,
        company_id=item.company_id,
        written_off_on=on,
        currency=item.currency,
        amount=amount,
        approved_by="application rules",
        reason="recovered: it was paid or credited after all" if amount < 0 else "the recovery was reversed",
    )
