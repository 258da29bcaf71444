"""Customers who want more or less of an order than they wrote."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Final

from shared.contracts.erp import OrderPlaced
from simulator.dice import Dice

_PERCENT_AMENDED: Final = 1
_PERCENT_AMENDED_WHILE_WAITING: Final = 8
"""Of those that are held or backordered; the others are mostly on their way by the next day, and it is too late."""
_PERCENT_MORE: Final = 60
"""Of those that are amended: this many want more, the others less."""


def amendments_of(
    day: date, orders: Iterable[OrderPlaced], waiting: Collection[str], busy: Collection[str], dice: Dice
) -> list[OrderPlaced]:
    """The orders of `orders` that are placed again today, under their next revision; `waiting` are ids of some.

    At most one of a customer, and none of the `busy` ones, who publish something else today, so that it makes no
    difference which event arrives first.
    """
    amended: dict[str, OrderPlaced] = {}
    for order in sorted(orders, key=lambda o: o.order_id):
        if order.customer_id in amended or order.customer_id in busy:
            continue
        percent = _PERCENT_AMENDED_WHILE_WAITING if order.order_id in waiting else _PERCENT_AMENDED
        if dice.chance(percent, "amend", order.order_id, day):
            amended[order.customer_id] = _amended(order, day, dice)
    return list(amended.values())


def _amended(order: OrderPlaced, day: date, dice: Dice) -> OrderPlaced:
    cast = dice.on("how amended", order.order_id, order.revision)
    times = cast.uniform(1.2, 2.0) if cast.randrange(100) < _PERCENT_MORE else cast.uniform(0.3, 0.8)
    first, *others = order.lines
    quantity = max(1, round(abs(first.quantity) * times))
    changed = first.model_copy(update={"quantity": quantity})
    return order.model_copy(update={"lines": (changed, *others), "revision": order.revision + 1, "amended_on": day})
