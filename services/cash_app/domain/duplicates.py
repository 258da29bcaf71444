"""Duplicates: the same payment told twice under another bank reference is held until a person has looked at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from services.cash_app.domain.customer_book import CustomerBook
from services.cash_app.domain.document_number import document_key
from services.cash_app.domain.files.figures import account_key
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import Payment
from shared.contracts.erp import RemittanceLine

_REFERENCE_CHARACTERS_MIN: Final = 6
"""A shorter reference of the bank may be two payments' by chance."""


class Taken(NamedTuple):
    """What is compared of a payment taken before; `amount` in `currency`."""

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
    """Whether a file told it, and not the bank's feed."""


class TakenBefore:
    """Payments taken before, to be asked which of them a new one repeats."""

    def __init__(
        self,
        days_max: Callable[[date], int],
        taken: Iterable[Taken] = (),
        holds: Callable[[date], bool] = lambda day: True,
    ) -> None:
        """By value date: how far apart the policy of that day lets two tellings be, and whether what the bank says of
        them is enough for it (`holds`)."""
        self._days_max = days_max
        self._holds = holds
        self._alike: defaultdict[tuple[str, str, str, Decimal], list[Taken]] = defaultdict(list)
        for each in taken:
            self.add(each)

    def add(self, taken: Taken) -> None:
        self._alike[taken.customer_id, taken.company_id, taken.currency, taken.amount].append(taken)

    def first_of(self, payment: Payment) -> Taken | None:
        """The one that `payment` repeats: same customer, company, currency, amount and documents named, value
        dates not too far apart."""
        if not payment.remittance:
            return None
        named = _documents(payment.remittance)
        same = [other for other in self._near(payment) if _documents(other.remittance) == named]
        return min(same, key=lambda other: (other.value_date, other.payment_id), default=None)

    def told_again(self, new: Taken) -> tuple[Taken, str] | None:
        """The one that is `new` by what the bank says of both, whatever they are for; and what that is."""
        found = [(other, mark) for other in self._near(new) if (mark := _same_mark(new, other))]
        if not found or not self._holds(new.value_date):
            return None
        return min(found, key=lambda pair: (pair[0].value_date, pair[0].payment_id))

    def _near(self, new: Taken | Payment) -> list[Taken]:
        alike = self._alike.get((new.customer_id or "", new.company_id, new.currency, new.amount))
        if not alike:
            return []
        most = self._days_max(new.value_date)
        return [
            other
            for other in alike
            if other.payment_id != new.payment_id and abs((other.value_date - new.value_date).days) <= most
        ]

    def evidence(self, payment: Payment, first: Taken) -> str:
        """Why the payment is held, in a sentence a clerk can read to the customer."""
        days = abs((payment.value_date - first.value_date).days)
        apart = "the same day" if not days else f"{days} day{'s' if days > 1 else ''} apart"
        return (
            f"{payment.amount} {payment.currency} for the same documents came as payment {first.payment_id} of value "
            f"date {first.value_date} (bank reference {first.bank_reference}), {apart}; nothing is owed on them any "
            f"more, and up to {self._days_max(payment.value_date)} days apart counts as told twice"
        )


def _same_mark(new: Taken, other: Taken) -> str:
    """By what two tellings are one payment; nothing where they may be two. Two of one source are two."""
    if new.trace_number is not None and new.trace_number == other.trace_number:
        return f"trace number {new.trace_number}"
    if _of_one_reference(new.bank_reference, other.bank_reference):
        return f"bank reference {other.bank_reference}"
    one_day = new.value_date == other.value_date and new.from_file != other.from_file
    if one_day and new.payer_account and account_key(new.payer_account) == account_key(other.payer_account or ""):
        return f"account {new.payer_account} and value date, told by a file and by the feed"
    return ""


def _of_one_reference(one: str, other: str) -> bool:
    """The bank's reference, once with our account before it and once without."""
    shorter, longer = sorted((one, other), key=len)
    return len(shorter) >= _REFERENCE_CHARACTERS_MIN and longer.endswith(f"/{shorter}")


def told_again_evidence(payment: Payment, first: Taken, mark: str) -> str:
    """Why it is held, in a sentence a clerk can read to the customer."""
    return (
        f"{payment.amount} {payment.currency} came as payment {first.payment_id} of value date {first.value_date} "
        f"(bank reference {first.bank_reference}) with the same {mark}"
    )


def settles_nothing(payment: Payment, book: CustomerBook) -> bool:
    """Whether none of the documents it names is owed any more: a second instalment still finds its invoice open."""
    return not any(isinstance(book.named(line.document_number, payment), OpenItem) for line in payment.remittance)


def taken(payment: Payment, trace_number: str | None = None, from_file: bool = False) -> Taken:
    """What later payments are compared with."""
    return Taken(
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
