"""The upstream ERP of a story: sells, allocates and ships on a word, answering what the services asked."""

from __future__ import annotations

from datetime import date
from typing import Any

from shared.contracts.inv_ctrl import ShipmentConfirmed, StockAnswered
from shared.contracts.invoicing import PickListReleased, StockRequested
from tests.kit.events.sample import DAY, customer, item, order, price
from tests.kit.stack.world import World


class Upstream:
    """Plays ERP and INV_CTRL in a world; every verb ends when the services are at rest."""

    def __init__(self, world: World) -> None:
        self.world = world
        self._answered: set[str] = set()
        self._shipped: set[str] = set()

    async def open_for_business(self, *customers: Any) -> None:
        """One item at 10.00 on the standard price list, and these customers (C-1 where none is given)."""
        await self.world.publish(item(), price(), *(customers or (customer(),)))
        await self.world.settle()

    async def place(self, order_id: str, customer_id: str = "C-1", quantity: int = 10, **changes: Any) -> None:
        await self.world.publish(order(order_id, customer_id, quantity, **changes))
        await self.world.settle()

    async def allocate(self, available: int = 1_000_000, on: date = DAY) -> None:
        """Answers every open stock request, in order, from what is available."""
        for request in self.world.published(StockRequested):
            if request.request_id in self._answered:
                continue
            self._answered.add(request.request_id)
            lines = []
            wanted = sum(line.quantity for line in request.lines)
            for line in request.lines:
                whole = available >= (wanted if request.ship_complete else line.quantity)
                given = line.quantity if whole else (0 if request.ship_complete else available)
                available -= given
                lines.append(
                    {
                        "line_no": line.line_no,
                        "item_id": line.item_id,
                        "allocated": given,
                        "short": line.quantity - given,
                    }
                )
            await self.world.publish(
                StockAnswered(
                    request_id=request.request_id, request_no=request.request_no, order_id=request.order_id,
                    customer_id=request.customer_id, business_date=on, lines=lines,
                )
            )  # fmt: skip
        await self.world.settle()

    async def ship(self, on: date = DAY) -> None:
        """Ships every released pick list that has not left yet."""
        for pick in self.world.published(PickListReleased):
            if pick.pick_list_id in self._shipped:
                continue
            self._shipped.add(pick.pick_list_id)
            await self.world.publish(
                ShipmentConfirmed(
                    shipment_id=pick.pick_list_id.replace("/P", "/S"), order_id=pick.order_id,
                    customer_id=pick.customer_id, shipped_on=on,
                    lines=[{"line_no": line.line_no, "quantity": line.quantity} for line in pick.lines],
                )
            )  # fmt: skip
        await self.world.settle()

    async def deliver(
        self, order_id: str, customer_id: str = "C-1", quantity: int = 10, on: date = DAY, **changes: Any
    ) -> None:
        """An order, all the way to its invoice on the same day."""
        await self.place(order_id, customer_id, quantity, order_date=on, **changes)
        await self.allocate(on=on)
        await self.ship(on)
