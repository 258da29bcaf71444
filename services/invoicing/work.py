"""The unit of work of invoicing: the tables that one transaction changes, and the outcomes that it records."""

from __future__ import annotations

from weakref import proxy

from services.invoicing.deferred_events.store import DeferredEvents
from services.invoicing.invoices.domain.shipments import PendingInvoice
from services.invoicing.invoices.posting import number_and_post
from services.invoicing.invoices.store import shipment_to_row
from services.invoicing.master_data.store import CUSTOMERS, ITEMS
from services.invoicing.orders.domain.events import Outcome
from services.invoicing.orders.domain.order import Order
from services.invoicing.orders.store import ORDERS, OrderKey, order_step_to_row
from services.invoicing.pricing.store import PRICES
from services.invoicing.stock.domain.backorders import changed_backorders
from services.invoicing.stock.store import BACKORDERS, Replenishments, pick_list_to_row
from shared.chassis.transaction.unit_of_work import Cause, UnitOfWork


class InvoicingWork(UnitOfWork):
    """One transaction of invoicing."""

    def prepare(self) -> None:
        self.customers = self.aggregates(CUSTOMERS)
        self.items = self.aggregates(ITEMS)
        self.prices = self.aggregates(PRICES)
        self.orders = self.aggregates(ORDERS)
        self.backorders = self.aggregates(BACKORDERS)
        self.replenishments = Replenishments(proxy(self))
        self.deferred_events = DeferredEvents(proxy(self))
        self._changed_orders: dict[OrderKey, Order] = {}
        self._pending_invoices: list[tuple[PendingInvoice, Cause]] = []

    def record(self, order: Order, outcome: Outcome[PendingInvoice], *, cause: Cause) -> None:
        """Takes everything that follows from a change of the order: events, pick lists, shipments, invoices."""
        self._changed_orders[order.customer_id, order.order_id] = order
        for event in outcome.events:
            self.emit(event, cause=cause)
        for pick_list in outcome.pick_lists:
            self.append("insert_pick_lists", pick_list_to_row(pick_list))
        for pending in outcome.documents:
            self.append("insert_shipments", shipment_to_row(pending.shipment, pending.invoice))
            self._pending_invoices.append((pending, cause))

    def take_changed_orders(self) -> dict[OrderKey, Order]:
        """The orders that were changed since this was called last."""
        changed, self._changed_orders = self._changed_orders, {}
        return changed

    async def save_backorders(self) -> None:
        """Saves the list of backorders within the batch, so that it can be queried."""
        self._list_backorders()
        await self.backorders.save()

    async def flush(self) -> None:
        """Numbers and posts the pending invoices, and saves the orders with their history and backorders."""
        pending, self._pending_invoices = self._pending_invoices, []
        await number_and_post(pending, self)
        for order in self.orders.held():
            for step in order.new_steps:
                self.append("insert_order_steps", order_step_to_row(order, step))
            order.new_steps.clear()
        self._list_backorders()
        await self.deferred_events.flush()
        await super().flush()

    def _list_backorders(self) -> None:
        for order in self.orders.held():
            for backorder in changed_backorders(order):
                self.backorders.put(backorder)
