"""What customers order and what they think better of."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random
from typing import Final

from shared.contracts.erp import OrderCancelled, OrderedLine, OrderPlaced
from simulator.catalogue import Item
from simulator.company import COMPANY_ID
from simulator.customers.customers import Customer
from simulator.dice import Dice

_ORDERS_PER_DAY: Final = (10, 20)
_PERCENT_INVALID: Final = 4
_PERCENT_SHIP_COMPLETE: Final = 12
_PERCENT_SHIPPED_ELSEWHERE: Final = 4
_PERCENT_CANCELLED_NEXT_DAY: Final = 2
_PERCENT_CANCELLED_WHILE_WAITING: Final = 3
_PATIENCE_DAYS: Final = 30


@dataclass(frozen=True, slots=True)
class WaitingOrder:
    """An order the customer knows to be held or backordered, or one placed the day before."""

    order_id: str
    customer_id: str
    since: date
    percent: int = _PERCENT_CANCELLED_WHILE_WAITING


def orders_of(day: date, customers: Mapping[str, Customer], items: Mapping[str, Item], dice: Dice) -> list[OrderPlaced]:
    """The orders placed on `day`, some of them wrong in a way that invoicing must refuse."""
    buyers = [customers[customer_id] for customer_id in sorted(customers)]
    weights = [buyer.size.weight for buyer in buyers]
    count = dice.on("orders", day).randint(*_ORDERS_PER_DAY)
    orders = []
    for n in range(1, count + 1):
        cast = dice.on("order", day, n)
        customer = cast.choices(buyers, weights)[0]
        orders.append(_order(f"SO-{day:%Y%m%d}-{n:03}", customer, day, items, cast))
    return orders


def placed_yesterday(orders: Sequence[OrderPlaced]) -> list[WaitingOrder]:
    """Orders a customer may cancel a day later, although goods may be on their way by then."""
    return [WaitingOrder(o.order_id, o.customer_id, o.order_date, _PERCENT_CANCELLED_NEXT_DAY) for o in orders]


def cancellations_of(day: date, waiting: Sequence[WaitingOrder], dice: Dice) -> list[OrderCancelled]:
    """What is cancelled on `day`: at most one order of a customer, so that their order cannot matter."""
    cancelled: dict[str, OrderCancelled] = {}
    for order in sorted(waiting, key=lambda o: o.order_id):
        if order.customer_id in cancelled or day - order.since > timedelta(days=_PATIENCE_DAYS):
            continue
        if dice.chance(order.percent, "cancel", order.order_id, day):
            cancelled[order.customer_id] = OrderCancelled(
                order_id=order.order_id,
                customer_id=order.customer_id,
                cancelled_on=day,
                reason=dice.on("regret", order.order_id).choice(
                    ("bought elsewhere", "no longer needed", "ordered twice by mistake")
                ),
            )
    return list(cancelled.values())


def _order(order_id: str, customer: Customer, day: date, items: Mapping[str, Item], cast: Random) -> OrderPlaced:
    chosen = cast.sample(sorted(items), cast.randint(1, 5))
    lines = [
        OrderedLine(line_no=n, item_id=item_id, quantity=_quantity(items[item_id], customer, cast))
        for n, item_id in enumerate(chosen, start=1)
    ]
    if cast.randrange(100) < _PERCENT_INVALID:
        lines[0] = _spoilt(lines[0], cast)
    shipped_elsewhere = customer.currency == "USD" and cast.randrange(100) < _PERCENT_SHIPPED_ELSEWHERE
    return OrderPlaced(
        order_id=order_id,
        company_id=COMPANY_ID,
        customer_id=customer.customer_id,
        order_date=day,
        currency=customer.currency,
        customer_reference=f"PO-{cast.randrange(10_000, 99_999)}",
        jurisdiction=cast.choice(("US-OR", "US-NY", "US-FL")) if shipped_elsewhere else None,
        ship_complete=cast.randrange(100) < _PERCENT_SHIP_COMPLETE,
        lines=tuple(lines),
    )


def _quantity(item: Item, customer: Customer, cast: Random) -> int:
    worth = customer.size.line_value * cast.randint(30, 170)
    return max(1, int(worth / (100 * item.unit_price)))


def _spoilt(line: OrderedLine, cast: Random) -> OrderedLine:
    mistake = cast.choice(("unknown item", "zero", "negative"))
    if mistake == "unknown item":
        return line.model_copy(update={"item_id": "ITEM-999"})
    return line.model_copy(update={"quantity": 0 if mistake == "zero" else -line.quantity})
