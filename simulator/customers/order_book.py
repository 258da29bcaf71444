"""What customers know of their orders: placed yesterday, held or backordered, cancelled or amended."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from shared.contracts.erp import OrderCancelled, OrderPlaced
from simulator.catalogue import Item
from simulator.customers.customers import Customer
from simulator.customers.order_amendments import amendments_of
from simulator.customers.ordering import WaitingOrder, cancellations_of, orders_of, placed_yesterday
from simulator.dice import Dice


class OrderBook:
    """Of orders placed in an earlier run it knows only those that the services report as held or backordered."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self.cancelled: set[str] = set()
        self._waiting: dict[str, WaitingOrder] = {}
        self._placed: list[OrderPlaced] = []
        self._wanted: dict[str, OrderPlaced] = {}
        """Every order placed in this run, as it is wanted now."""

    def hold(self, order_id: str, customer_id: str, since: date) -> None:
        if order_id not in self.cancelled:
            self._waiting.setdefault(order_id, WaitingOrder(order_id, customer_id, since))

    def release(self, order_id: str) -> None:
        self._waiting.pop(order_id, None)

    def placed(self, day: date, customers: Mapping[str, Customer], items: Mapping[str, Item]) -> list[OrderPlaced]:
        """The orders of a day."""
        self._placed = orders_of(day, customers, items, self._dice)
        self._wanted |= {order.order_id: order for order in self._placed}
        return self._placed

    def cancel_or_amend(self, day: date) -> tuple[list[OrderCancelled], list[OrderPlaced]]:
        """Cancels or amends orders of yesterday, or that are held or backordered; at most one of a customer."""
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
