"""The beginnings of stories: a catalogue, and orders that have come a part of their way."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from services.invoicing.domain.masters import Customer, Item
from services.invoicing.domain.orders import Order
from services.invoicing.domain.pricing import Price, PriceBook
from services.invoicing.domain.stock import ask_for_all, take_answer
from services.invoicing.domain.validation import Catalogue, judge
from services.invoicing.store import ORDER_RULES, TAX_RATES
from shared.contracts.erp import OrderPlaced
from shared.contracts.event import Event
from shared.contracts.inv_ctrl import ShipmentConfirmed, StockAnswered
from tests.kit.sample import DAY, customer, item, order, price

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
    return Catalogue(
        {c.customer_id: c for c in known_customers}, {i.item_id: i for i in known_items}, book, TAXES, RULES, today
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
    judgement = judge(placed, known)
    assert judgement.customer is not None
    assert not judgement.reasons
    taken = Order.of(placed)
    taken.accept(judgement, judgement.customer.terms)
    return taken


def approved(placed: OrderPlaced | None = None, known: Catalogue | None = None) -> Order:
    """Approved by credit, and stock has been asked for."""
    taken = validated(placed, known)
    assert taken.approve(DAY, "approved by credit")
    ask_for_all(taken, {}, DAY)
    return taken


def answer(of: Order, *allocated: int, request: int = 1) -> StockAnswered:
    """Allocates so much of each line of a request; the rest is short."""
    question = of.questions[f"{of.order_id}/R{request}"]
    told = [
        {"line_no": line_no, "item_id": of.line(line_no).item_id, "allocated": got, "short": max(0, asked - got)}
        for (line_no, asked), got in zip(sorted(question.quantities.items()), allocated, strict=True)
    ]
    return StockAnswered(
        request_id=f"{of.order_id}/R{request}",
        order_id=of.order_id,
        customer_id=of.customer_id,
        business_date=DAY,
        lines=told,  # type: ignore[arg-type]
    )


def answered(of: Order, *allocated: int, request: int = 1) -> list[Event]:
    return take_answer(of, answer(of, *allocated, request=request))


def shipment(of: Order, number: int, shipped: dict[int, int], on: date = DAY) -> ShipmentConfirmed:
    return ShipmentConfirmed(
        shipment_id=f"S-{of.order_id}-{number}",
        order_id=of.order_id,
        customer_id=of.customer_id,
        shipped_on=on,
        lines=[{"line_no": n, "quantity": quantity} for n, quantity in shipped.items()],  # type: ignore[arg-type]
    )


def money(text: str) -> Decimal:
    return Decimal(text)
