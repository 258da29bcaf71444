"""The plain model of cash: a list of invoices, a list of payments, and the rules by which the one settles the other.

Written from the rules, not from the code: every question is answered by going through all there is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from shared.contracts.erp import CustomerChanged, PaymentReceived
from shared.contracts.event import Event
from shared.contracts.invoicing import InvoicePosted

NIL = Decimal(0)
NOBODY = "-"

Place = Literal["suspense", "unapplied", "on_account", "applied"]


@dataclass
class Invoice:
    """`open` is what is still owed; `discount` what may be kept by `discount_until`."""

    invoice_id: str
    number: str
    customer: str
    currency: str
    total: Decimal
    open: Decimal
    dated: date
    due: date
    discount_until: date | None
    discount: Decimal
    disputed: bool
    taken: Decimal = NIL

    @property
    def age(self) -> tuple[date, str, str]:
        return (self.due, self.number, self.invoice_id)

    def to_be_had(self, paid_on: date) -> Decimal:
        """The discount that money of this value date may still take."""
        if self.disputed or self.discount_until is None or paid_on > self.discount_until:
            return NIL
        return min(self.discount - self.taken, self.open)

    def net(self, paid_on: date) -> Decimal:
        """What closes it with the discount; the whole where the discount alone would."""
        earned = self.to_be_had(paid_on)
        return self.open - earned if earned < self.open else self.open


@dataclass
class Money:
    """A payment: `left` of it is in `place` since `since`; `waits` has what is kept for documents to come."""

    said: PaymentReceived
    customer: str | None
    place: Place
    left: Decimal
    since: date
    waits: dict[str, tuple[Decimal, Decimal]] = field(default_factory=dict)

    @property
    def age(self) -> tuple[date, str]:
        return (self.said.value_date, self.said.payment_id)


Line = tuple[Invoice, Decimal, Decimal]
"""An invoice, the cash and the discount that settle it."""


class PlainBooks:
    """What cash_app should come to, fed with the batches that it handles."""

    def __init__(self) -> None:
        self.today: date | None = None
        self.invoices: dict[str, Invoice] = {}
        self.payments: dict[str, Money] = {}
        self.customers: dict[str, CustomerChanged | None] = {}
        self.moves: list[tuple[date, str, str, str, Decimal]] = []
        """(day, what, customer, currency, change); what is receivables, cash, discount or a payment's place."""
        self.applied: list[tuple[date, str, str, Decimal]] = []
        """(day, customer, currency, cash and discount)."""
        self._references: set[str] = set()

    def hear(self, batch: Iterable[Event]) -> None:
        """One batch as cash_app takes it: customers, then invoices, then payments, each in business order."""
        events = sorted(batch, key=lambda event: event.business_order)
        for event in events:
            if isinstance(event, CustomerChanged):
                self._customer(event)
        posted = [event for event in events if isinstance(event, InvoicePosted)]
        first_heard = {event.customer_id for event in posted} - self.customers.keys()
        for customer in first_heard:
            self.customers[customer] = None
        for event in posted:
            self._post(event)
        if first_heard:
            self._look_again(first_heard, set())
        for event in events:
            if isinstance(event, PaymentReceived) and event.bank_reference not in self._references:
                self._references.add(event.bank_reference)
                self._receive(event)

    def begin_day(self, day: date, chunk: int) -> None:
        """Suspense is looked at again, `chunk` payments at a time in the order of their ids."""
        self.today = day
        suspended = sorted(self._suspended(), key=lambda money: money.said.payment_id)
        for start in range(0, len(suspended), chunk):
            self._assign_known(suspended[start : start + chunk])

    def balance(self, what: str, as_of: date, customer: str | None = None, currency: str = "") -> Decimal:
        """Of one customer and currency, or of all."""
        return sum(
            (
                change
                for day, kind, whose, unit, change in self.moves
                if kind == what and day <= as_of and (customer is None or (whose, unit) == (customer, currency))
            ),
            NIL,
        )

    # Who it is

    def _customer(self, event: CustomerChanged) -> None:
        known = self.customers.get(event.customer_id)
        if known is not None and known.version >= event.version:
            return
        self.customers[event.customer_id] = event
        self._look_again({event.customer_id}, set(event.payer_accounts))

    def whose(self, said: PaymentReceived) -> str | None:
        if said.customer_id is not None:
            return said.customer_id if said.customer_id in self.customers else None
        masters = [master for master in self.customers.values() if master is not None]
        holders = [master.customer_id for master in masters if said.payer_account in master.payer_accounts]
        return holders[0] if len(holders) == 1 else None

    def _suspended(self) -> list[Money]:
        return [money for money in self.payments.values() if money.place == "suspense"]

    def _look_again(self, customers: set[str], accounts: set[str]) -> None:
        self._assign_known(
            [m for m in self._suspended() if m.said.customer_id in customers or m.said.payer_account in accounts]
        )

    def _assign_known(self, suspended: list[Money]) -> None:
        for money in sorted(suspended, key=lambda money: money.age):
            customer = self.whose(money.said)
            if customer is not None:
                self.assign(money, customer)

    def assign(self, money: Money, customer: str) -> None:
        """It is this customer's: from today on, or its value date where that is later."""
        self._transfer(money, "unapplied", max(money.said.value_date, self.today or money.said.value_date), customer)
        self._apply(money)

    # What is settled

    def _receive(self, said: PaymentReceived) -> None:
        customer = self.whose(said)
        place: Place = "suspense" if customer is None else "unapplied"
        money = Money(said, customer, place, said.amount, said.value_date)
        self.payments[said.payment_id] = money
        self._move(said.value_date, "cash", money, said.amount)
        self._move(said.value_date, place, money, said.amount)
        if customer is not None:
            self._apply(money)

    def _post(self, event: InvoicePosted) -> None:
        invoice = Invoice(
            event.invoice_id, event.invoice_number, event.customer_id, event.currency, event.total, event.total,
            event.invoice_date, event.due_date, event.discount_date, event.discount_amount, event.disputed,
        )  # fmt: skip
        self.invoices[invoice.invoice_id] = invoice
        self.moves.append((invoice.dated, "receivables", invoice.customer, invoice.currency, invoice.total))
        own = sorted((m for m in self.payments.values() if m.customer == invoice.customer), key=lambda m: m.age)
        key = written(invoice.number)
        for money in own:
            if key in money.waits:
                self._came(money, key, invoice)
        for money in own:
            if money.place == "on_account" and money.said.currency == invoice.currency and invoice.open:
                self.settle(money, [(invoice, min(money.left, invoice.open), NIL)])

    def _came(self, money: Money, key: str, invoice: Invoice) -> None:
        kept, claimed = money.waits.pop(key)
        on, kept = max(money.since, invoice.dated), min(kept, money.left)
        if invoice.currency == money.said.currency and invoice.open:
            self.settle(money, [_named(invoice, kept, claimed, money.said.value_date)])
        self._rest(money, on)

    def _apply(self, money: Money) -> None:
        own = [i for i in self.invoices.values() if (i.customer, i.currency) == (money.customer, money.said.currency)]
        still_open = sorted((invoice for invoice in own if invoice.open), key=lambda invoice: invoice.age)
        lines = self._by_remittance(money) if money.said.remittance else _by_amount(money, still_open)
        self.settle(money, lines)
        self._rest(money, money.since)

    def _by_remittance(self, money: Money) -> list[Line]:
        stated: dict[str, tuple[Decimal, Decimal]] = {}
        for said in money.said.remittance:
            if said.amount > 0:
                amount, discount = stated.get(written(said.document_number), (NIL, NIL))
                stated[written(said.document_number)] = (amount + said.amount, discount + said.discount)
        lines, left = [], money.left
        for key, (amount, claimed) in stated.items():
            share = min(amount, left)
            left -= share
            found = [invoice for invoice in self.invoices.values() if written(invoice.number) == key]
            own = [i for i in found if (i.customer, i.currency) == (money.customer, money.said.currency) and i.open]
            if share and own:
                oldest = min(own, key=lambda invoice: invoice.age)
                lines.append(_named(oldest, share, claimed, money.said.value_date))
            elif share and not found:
                money.waits[key] = (share, claimed)
        return lines

    def settle(self, money: Money, lines: Iterable[Line], not_before: date = date.min) -> None:
        """Takes the cash from where the money is and cash and discount off the invoices."""
        customer, currency = money.customer or NOBODY, money.said.currency
        for invoice, cash, discount in lines:
            on = max(money.since, invoice.dated, not_before)
            self._move(on, money.place, money, -cash)
            self.moves.append((on, "receivables", customer, currency, -cash - discount))
            self.moves.append((on, "discount", customer, currency, discount))
            self.applied.append((on, customer, currency, cash + discount))
            money.left -= cash
            invoice.open -= cash + discount
            invoice.taken += discount
        if not money.left:
            money.place = "applied"
            money.waits.clear()

    def _rest(self, money: Money, on: date) -> None:
        if money.place == "unapplied" and not money.waits:
            self._transfer(money, "on_account", on, money.customer)

    def _transfer(self, money: Money, place: Place, on: date, customer: str | None) -> None:
        self._move(on, money.place, money, -money.left)
        money.place, money.customer, money.since = place, customer, on
        self._move(on, place, money, money.left)

    def _move(self, on: date, what: str, money: Money, change: Decimal) -> None:
        self.moves.append((on, what, money.customer or NOBODY, money.said.currency, change))


def written(number: str) -> str:
    """Blanks and case of a document number do not count."""
    return number.replace(" ", "").upper()


def _named(invoice: Invoice, money: Decimal, claimed: Decimal, paid_on: date) -> Line:
    """Money that the payer says is for this invoice; the discount claimed is granted where all is paid by it."""
    earned = invoice.to_be_had(paid_on)
    discount = NIL
    if claimed and money + claimed >= invoice.open:
        discount = min(claimed, earned, max(invoice.open - money, NIL))
    elif not claimed and invoice.open - money == earned:
        discount = earned
    return invoice, min(money, invoice.open - discount), discount


def _paid(invoice: Invoice, money: Decimal, paid_on: date) -> Line:
    cash = min(money, invoice.open)
    missing = invoice.open - cash
    return invoice, cash, missing if missing <= invoice.to_be_had(paid_on) else NIL


def _by_amount(money: Money, still_open: list[Invoice]) -> list[Line]:
    """The only one; else the oldest of exactly this amount, gross before net; else from the oldest on."""
    amount, paid_on = money.left, money.said.value_date
    if len(still_open) == 1:
        return [_paid(still_open[0], amount, paid_on)]
    for invoice in still_open:
        if invoice.open == amount:
            return [(invoice, amount, NIL)]
    for invoice in still_open:
        if invoice.net(paid_on) == amount:
            return [_paid(invoice, amount, paid_on)]
    for n in range(1, len(still_open) + 1):
        if sum(invoice.net(paid_on) for invoice in still_open[:n]) == amount:
            return [(i, i.net(paid_on), i.open - i.net(paid_on)) for i in still_open[:n]]
    lines = []
    for invoice in still_open:
        if amount:
            lines.append(_paid(invoice, amount, paid_on))
            amount -= lines[-1][1]
    return lines
