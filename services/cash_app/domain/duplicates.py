"""Duplicates: the same payment told twice under another bank reference is held until a person has looked at it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.cash_app.domain.customer_book import CustomerBook
from services.cash_app.domain.document_number import document_key
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import Payment
from shared.contracts.erp import RemittanceLine


@dataclass(frozen=True, slots=True)
class Taken:
    """What is compared of a payment taken before; `amount` in `currency`."""

    payment_id: str
    bank_reference: str
    customer_id: str
    company_id: str
    currency: str
    amount: Decimal
    value_date: date
    remittance: tuple[RemittanceLine, ...]


class TakenBefore:
    """Payments taken before, to be asked which of them a new one repeats."""

    def __init__(self, days_max: Callable[[date], int], taken: Iterable[Taken] = ()) -> None:
        """`days_max`: by value date, how far apart the policy of that day lets two tellings be."""
        self._days_max = days_max
        self._alike: defaultdict[tuple[str, str, str, Decimal], list[Taken]] = defaultdict(list)
        for each in taken:
            self.add(each)

    def add(self, taken: Taken) -> None:
        self._alike[taken.customer_id, taken.company_id, taken.currency, taken.amount].append(taken)

    def first_of(self, payment: Payment) -> Taken | None:
        """The one that `payment` repeats: same customer, company, currency, amount and documents named, value
        dates not too far apart. Without a remittance nothing tells two payments from one."""
        alike = self._alike.get((payment.customer_id or "", payment.company_id, payment.currency, payment.amount))
        if not alike or not payment.remittance:
            return None
        named, most = _documents(payment.remittance), self._days_max(payment.value_date)
        same = [
            other
            for other in alike
            if other.payment_id != payment.payment_id
            and abs((other.value_date - payment.value_date).days) <= most
            and _documents(other.remittance) == named
        ]
        return min(same, key=lambda other: (other.value_date, other.payment_id), default=None)

    def evidence(self, payment: Payment, first: Taken) -> str:
        """Why the payment is held, in a sentence a clerk can read to the customer."""
        days = abs((payment.value_date - first.value_date).days)
        apart = "the same day" if not days else f"{days} day{'s' if days > 1 else ''} apart"
        return (
            f"{payment.amount} {payment.currency} for the same documents came as payment {first.payment_id} of value "
            f"date {first.value_date} (bank reference {first.bank_reference}), {apart}; nothing is owed on them any "
            f"more, and up to {self._days_max(payment.value_date)} days apart counts as told twice"
        )


def settles_nothing(payment: Payment, book: CustomerBook) -> bool:
    """Whether none of the documents it names is owed any more: a second instalment still finds its invoice open."""
    return not any(isinstance(book.named(line.document_number, payment), OpenItem) for line in payment.remittance)


def taken(payment: Payment) -> Taken:
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
    )


def _documents(remittance: Iterable[RemittanceLine]) -> frozenset[str]:
    return frozenset(document_key(line.document_number) for line in remittance)
