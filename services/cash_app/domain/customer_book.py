"""One customer's book while payments are applied: open items, credit on account, documents waited for."""

from __future__ import annotations

from bisect import insort
from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from services.cash_app.domain.document_number import document_key
from services.cash_app.domain.item_pool import ItemPool
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import Payment, PaymentState

Purse = tuple[str, str]
"""Company and currency: money and items of different ones are never mixed."""


class Absence(StrEnum):
    """Why a document named in a remittance is not an item to be settled."""

    UNKNOWN = "unknown"
    PAID = "paid"
    OF_ANOTHER_CUSTOMER = "of another customer"
    OF_ANOTHER_COMPANY = "of another company"
    IN_ANOTHER_CURRENCY = "in another currency"


@dataclass(slots=True)
class AwaitedDocument:
    """A remittance line whose document is not known yet; its money waits. Amounts in the payment's currency."""

    customer_id: str
    payment_id: str
    line_no: int
    document_key: str
    document_number: str
    currency: str
    amount: Decimal
    discount: Decimal
    waiting: bool = True


class CustomerBook:
    """Everything that decisions about one customer's money look at.

    `owners` tells whose documents are known under a company and document key.
    """

    def __init__(self, customer_id: str, owners: Mapping[tuple[str, str], Collection[str]]) -> None:
        self.customer_id = customer_id
        self.complete = False
        """Whether all open items are in, not only those named by a remittance."""
        self._owners = owners
        self._items: dict[str, OpenItem] = {}
        self._documents: defaultdict[str, list[OpenItem]] = defaultdict(list)
        self._pools: defaultdict[Purse, ItemPool] = defaultdict(ItemPool)
        self._credit: defaultdict[Purse, list[Payment]] = defaultdict(list)
        self._credited: set[str] = set()
        self._credit_balance: defaultdict[Purse, Decimal] = defaultdict(Decimal)
        self._awaited: dict[tuple[str, int], AwaitedDocument] = {}
        self._awaited_by_key: defaultdict[str, list[AwaitedDocument]] = defaultdict(list)
        self._waiting: dict[str, Payment] = {}

    def add_item(self, item: OpenItem) -> None:
        """Takes the item in; one already in is left alone."""
        if item.item_id in self._items:
            return
        self._items[item.item_id] = item
        self._documents[document_key(item.document_number)].append(item)
        if item.is_open:
            self._pools[item.company_id, item.currency].add(item)

    def changed(self, item: OpenItem) -> None:
        """The item's open amount changed."""
        self._pools[item.company_id, item.currency].changed(item)

    def pool(self, payment: Payment) -> ItemPool:
        """The open items this payment may settle."""
        return self._pools[payment.company_id, payment.currency]

    def other_purses(self, payment: Payment) -> list[Purse]:
        """Companies and currencies of open items that this payment may not settle."""
        own = (payment.company_id, payment.currency)
        return sorted(purse for purse, pool in self._pools.items() if pool.open_count and purse != own)

    def named(self, number: str, payment: Payment) -> OpenItem | Absence:
        """The open item a remittance line names; where one number is on several, the oldest open one."""
        key = document_key(number)
        own = self._documents.get(key, [])
        in_company = [item for item in own if item.company_id == payment.company_id]
        in_currency = [item for item in in_company if item.currency == payment.currency]
        still_open = [item for item in in_currency if item.is_open]
        if still_open:
            return min(still_open, key=lambda item: item.age)
        if in_currency:
            return Absence.PAID
        if in_company:
            return Absence.IN_ANOTHER_CURRENCY
        if own:
            return Absence.OF_ANOTHER_COMPANY
        return Absence.OF_ANOTHER_CUSTOMER if self._owners.get((payment.company_id, key)) else Absence.UNKNOWN

    def add_payment(self, payment: Payment) -> None:
        """Takes in a payment whose money rests on account or waits for a document."""
        if payment.state is PaymentState.ON_ACCOUNT:
            purse = (payment.company_id, payment.currency)
            if payment.payment_id not in self._credited:
                self._credited.add(payment.payment_id)
                insort(self._credit[purse], payment, key=lambda held: held.age)
                self._credit_balance[purse] += payment.unapplied_amount
        elif payment.state is PaymentState.UNAPPLIED:
            self._waiting[payment.payment_id] = payment

    def credit_for(self, item: OpenItem) -> Iterator[Payment]:
        """Money on account that may settle this item, the oldest first."""
        purse = (item.company_id, item.currency)
        while self._credit[purse]:
            payment = self._credit[purse][0]
            if payment.state is PaymentState.ON_ACCOUNT:
                yield payment
            if payment.state is PaymentState.ON_ACCOUNT:
                return
            self._credit[purse].pop(0)

    def credit_spent(self, payment: Payment, amount: Decimal) -> None:
        self._credit_balance[payment.company_id, payment.currency] -= amount

    def credit_balance(self, payment: Payment) -> Decimal:
        """All of the customer's money on account in the payment's company and currency."""
        return self._credit_balance[payment.company_id, payment.currency]

    def expect(self, awaited: AwaitedDocument) -> None:
        """Takes in a document that is waited for; one already in is left alone."""
        if (awaited.payment_id, awaited.line_no) not in self._awaited:
            self._awaited[awaited.payment_id, awaited.line_no] = awaited
            self._awaited_by_key[awaited.document_key].append(awaited)

    def waiting_for(self, item: OpenItem) -> list[tuple[Payment, AwaitedDocument]]:
        """Payments of the item's company that wait for it, in the order of their age."""
        found = [
            (self._waiting[awaited.payment_id], awaited)
            for awaited in self._awaited_by_key.get(document_key(item.document_number), [])
            if awaited.waiting and awaited.payment_id in self._waiting
        ]
        same_company = [entry for entry in found if entry[0].company_id == item.company_id]
        return sorted(same_company, key=lambda entry: (entry[0].age, entry[1].line_no))
