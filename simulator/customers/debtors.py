"""The customers' own records: what they owe, what they were reminded of, what they promised.

This is the truth the services are scored against: which payment was meant for which invoice.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from shared.contracts.cash_app import OpenItemChanged
from shared.contracts.collections import DunningSent, PromiseMade
from shared.contracts.invoicing import InvoicePosted


@dataclass(slots=True)
class Owed:
    """An invoice in the customer's own books. Amounts in `currency`; `unpaid` as the customer sees it."""

    invoice_id: str
    invoice_number: str
    customer_id: str
    currency: str
    total: Decimal
    unpaid: Decimal
    invoice_date: date
    due_date: date
    discount_date: date | None
    discount_amount: Decimal
    order_id: str | None = None
    """The order that it is for, if it is for one, under our number."""
    customer_reference: str = ""
    """The customer's own number of that order."""
    paid_on: date | None = None
    reminded_on: date | None = None

    @property
    def untouched(self) -> bool:
        return self.unpaid == self.total


@dataclass(frozen=True, slots=True)
class Part:
    """What of a payment is meant for one invoice, and the discount the customer deducts."""

    invoice_id: str
    invoice_number: str
    cash: Decimal
    discount: Decimal = Decimal(0)
    unearned: bool = False
    """The discount is taken too late: the invoice stays unpaid by it until the supplier complains."""
    in_full: bool = False
    """Nothing of the invoice was paid before, and nothing stays unpaid."""


@dataclass(frozen=True, slots=True)
class Intention:
    """A payment as the customer means it."""

    parts: tuple[Part, ...]
    beyond: Decimal = Decimal(0)
    """Money for nothing yet invoiced."""
    remittance: bool = True
    """Whether the customer sends remittance advice."""
    known_account: bool = True
    promise_id: str | None = None
    order_numbers: tuple[str, ...] = ()
    """Our number and the customer's of the order that is paid; empty where it is not one, or not all of it."""

    @property
    def amount(self) -> Decimal:
        return sum((part.cash for part in self.parts), self.beyond)


@dataclass(frozen=True, slots=True)
class IntendedApplication:
    """The truth about a payment: `amount` of it was meant for the invoice."""

    payment_id: str
    invoice_id: str
    amount: Decimal


class Debtors:
    """Every customer's own books."""

    def __init__(self) -> None:
        self.truth: list[IntendedApplication] = []
        self._owed: defaultdict[str, dict[str, Owed]] = defaultdict(dict)
        self._invoices: dict[str, Owed] = {}
        self._promises: defaultdict[str, dict[str, PromiseMade]] = defaultdict(dict)
        self._beyond: defaultdict[str, list[tuple[str, Decimal]]] = defaultdict(list)
        self._known_promises: set[str] = set()

    def rename_payment(self, payment_id: str, new_id: str, invoice_number: str | None) -> None:
        """The services know the payment, or what of it is for one invoice, under another id than the customers."""

        def renamed(intended: IntendedApplication) -> bool:
            item = self._invoices.get(intended.invoice_id)
            return intended.payment_id == payment_id and invoice_number in (None, item and item.invoice_number)

        self.truth = [replace(line, payment_id=new_id) if renamed(line) else line for line in self.truth]
        for beyond in self._beyond.values():
            beyond[:] = [(new_id if paid == payment_id else paid, amount) for paid, amount in beyond]

    def invoiced(self, invoice: InvoicePosted) -> None:
        """The invoice reached the customer; money already paid beyond earlier invoices counts for it."""
        owed = self._owed[invoice.customer_id]
        if invoice.invoice_id in owed:
            return
        owed[invoice.invoice_id] = self._invoices[invoice.invoice_id] = item = Owed(
            invoice_id=invoice.invoice_id,
            invoice_number=invoice.invoice_number,
            customer_id=invoice.customer_id,
            currency=invoice.currency,
            total=invoice.total,
            unpaid=invoice.total,
            invoice_date=invoice.invoice_date,
            due_date=invoice.due_date,
            discount_date=invoice.discount_date,
            discount_amount=invoice.discount_amount,
            order_id=invoice.order_id,
            customer_reference=invoice.customer_reference,
        )
        beyond, self._beyond[invoice.customer_id] = self._beyond[invoice.customer_id], []
        for payment_id, amount in beyond:
            used = min(amount, item.unpaid)
            item.unpaid -= used
            if used:
                self.truth.append(IntendedApplication(payment_id, item.invoice_id, used))
            if used < amount:
                self._beyond[invoice.customer_id].append((payment_id, amount - used))

    def reminded(self, notice: DunningSent) -> None:
        for line in notice.items:
            item = self._owed[notice.customer_id].get(line.item_id)
            if item:
                item.reminded_on = max(notice.sent_on, item.reminded_on or notice.sent_on)

    def promised(self, promise: PromiseMade) -> None:
        if promise.promise_id not in self._known_promises:
            self._known_promises.add(promise.promise_id)
            self._promises[promise.customer_id][promise.promise_id] = promise

    def settled(self, change: OpenItemChanged) -> None:
        """What an earlier run paid of an item, as the creditor's books have it."""
        item = self._owed[change.customer_id].get(change.item_id)
        if item:
            item.unpaid = min(item.unpaid, change.open_amount)

    def owed_by(self, customer_id: str) -> list[Owed]:
        """What the customer still means to pay, oldest due first."""
        unpaid = (item for item in self._owed[customer_id].values() if item.unpaid > 0)
        return sorted(unpaid, key=lambda item: (item.due_date, item.invoice_date, item.invoice_id))

    def promises_of(self, customer_id: str) -> list[PromiseMade]:
        """Promises not paid yet, the first due first."""
        return sorted(self._promises[customer_id].values(), key=lambda p: (p.due_on, p.promise_id))

    def forget_promise(self, customer_id: str, promise_id: str) -> None:
        self._promises[customer_id].pop(promise_id, None)

    def paid(self, customer_id: str, payment_id: str, intention: Intention, day: date) -> None:
        """Books a payment as the customer means it, and keeps the truth of it."""
        for part in intention.parts:
            item = self._owed[customer_id][part.invoice_id]
            item.unpaid -= part.cash if part.unearned else part.cash + part.discount
            item.paid_on, item.reminded_on = day, None
            self.truth.append(IntendedApplication(payment_id, part.invoice_id, part.cash))
        if intention.beyond:
            self._beyond[customer_id].append((payment_id, intention.beyond))
        if intention.promise_id:
            self.forget_promise(customer_id, intention.promise_id)


def oldest_first(owed: Sequence[Owed], amount: Decimal) -> tuple[tuple[Part, ...], Decimal]:
    """`amount` laid out over the oldest debts, and what is left of it when all are covered."""
    parts = []
    for item in owed:
        cash = min(item.unpaid, amount)
        if cash > 0:
            parts.append(Part(item.invoice_id, item.invoice_number, cash))
            amount -= cash
    return tuple(parts), amount
