"""Duplicates: a payment received again under another bank reference is held until a person has reviewed it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Annotated, Final, Literal, NamedTuple

from pydantic import BaseModel, ConfigDict, Field

from services.cash_app.application.domain.currency_conversion import convert_stated
from services.cash_app.application.domain.customer_subledger import CustomerSubledger, UnmatchedReason
from services.cash_app.application.domain.settlement import StatedAmount
from services.cash_app.open_items.domain.document_number import document_key
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.account_number import account_key
from services.cash_app.payments.domain.payment import Payment
from shared.contracts.erp import RemittanceLine
from shared.kernel.money import Money

_REFERENCE_CHARACTERS_MIN: Final = 6
"""A shorter bank reference may belong to two payments by chance."""


class DuplicateRules(BaseModel):
    """The policy document `duplicate_rules`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    duplicate_days: Annotated[int, Field(ge=0, le=60)]
    """Payments with value dates at most this far apart may be the same payment."""
    reference_days: Annotated[int, Field(ge=0, le=365)] = 5
    """One bank reference with another amount or payer, or with value dates at most this far apart, may be the same
    payment and is held; with value dates further apart it is another payment."""
    same_payment_days: Annotated[int, Field(ge=0, le=10)] = 3
    """A file and the bank feed, or two kinds of messages, may give value dates so far apart for one payment."""
    possible_duplicates: Literal["hold", "apply"] = "hold"
    """What happens to money with the trace number, the bank reference or, from another source, the account and value
    date of an earlier payment: it is held for review, or applied like any other."""


class ComparedPayment(NamedTuple):
    """What is compared of a payment; `amount` in `currency`."""

    payment_id: str
    bank_reference: str
    customer_id: str
    company_id: str
    currency: str
    amount: Decimal
    value_date: date
    remittance: tuple[RemittanceLine, ...]
    payer_account: str | None = None
    trace_number: str | None = None
    from_file: bool = False
    """Whether it was read from a file, not from the bank's feed."""


class DuplicateCandidates:
    """Earlier payments that a new one may repeat."""

    def __init__(
        self,
        days_max: Callable[[date], int],
        earlier: Iterable[ComparedPayment] = (),
        holds: Callable[[date], bool] = lambda day: True,
    ) -> None:
        """By value date: `days_max` is how far apart two payments may be, `holds` whether equal bank data is enough to
        hold a payment."""
        self._days_max = days_max
        self._holds = holds
        self._alike: defaultdict[tuple[str, str, str, Decimal], list[ComparedPayment]] = defaultdict(list)
        for each in earlier:
            self.add(each)

    def add(self, payment: ComparedPayment) -> None:
        self._alike[payment.customer_id, payment.company_id, payment.currency, payment.amount].append(payment)

    def with_same_documents(self, payment: Payment) -> ComparedPayment | None:
        """The earliest payment of the same customer, company, currency, amount and documents, close in value date."""
        if not payment.remittance:
            return None
        named = _documents(payment.remittance)
        same = [other for other in self._near(payment) if _documents(other.remittance) == named]
        return min(same, key=lambda other: (other.value_date, other.payment_id), default=None)

    def with_same_bank_data(self, new: ComparedPayment) -> tuple[ComparedPayment, str] | None:
        """The earliest payment that is the same by the bank's data, whatever it is for; and that data."""
        found = [(other, mark) for other in self._near(new) if (mark := _same_bank_data(new, other))]
        if not found or not self._holds(new.value_date):
            return None
        return min(found, key=lambda pair: (pair[0].value_date, pair[0].payment_id))

    def _near(self, new: ComparedPayment | Payment) -> list[ComparedPayment]:
        alike = self._alike.get((new.customer_id or "", new.company_id, new.currency, new.amount))
        if not alike:
            return []
        most = self._days_max(new.value_date)
        return [
            other
            for other in alike
            if other.payment_id != new.payment_id and abs((other.value_date - new.value_date).days) <= most
        ]

    def evidence(self, payment: Payment, first: ComparedPayment) -> str:
        """Why the payment is held, in a sentence a clerk can read to the customer."""
        days = abs((payment.value_date - first.value_date).days)
        apart = "the same day" if not days else f"{days} day{'s' if days > 1 else ''} apart"
        return (
            f"{Money(payment.amount, payment.currency)} for the same documents was received as payment "
            f"{first.payment_id} of value date {first.value_date} (bank reference {first.bank_reference}), {apart}; "
            f"less than this is open on them now, and up to {self._days_max(payment.value_date)} days apart is a "
            "possible duplicate payment"
        )


def _same_bank_data(new: ComparedPayment, other: ComparedPayment) -> str:
    """The data by which two payments are one; empty where they may be two. Two of one source are two."""
    if new.trace_number is not None and new.trace_number == other.trace_number:
        return f"trace number {new.trace_number}"
    if _of_one_reference(new.bank_reference, other.bank_reference):
        return f"bank reference {other.bank_reference}"
    one_day = new.value_date == other.value_date and new.from_file != other.from_file
    if one_day and new.payer_account and account_key(new.payer_account) == account_key(other.payer_account or ""):
        return f"account {new.payer_account} and value date, once in a file and once over the bank feed"
    return ""


def _of_one_reference(one: str, other: str) -> bool:
    """Whether it is the bank's reference, once with our account in front of it and once without."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _REFERENCE_CHARACTERS_MIN and longer.endswith(f"/{shorter}")


def bank_data_evidence(payment: Payment, first: ComparedPayment, mark: str) -> str:
    """Why it is held, in a sentence a clerk can read to the customer."""
    return (
        f"{Money(payment.amount, payment.currency)} was received as payment {first.payment_id} of value date "
        f"{first.value_date} (bank reference {first.bank_reference}) with the same {mark}"
    )


def settles_nothing(payment: Payment, book: CustomerSubledger) -> bool:
    """Whether less is open on each document it names than it pays for it, in the document's own currency.

    A second instalment still finds its invoice open; a payment that is repeated finds a rest of it at most.
    """
    return not any(_owed_still(line, payment, book) for line in payment.remittance)


def _owed_still(line: RemittanceLine, payment: Payment, book: CustomerSubledger) -> bool:
    """Whether as much as the line pays is open on its document, or was deducted of it or written off."""
    item = book.named(line.document_number, payment)
    if isinstance(item, OpenItem):
        return item.open_amount >= line.amount
    if item is UnmatchedReason.PAID:
        aside = book.items_of(line.document_number, payment)
        return sum((each.open_amount + each.written_off for each in aside), Decimal(0)) >= line.amount > 0
    foreign = book.foreign(line.document_number, payment)
    if foreign is None:
        return False
    converted = convert_stated(
        foreign, StatedAmount(line.amount, line.discount), payment, payment.value_date, book.rates
    )
    return converted is None or converted.cash <= foreign.open_amount  # without a rate it may well be owed


def compared(payment: Payment, trace_number: str | None = None, *, from_file: bool = False) -> ComparedPayment:
    """What later payments are compared with."""
    return ComparedPayment(
        payment.payment_id,
        payment.bank_reference,
        payment.customer_id or "",
        payment.company_id,
        payment.currency,
        payment.amount,
        payment.value_date,
        payment.remittance,
        payment.payer_account,
        trace_number,
        from_file,
    )


def _documents(remittance: Iterable[RemittanceLine]) -> frozenset[str]:
    return frozenset(document_key(line.document_number) for line in remittance)
