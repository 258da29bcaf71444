"""Shipments: the order is relieved of the shipped units, and they are invoiced."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Final

from services.invoicing.invoices.domain.invoice import Invoice, invoice_id
from services.invoicing.orders.domain.events import OrderEventRule, Outcome, ReplenishmentCounts
from services.invoicing.orders.domain.life import State
from services.invoicing.orders.domain.lines import ZERO
from services.invoicing.orders.domain.order import Order, OrderConflict
from shared.contracts.inv_ctrl import ShipmentConfirmed
from shared.contracts.invoicing import InvoicedLine
from shared.kernel.money import Money


@dataclass(frozen=True, slots=True)
class PendingInvoice:
    """A shipment and its invoice, which has no number yet; None where there is nothing to charge."""

    shipment: ShipmentConfirmed
    invoice: Invoice | None


def apply_shipment(order: Order, shipment: ShipmentConfirmed, counts: ReplenishmentCounts) -> Outcome[PendingInvoice]:
    """The shipped units are invoiced, and the order's open amount is lower by the invoice.

    Raises OrderConflict or CannotBeInvoiced where that is not possible.
    """
    invoice = relieve_order(order, shipment)
    changed = order.open_order_changed(shipment.shipped_on, invoice.invoiced() if invoice is not None else None)
    return Outcome((changed,), documents=(PendingInvoice(shipment, invoice),))


def is_premature(order: Order, shipment: ShipmentConfirmed) -> bool:
    """Whether more was shipped than is on pick lists, but no more than is still open: a pick list is still to come."""
    shipped = _units_by_line(shipment)
    lines = {line.line_no: line for line in order.lines}
    if any(line_no not in lines or quantity > lines[line_no].open for line_no, quantity in shipped.items()):
        return False
    return any(quantity > lines[line_no].picking for line_no, quantity in shipped.items())


def relieve_order(order: Order, shipment: ShipmentConfirmed) -> Invoice | None:
    """Moves the shipped units from picking to shipped, and makes their invoice; it gets its number later.

    None where there is nothing to charge. Raises OrderConflict where more was shipped than is on pick lists,
    CannotBeInvoiced where the invoice cannot be published.
    """
    shipped = _units_by_line(shipment)
    for line_no, quantity in shipped.items():
        line = order.line(line_no)
        if quantity > line.picking:
            raise OrderConflict(
                f"shipment {shipment.shipment_id} ships {quantity} of line {line_no} of order {order.order_id}, but "
                f"only {line.picking} are on pick lists (ordered {line.quantity}, shipped before {line.shipped}, "
                f"the order is {order.state}): ask the warehouse what it shipped"
            )
    invoice = _invoice_of(order, shipment, shipped)
    for line_no, quantity in shipped.items():
        line = order.line(line_no)
        line.picking -= quantity
        line.shipped += quantity
    _enter_after_shipment(order, shipment, invoice)
    return invoice


def _units_by_line(shipment: ShipmentConfirmed) -> dict[int, int]:
    units = Counter[int]()
    for line in shipment.lines:
        units[line.line_no] += line.quantity
    return dict(sorted(units.items()))


def _invoice_of(order: Order, shipment: ShipmentConfirmed, shipped: dict[int, int]) -> Invoice | None:
    lines = tuple(_invoiced_line(order, line_no, quantity) for line_no, quantity in shipped.items())
    net = sum((line.net for line in lines), ZERO)
    tax = sum((line.tax for line in lines), ZERO)
    if not net + tax:
        return None
    terms = order.terms
    return Invoice(
        invoice_id=invoice_id(f"INV-{shipment.shipment_id}"),
        invoice_number="",
        company_id=order.company_id,
        customer_id=order.customer_id,
        order_id=order.order_id,
        ship_to_id=order.ship_to_id,
        shipment_id=shipment.shipment_id,
        origin="shipment",
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
        customer_reference=order.customer_reference,
        jurisdiction=order.jurisdiction or None,
    )


def _invoiced_line(order: Order, line_no: int, quantity: int) -> InvoicedLine:
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


def _enter_after_shipment(order: Order, shipment: ShipmentConfirmed, invoice: Invoice | None) -> None:
    on, shipped = shipment.shipped_on, f"shipment {shipment.shipment_id} shipped"
    charged = (
        f"invoice {invoice.invoice_id} of {Money(invoice.total, invoice.currency)}" if invoice else "nothing to charge"
    )
    if not any(line.open for line in order.lines):
        order.enter(State.SHIPPED, on, shipped)
        if invoice:
            order.enter(State.INVOICED, on, f"{charged} posted")
        order.enter(State.CLOSED, on, "nothing is open any more" if invoice else charged)
    elif not any(line.picking for line in order.lines):
        order.enter(State.BACKORDERED, on, f"{shipped}, {charged}; the rest waits for stock")
    else:
        order.note(on, f"{shipped}, {charged}")


SHIPPED: Final = OrderEventRule(ShipmentConfirmed, "shipment", apply_shipment, is_premature)
