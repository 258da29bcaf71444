"""The plain model of cash: a list of invoices, a list of payments, and the reported movements between them.

It keeps its own books of what came in from outside and of what the services reported about it, and refuses to
write down what cannot be: more than is open, more than is left, a discount that the terms do not give.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from shared.contracts.cash_app import PaymentApplied
from shared.contracts.erp import PaymentReceived
from shared.contracts.event import Event
from shared.contracts.invoicing import InvoicePosted

NIL = Decimal(0)
UNIDENTIFIED_CUSTOMER = "-"


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


def as_received(payment_id: str) -> str:
    """The payment that the bank reported: what pays for several customers is kept in parts, `P-7` and `P-7/2`."""
    return payment_id.partition("/")[0]


@dataclass
class Money:
    """A payment, and how much of it has not settled anything."""

    received: PaymentReceived
    left: Decimal


class PlainBooks:
    """Fed with the payments that reach cash_app, and with every event published."""

    def __init__(self) -> None:
        self.invoices: dict[str, Invoice] = {}
        self.payments: dict[str, Money] = {}
        self.moves: list[tuple[date, str, str, str, Decimal]] = []
        """(day, what, customer, currency, change); what is receivables, cash, discount or held."""
        self.applied: list[tuple[date, str, str, Decimal]] = []
        """(day, customer, currency, cash and discount)."""
        self._references: set[str] = set()

    def receive(self, batch: Iterable[Event]) -> None:
        """The payments of a batch that cash_app is about to handle; a bank reference counts once."""
        for event in sorted((e for e in batch if isinstance(e, PaymentReceived)), key=lambda e: e.business_order):
            if event.bank_reference not in self._references:
                self._references.add(event.bank_reference)
                self.payments[event.payment_id] = Money(event, event.amount)
                self._move(event.value_date, "cash", UNIDENTIFIED_CUSTOMER, event.currency, event.amount)
                self._move(event.value_date, "held", UNIDENTIFIED_CUSTOMER, event.currency, event.amount)

    def record(self, event: Event) -> None:
        if isinstance(event, InvoicePosted):
            self._post(event)
        elif isinstance(event, PaymentApplied):
            self._apply(event)

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

    def _post(self, event: InvoicePosted) -> None:
        assert event.invoice_id not in self.invoices, f"{event.invoice_id} was posted twice"
        invoice = Invoice(
            event.invoice_id, event.invoice_number, event.customer_id, event.currency, event.total, event.total,
            event.invoice_date, event.due_date, event.discount_date, event.discount_amount, event.disputed,
        )  # fmt: skip
        self.invoices[invoice.invoice_id] = invoice
        self._move(invoice.dated, "receivables", invoice.customer, invoice.currency, invoice.total)

    def _apply(self, applied: PaymentApplied) -> None:
        """Takes the cash from the payment, and cash and discount off the invoices."""
        money, on = self.payments[as_received(applied.payment_id)], applied.applied_on
        assert applied.currency == money.received.currency
        assert on >= money.received.value_date, f"{applied.application_id} is dated before the money was there"
        for line in applied.lines:
            invoice = self.invoices[line.item_id]
            assert (invoice.customer, invoice.currency) == (applied.customer_id, applied.currency)
            assert on >= invoice.dated, f"{invoice.number} was settled before it was posted"
            assert line.amount + line.discount <= invoice.open, f"more than is open of {invoice.number}"
            assert line.discount <= invoice.to_be_had(money.received.value_date), (
                f"unearned discount on {invoice.number}"
            )
            assert line.amount <= money.left, f"more than was left of {applied.payment_id}"
            money.left -= line.amount
            invoice.open -= line.amount + line.discount
            invoice.taken += line.discount
            self._move(on, "held", UNIDENTIFIED_CUSTOMER, applied.currency, -line.amount)
            self._move(on, "discount", applied.customer_id, applied.currency, line.discount)
            self._move(on, "receivables", applied.customer_id, applied.currency, -line.amount - line.discount)
            self.applied.append((on, applied.customer_id, applied.currency, line.amount + line.discount))

    def _move(self, on: date, what: str, customer: str, currency: str, change: Decimal) -> None:
        self.moves.append((on, what, customer, currency, change))
