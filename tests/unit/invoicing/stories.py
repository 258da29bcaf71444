"""The beginnings of stories: a catalogue, and orders in some state of their life."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from services.invoicing.master_data.domain import Customer, Item
from services.invoicing.order_entry.domain.validation import Catalogue, validate
from services.invoicing.orders.domain.order import Order
from services.invoicing.orders.store import ORDER_RULES
from services.invoicing.pricing.domain import Price, PriceBook
from services.invoicing.stock.domain.requests import apply_answer, request_all
from services.invoicing.tax.store import TAX_RATES
from shared.contracts.erp import OrderPlaced
from shared.contracts.event import Event
from shared.contracts.inv_ctrl import ShipmentConfirmed, StockAnswered
from shared.kernel.business_days import BusinessDays
from tests.kit.events.sample import DAY, customer, item, order, price

TAXES = TAX_RATES.shipped.document
RULES = ORDER_RULES.shipped.document


def catalogue(
    customers: list[Any] | None = None,
    items: list[Any] | None = None,
    prices: list[Any] | None = None,
    today: date | None = DAY,
) -> Catalogue:
    """Customer C-1 and items I-1 at 10.00 and I-2 at 3.335, unless given otherwise."""
    known_customers = [Customer.of(c) for c in customers or [customer()]]
    known_items = [Item.of(i) for i in items or [item(), item("I-2")]]
    book = PriceBook(Price.of(p) for p in prices or [price(), price("I-2", "3.335")])
    days = BusinessDays({"US01": today} if today else {})
    return Catalogue(
        {c.customer_id: c for c in known_customers}, {i.item_id: i for i in known_items}, book, TAXES, RULES, days
    )


def lines(*quantities: int, item_ids: tuple[str, ...] = ("I-1", "I-2")) -> list[dict[str, Any]]:
    """Lines 1, 2 ... of these quantities, of the items in turn."""
    return [
        {"line_no": n + 1, "item_id": item_ids[n % len(item_ids)], "quantity": quantity}
        for n, quantity in enumerate(quantities)
    ]


def validated(placed: OrderPlaced | None = None, known: Catalogue | None = None) -> Order:
    known = known or catalogue()
    placed = placed or order()
    priced = validate(placed, known).priced
    assert priced is not None
    accepted = Order.of(placed)
    accepted.accept(priced)
    return accepted


def approved(placed: OrderPlaced | None = None, known: Catalogue | None = None) -> Order:
    """Approved by credit, and stock is requested."""
    accepted = validated(placed, known)
    assert accepted.approve(DAY, "approved by credit")
    request_all(accepted, {}, DAY)
    return accepted


def answer(of: Order, *allocated: int, request: int = 1) -> StockAnswered:
    """Allocates so much of each line of a request; the rest is short."""
    requested = of.stock_requests[f"{of.order_id}/R{request}"]
    answers = [
        {"line_no": line_no, "item_id": of.line(line_no).item_id, "allocated": got, "short": max(0, quantity - got)}
        for (line_no, quantity), got in zip(sorted(requested.quantities.items()), allocated, strict=True)
    ]
    return StockAnswered(
        request_id=f"{of.order_id}/R{request}",
        request_no=request,
        order_id=of.order_id,
        customer_id=of.customer_id,
        business_date=DAY,
        lines=answers,
    )


def answered(of: Order, *allocated: int, request: int = 1) -> list[Event]:
    return apply_answer(of, answer(of, *allocated, request=request))


def shipment(of: Order, number: int, shipped: dict[int, int], on: date = DAY) -> ShipmentConfirmed:
    return ShipmentConfirmed(
        shipment_id=f"S-{of.order_id}-{number}",
        order_id=of.order_id,
        customer_id=of.customer_id,
        shipped_on=on,
        lines=[{"line_no": n, "quantity": quantity} for n, quantity in shipped.items()],
    )


def money(text: str) -> Decimal:
    return Decimal(text)
