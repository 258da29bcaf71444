"""Manual application: a clerk decides which items a payment's unapplied or on-account money settles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from pydantic import BaseModel, ConfigDict

from services.cash_app.application.domain import discount
from services.cash_app.application.domain.booking import settle
from services.cash_app.application.domain.currency_conversion import convert_stated
from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.application.domain.settlement import SettledLine, StatedAmount
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment, PaymentState, WrongState
from services.cash_app.payments.domain.pending_document import PendingDocument
from shared.kernel.money import Money, amount_text, is_exact, round_half_up


class ManualApplicationRules(BaseModel):
    """The policy document `manual_application_rules`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    items_of_other_customers: Literal["never", "payer_group", "any"] = "payer_group"
    """Whose items a clerk may settle with a customer's money: no other customer's, those of its payer group (parent and
    child accounts), or any customer's. The money moves to that customer in the same step."""


class LineNotAllowed(ValueError):
    """A clerk's line that the rules of application forbid; the message states which and why."""


@dataclass(frozen=True, slots=True)
class ManualLine:
    """Cash and discount for an item, in the payment's currency, whatever the item's currency is."""

    item: OpenItem
    cash: Decimal
    discount: Decimal


@dataclass(frozen=True, slots=True)
class ManualApplication:
    """What a clerk decided: exactly these lines, booked on `today` at the earliest."""

    lines: Sequence[ManualLine]
    reason: str
    today: date | None


def apply_manually(
    payment: Payment,
    decision: ManualApplication,
    pending: Sequence[PendingDocument],
    book: CustomerSubledger,
    bookings: Bookings,
) -> None:
    """Settles exactly the lines of the decision. `pending` are the documents that the payment waits for.

    Raises WrongState unless the money is unapplied or on account, LineNotAllowed where a line does not fit.
    """
    if payment.state not in (PaymentState.UNAPPLIED, PaymentState.ON_ACCOUNT):
        hint = (
            "assign it to a customer first" if payment.state is PaymentState.SUSPENSE else "none of its money is left"
        )
        raise WrongState(f"payment {payment.payment_id} is {payment.state}: {hint}")
    settled = [_checked(payment, line, decision.reason, book) for line in decision.lines]
    if len({line.item.item_id for line in settled}) < len(settled):
        raise LineNotAllowed("an item is named twice: give each item one line with its whole amount")
    currency = payment.currency
    cash = sum((line.conversion.paid if line.conversion else line.cash for line in settled), Decimal(0))
    if cash > payment.unapplied_amount:
        raise LineNotAllowed(
            f"the lines add up to {Money(cash, currency)}, "
            f"but {amount_text(payment.unapplied_amount, currency)} of payment {payment.payment_id} is left"
        )
    settle(payment, settled, book, bookings, not_before=decision.today)
    if not payment.unapplied_amount:
        payment.stop_waiting(pending)


def _checked(payment: Payment, line: ManualLine, reason: str, book: CustomerSubledger) -> SettledLine:
    item, currency, number = line.item, payment.currency, line.item.document_number
    if item.customer_id != payment.customer_id:
        raise LineNotAllowed(f"{number} is customer {item.customer_id}'s, the payment is {payment.customer_id}'s")
    if item.company_id != payment.company_id:
        raise LineNotAllowed(f"{number} is of company {item.company_id}, the payment went to {payment.company_id}")
    if line.cash <= 0 or not is_exact(line.cash, currency) or not is_exact(line.discount, currency):
        raise LineNotAllowed(f"{number}: {line.cash} with {line.discount} discount is not an amount in {currency}")
    if item.currency != currency:
        return _converted_line(payment, line, reason, book)
    if line.cash + line.discount > item.open_amount:
        raise LineNotAllowed(
            f"{number} has {Money(item.open_amount, currency)} open, "
            f"not {amount_text(line.cash + line.discount, currency)}"
        )
    earned = discount.earned_by_claim(item, line.cash, line.discount, payment.value_date)
    if line.discount > earned:
        raise LineNotAllowed(
            f"{number}: a discount of {Money(line.discount, currency)} is not earned by a payment of value date "
            f"{payment.value_date}; {amount_text(earned, currency)} is"
        )
    return SettledLine(
        item, round_half_up(line.cash, currency), round_half_up(line.discount, currency), "by_hand", reason
    )


def _converted_line(payment: Payment, line: ManualLine, reason: str, book: CustomerSubledger) -> SettledLine:
    """A line for an item in another currency, at the rate of the value date."""
    item, number = line.item, line.item.document_number
    stated = StatedAmount(line.cash, line.discount)
    converted = convert_stated(item, stated, payment, payment.value_date, book.rates)
    if converted is None:
        raise LineNotAllowed(
            f"{number} is in {item.currency}, the payment in {payment.currency}, and no exchange rate of "
            f"{payment.value_date} is known: set the rate first"
        )
    if converted.cash + converted.claimed > item.open_amount:
        raise LineNotAllowed(
            f"{number} has {Money(item.open_amount, item.currency)} open; {Money(line.cash, payment.currency)} are "
            f"{Money(converted.cash, item.currency)} with {amount_text(converted.claimed, item.currency)} discount"
        )
    earned = discount.earned_by_claim(item, converted.cash, converted.claimed, payment.value_date)
    if converted.claimed > earned:
        raise LineNotAllowed(
            f"{number}: a discount of {Money(converted.claimed, item.currency)} is not earned; "
            f"{amount_text(earned, item.currency)} is"
        )
    conversion = converted.conversion_of(converted.cash)
    return SettledLine(item, converted.cash, converted.claimed, "by_hand", reason, conversion=conversion)
