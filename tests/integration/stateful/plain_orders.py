"""The plain model of orders and promises: what is ordered, shipped and cancelled; what was promised and came in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Literal

from shared.contracts.invoicing import OrderValidated
from shared.kernel.money import round_half_up

Applied = Iterable[tuple[date, str, str, Decimal]]


@dataclass
class Line:
    """Units of one order line by where they are."""

    item_id: str
    quantity: int
    unit_price: Decimal
    tax_percent: Decimal
    shipped: int = 0
    picking: int = 0
    cancelled: int = 0

    @property
    def open(self) -> int:
        return self.quantity - self.shipped - self.cancelled

    def charge(self, units: int, currency: str) -> tuple[Decimal, Decimal]:
        """Net and tax of the next units: the net of all so far less what was charged before."""
        before = round_half_up(self.unit_price * self.shipped, currency)
        net = round_half_up(self.unit_price * (self.shipped + units), currency) - before
        return net, round_half_up(net * self.tax_percent / 100, currency)


@dataclass
class Order:
    order_id: str
    customer: str
    currency: str
    dated: date
    lines: dict[int, Line]
    decision: Literal["waiting", "held", "approved", "released", "declined"] = "waiting"
    revision: int = 1

    @classmethod
    def of(cls, event: OrderValidated) -> Order:
        lines = {n.line_no: Line(n.item_id, n.quantity, n.unit_price, n.tax_percent) for n in event.lines}
        return cls(event.order_id, event.customer_id, event.currency, event.order_date, lines, revision=event.revision)

    @property
    def open_amount(self) -> Decimal:
        """What is neither invoiced nor cancelled, incl. tax."""
        return sum((sum(line.charge(line.open, self.currency)) for line in self.lines.values()), Decimal(0))

    @property
    def goes_on(self) -> bool:
        return self.decision in ("approved", "released")

    @property
    def untouched(self) -> bool:
        """Nothing of it is picked, shipped or cancelled."""
        return not any(line.picking or line.shipped or line.cancelled for line in self.lines.values())

    def cancel(self) -> None:
        """What is not on a pick list will not be delivered."""
        for line in self.lines.values():
            line.cancelled = line.quantity - line.shipped - line.picking

    def ship(self, quantities: dict[int, int]) -> Decimal:
        """Takes the units off the pick lists; returns what they are invoiced at, incl. tax."""
        total = Decimal(0)
        for line_no, units in quantities.items():
            line = self.lines[line_no]
            total += sum(line.charge(units, self.currency))
            line.picking -= units
            line.shipped += units
        return total


@dataclass
class Promise:
    """`already` was applied on the day it was made, before it was."""

    promise_id: str
    customer: str
    currency: str
    amount: Decimal
    made_on: date
    due_on: date
    already: Decimal
    state: str = "open"
    hold_lifted: bool = False

    @property
    def binds(self) -> bool:
        return self.state in ("open", "due")

    @property
    def holds(self) -> bool:
        """Whether it is broken and keeps the customer's credit on hold."""
        return self.state == "broken" and not self.hold_lifted

    def look(self, applied: Applied) -> None:
        """Kept by what came in until its day; a broken one is made good by what came in at all."""
        came = [(day, n) for day, *whose, n in applied if tuple(whose) == (self.customer, self.currency)]
        if self.binds and self._reached(n for day, n in came if self.made_on <= day <= self.due_on):
            self.state = "kept"
        elif self.state == "broken" and self._reached(n for day, n in came if self.made_on <= day):
            self.state = "paid_later"

    def begin_day(self, day: date) -> None:
        if self.binds and self.due_on <= day:
            self.state = "due" if self.due_on == day else "broken"

    def _reached(self, amounts: Iterable[Decimal]) -> bool:
        return sum(amounts, Decimal(0)) >= self.amount + self.already


@dataclass
class PlainOrders:
    """All orders and promises, and the limits that credit should judge by."""

    orders: dict[str, Order] = field(default_factory=dict)
    promises: dict[str, Promise] = field(default_factory=dict)
    limits: dict[str, Decimal] = field(default_factory=dict)
    limits_by_hand: set[str] = field(default_factory=set)
    cancelled_early: set[str] = field(default_factory=set)
    invoiced: dict[str, Decimal] = field(default_factory=dict)
    """What each shipment is to be invoiced at, by invoice id."""

    def on_order(self, customer: str, currency: str) -> Decimal:
        """What of approved orders is neither invoiced nor cancelled."""
        own = [o for o in self.orders.values() if (o.customer, o.currency) == (customer, currency) and o.goes_on]
        return sum((order.open_amount for order in own), Decimal(0))

    def oldest_held(self, customer: str, currency: str) -> Order | None:
        own = [o for o in self.orders.values() if (o.customer, o.currency) == (customer, currency)]
        held = [order for order in own if order.decision == "held" and order.open_amount]
        return min(held, key=lambda order: (order.dated, order.order_id), default=None)

    def credit_held(self, customer: str) -> bool:
        return any(promise.customer == customer and promise.holds for promise in self.promises.values())
