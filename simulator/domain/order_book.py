"""What customers know of their orders: those placed yesterday, those that wait, those they think better of."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from shared.contracts.erp import OrderCancelled, OrderPlaced
from simulator.domain.catalogue import Item
from simulator.domain.customers import Customer
from simulator.domain.dice import Dice
from simulator.domain.ordering import WaitingOrder, cancellations_of, orders_of, placed_yesterday
from simulator.domain.second_thoughts import amendments_of


class OrderBook:
    """Knows nothing of orders placed in an earlier run but those that are heard to wait."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self.cancelled: set[str] = set()
        self._waiting: dict[str, WaitingOrder] = {}
        self._placed: list[OrderPlaced] = []
        self._wanted: dict[str, OrderPlaced] = {}
        """Every order placed in this run, as it is wanted now."""

    def waits(self, order_id: str, customer_id: str, since: date) -> None:
        if order_id not in self.cancelled:
            self._waiting.setdefault(order_id, WaitingOrder(order_id, customer_id, since))

    def goes_on(self, order_id: str) -> None:
        self._waiting.pop(order_id, None)

    def placed(self, day: date, customers: Mapping[str, Customer], items: Mapping[str, Item]) -> list[OrderPlaced]:
        """The orders of a day."""
        self._placed = orders_of(day, customers, items, self._dice)
        self._wanted |= {order.order_id: order for order in self._placed}
        return self._placed

    def second_thoughts(self, day: date) -> tuple[list[OrderCancelled], list[OrderPlaced]]:
        """Orders of yesterday, or that wait, are cancelled or amended; at most one of a customer."""
        candidates = {order.order_id: order for order in placed_yesterday(self._placed)} | self._waiting
        self._placed = []
        cancelled = cancellations_of(day, list(candidates.values()), self._dice)
        for cancellation in cancelled:
            self.cancelled.add(cancellation.order_id)
            self._waiting.pop(cancellation.order_id, None)
        known = [self._wanted[order_id] for order_id in candidates if order_id in self._wanted]
        busy = {cancellation.customer_id for cancellation in cancelled}
        amended = amendments_of(day, known, self._waiting.keys(), busy, self._dice)
        self._wanted |= {order.order_id: order for order in amended}
        return cancelled, amended
