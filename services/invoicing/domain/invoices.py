"""Invoices: of what was shipped, or brought forward from the system that went before."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal

from services.invoicing.domain.numbering import is_own_number
from services.invoicing.domain.order_life import State
from services.invoicing.domain.order_lines import NOTHING
from services.invoicing.domain.orders import AgainstTheOrder, Order
from shared.contracts.erp import InvoiceBroughtForward, Terms
from shared.contracts.inv_ctrl import ShipmentConfirmed
from shared.contracts.invoicing import InvoicedLine, InvoicePosted
from shared.kernel.journal import Account, Posting
from shared.kernel.payment_terms import PaymentTerms

_ID_CHARACTERS_MAX = 80
_NET_DAYS_MAX = 365


class CannotBeInvoiced(ValueError):
    """No invoice can be made of what was heard; the sentence says why."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice in the books. Amounts in `currency`; net, tax and total are sums of the rounded lines."""

    invoice_id: str
    invoice_number: str
    company_id: str
    customer_id: str
    order_id: str | None
    shipment_id: str | None
    invoice_date: date
    due_date: date
    discount_date: date | None
    terms: PaymentTerms
    currency: str
    net: Decimal
    tax: Decimal
    discount_amount: Decimal
    disputed: bool
    lines: tuple[InvoicedLine, ...]

    @property
    def total(self) -> Decimal:
        return self.net + self.tax

    @property
    def brought_forward(self) -> bool:
        return self.shipment_id is None

    def numbered(self, number: str) -> Invoice:
        return replace(self, invoice_number=number)

    def posted(self) -> InvoicePosted:
        terms = self.terms
        return InvoicePosted(
            invoice_id=self.invoice_id,
            invoice_number=self.invoice_number,
            company_id=self.company_id,
            customer_id=self.customer_id,
            order_id=self.order_id,
            origin="brought_forward" if self.brought_forward else "shipment",
            invoice_date=self.invoice_date,
            due_date=self.due_date,
            terms=Terms(
                net_days=terms.net_days, discount_days=terms.discount_days, discount_percent=terms.discount_percent
            ),
            discount_date=self.discount_date,
            currency=self.currency,
            net=self.net,
            tax=self.tax,
            total=self.total,
            discount_amount=self.discount_amount,
            disputed=self.disputed,
            lines=self.lines,
        )

    def postings(self) -> list[Posting]:
        """Dr receivables / Cr revenue and tax; brought forward: Cr migration clearing."""
        if self.brought_forward:
            return [self._posting(Account.MIGRATION_CLEARING, self.total)]
        parts = ((Account.REVENUE, self.net), (Account.TAX_PAYABLE, self.tax))
        return [self._posting(account, amount) for account, amount in parts if amount]

    def _posting(self, credit: Account, amount: Decimal) -> Posting:
        return Posting(
            entry_id=self.invoice_id,
            company_id=self.company_id,
            business_date=self.invoice_date,
            debit=Account.RECEIVABLES,
            credit=credit,
            amount=amount,
            currency=self.currency,
            customer_id=self.customer_id,
            document=self.invoice_number,
        )


def ship(order: Order, shipment: ShipmentConfirmed) -> Invoice | None:
    """Takes what left the warehouse off the pick lists and invoices it; the number comes later.

    None where there is nothing to charge. Raises AgainstTheOrder where more was shipped than
    is on pick lists, CannotBeInvoiced where the invoice cannot be told to others.
    """
    shipped = Counter[int]()
    for entry in shipment.lines:
        shipped[entry.line_no] += entry.quantity
    for line_no, quantity in sorted(shipped.items()):
        line = order.line(line_no)
        if quantity > line.picking:
            raise AgainstTheOrder(
                f"shipment {shipment.shipment_id} ships {quantity} of line {line_no} of order {order.order_id}, but "
                f"only {line.picking} are on pick lists (ordered {line.quantity}, shipped before {line.shipped}, "
                f"the order is {order.state}): ask the warehouse what it shipped"
            )
    invoice = _invoice_of(order, shipment, dict(sorted(shipped.items())))
    for line_no, quantity in shipped.items():
        line = order.line(line_no)
        line.picking -= quantity
        line.shipped += quantity
    _go_on(order, shipment, invoice)
    return invoice


def _invoice_of(order: Order, shipment: ShipmentConfirmed, shipped: dict[int, int]) -> Invoice | None:
    lines = tuple(_invoiced(order, line_no, quantity) for line_no, quantity in shipped.items())
    net = sum((line.net for line in lines), NOTHING)
    tax = sum((line.tax for line in lines), NOTHING)
    if not net + tax:
        return None
    terms = order.terms
    return Invoice(
        invoice_id=_identity(f"INV-{shipment.shipment_id}"),
        invoice_number="",
        company_id=order.company_id,
        customer_id=order.customer_id,
        order_id=order.order_id,
        shipment_id=shipment.shipment_id,
        invoice_date=shipment.shipped_on,
        due_date=terms.due_date(shipment.shipped_on),
        discount_date=terms.discount_date(shipment.shipped_on),
        terms=terms,
        currency=order.currency,
        net=net,
        tax=tax,
        discount_amount=terms.discount(net + tax, order.currency),
        disputed=False,
        lines=lines,
    )


def _invoiced(order: Order, line_no: int, quantity: int) -> InvoicedLine:
    line = order.line(line_no)
    charged = line.charge(quantity, order.currency)
    return InvoicedLine(
        line_no=line.line_no,
        item_id=line.item_id,
        description=line.description,
        quantity=quantity,
        unit_price=line.unit_price,
        net=charged.net,
        tax_percent=line.tax_percent,
        tax=charged.tax,
    )


def _go_on(order: Order, shipment: ShipmentConfirmed, invoice: Invoice | None) -> None:
    on, left = shipment.shipped_on, f"shipment {shipment.shipment_id} left the warehouse"
    told = f"invoice {invoice.invoice_id} of {invoice.total:,} {invoice.currency}" if invoice else "nothing to charge"
    if not any(line.open for line in order.lines):
        order.enter(State.SHIPPED, on, left)
        if invoice:
            order.enter(State.INVOICED, on, f"{told} posted")
        order.enter(State.CLOSED, on, "nothing is open any more" if invoice else told)
    elif not any(line.picking for line in order.lines):
        order.enter(State.BACKORDERED, on, f"{left}, {told}; the rest waits for stock")
    else:
        order.note(on, f"{left}, {told}")


def bring_forward(event: InvoiceBroughtForward) -> Invoice:
    """The invoice of an old system, under its own number and dates. Raises CannotBeInvoiced for a number of ours."""
    if is_own_number(event.invoice_number, event.company_id):
        raise CannotBeInvoiced(
            f"invoice {event.invoice_number} cannot be brought forward: {event.company_id} numbers its own invoices "
            f"like that; bring it forward with a prefix, e.g. OLD-{event.invoice_number}"
        )
    return Invoice(
        invoice_id=_identity(f"BF-{event.invoice_number}"),
        invoice_number=event.invoice_number,
        company_id=event.company_id,
        customer_id=event.customer_id,
        order_id=None,
        shipment_id=None,
        invoice_date=event.invoice_date,
        due_date=event.due_date,
        discount_date=None,
        terms=PaymentTerms(min(max((event.due_date - event.invoice_date).days, 0), _NET_DAYS_MAX)),
        currency=event.currency,
        net=event.amount,
        tax=NOTHING,
        discount_amount=NOTHING,
        disputed=event.disputed,
        lines=(),
    )


def check_day(what: str, day: date, today: date | None, days_ahead_max: int) -> None:
    """Raises CannotBeInvoiced for a document dated so far ahead that it must be a mistake."""
    if today is not None and day > today + timedelta(days=days_ahead_max):
        raise CannotBeInvoiced(
            f"{what} is dated {day}; on {today} documents are taken up to {today + timedelta(days=days_ahead_max)}"
        )


def _identity(invoice_id: str) -> str:
    if len(invoice_id) > _ID_CHARACTERS_MAX:
        raise CannotBeInvoiced(
            f"{invoice_id} is longer than the {_ID_CHARACTERS_MAX} characters an invoice can be known by: "
            "shorten its number"
        )
    return invoice_id
