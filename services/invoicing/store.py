"""What invoicing keeps, and how it is loaded and saved set-based."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

from services.invoicing import records
from services.invoicing.domain.backorders import Backorder, backorders_of
from services.invoicing.domain.masters import Customer, Item
from services.invoicing.domain.numbering import InvoiceNumbering
from services.invoicing.domain.order_rules import OrderRules
from services.invoicing.domain.orders import Order
from services.invoicing.domain.pricing import Price
from services.invoicing.domain.tax import TaxRates
from services.invoicing.early_events import EarlyEvents
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.transaction.unit_of_work import Table, UnitOfWork
from shared.contracts.inv_ctrl import StockReplenished
from shared.contracts.invoicing import PickListReleased

_POLICIES = Path(__file__).parent / "policies"

TAX_RATES: Final = PolicyKind("tax_rates", TaxRates, _POLICIES / "tax_rates.json", changed_by=("controller",))
ORDER_RULES: Final = PolicyKind("order_rules", OrderRules, _POLICIES / "order_rules.json", changed_by=("controller",))
INVOICE_NUMBERING: Final = PolicyKind(
    "invoice_numbering", InvoiceNumbering, _POLICIES / "invoice_numbering.json", changed_by=("controller",)
)

OrderKey = tuple[str, str]
"""Customer and order number: everything about a customer lies together."""

CUSTOMERS: Final[Table[str, Customer]] = Table(
    load="load_customers",
    save="save_customers",
    key=lambda customer: customer.customer_id,
    from_row=records.customer_from_row,
    to_row=records.customer_to_row,
)
ITEMS: Final[Table[str, Item]] = Table(
    load="load_items",
    save="save_items",
    key=lambda item: item.item_id,
    from_row=records.item_from_row,
    to_row=records.item_to_row,
)
PRICES: Final[Table[tuple[str, str, Any], Price]] = Table(
    load="load_prices",
    save="save_prices",
    key=lambda price: (price.price_list_id, price.item_id, price.valid_from),
    from_row=records.price_from_row,
    to_row=records.price_to_row,
)
ORDERS: Final[Table[OrderKey, Order]] = Table(
    load="load_orders",
    save="save_orders",
    key=lambda order: (order.customer_id, order.order_id),
    from_row=records.order_from_row,
    to_row=records.order_to_row,
)
BACKORDERS: Final[Table[tuple[str, str, int], Backorder]] = Table(
    load="load_backorders",
    save="save_backorders",
    key=lambda backorder: (backorder.customer_id, backorder.order_id, backorder.line_no),
    from_row=records.backorder_from_row,
    to_row=records.backorder_to_row,
)


class InvoicingWork(UnitOfWork):
    """One transaction of invoicing."""

    def prepare(self) -> None:
        self.customers = self.aggregates(CUSTOMERS)
        self.items = self.aggregates(ITEMS)
        self.prices = self.aggregates(PRICES)
        self.orders = self.aggregates(ORDERS)
        self.backorders = self.aggregates(BACKORDERS)
        self.early = EarlyEvents(self)

    async def flush(self) -> None:
        """Writes orders with what follows from them: their history and the list of backorders."""
        for order in self.orders.held():
            self._write_history(order)
            self._list_backorders(order)
        await self.early.flush()
        await super().flush()

    async def save_backorders(self) -> None:
        """Brings the list of backorders up to date within the batch, so that it can be searched."""
        for order in self.orders.held():
            self._list_backorders(order)
        await self.backorders.save()

    async def look_again(self, keys: Iterable[OrderKey]) -> None:
        """Loads orders that were not there, once every order being taken elsewhere has been committed.

        From here to the end of this transaction no new order is taken anywhere, so what is
        still unknown can safely be left waiting for it.
        """
        customers, orders = zip(*sorted(set(keys)), strict=True)
        await self.execute("stop_order_intake")
        await self.orders.fetch("load_orders", list(customers), list(orders))

    async def replenishments(self, items: Iterable[str]) -> dict[str, int]:
        """How often each item has come in so far; not locked."""
        rows = await self.fetch("read_replenishments", sorted(set(items)))
        return {row["item_id"]: row["heard"] for row in rows}

    async def lock_replenishments(self, items: Iterable[str]) -> dict[str, int]:
        """The same, and nobody else counts a replenishment of these items until this transaction ends."""
        wanted = sorted(set(items))
        if not wanted:
            return {}
        rows = await self.fetch("count_replenishments", wanted, [0] * len(wanted))
        return {row["item_id"]: row["heard"] for row in rows}

    async def count_replenishments(self, events: Iterable[StockReplenished]) -> dict[str, int]:
        """Counts the replenishments of each item; the count after them."""
        counts: dict[str, int] = {}
        for event in events:
            counts[event.item_id] = counts.get(event.item_id, 0) + 1
        items = sorted(counts)
        rows = await self.fetch("count_replenishments", items, [counts[item_id] for item_id in items])
        return {row["item_id"]: row["heard"] for row in rows}

    def write_pick_list(self, pick_list: PickListReleased) -> None:
        self.append(
            "insert_pick_lists",
            (
                pick_list.customer_id,
                pick_list.pick_list_id,
                pick_list.order_id,
                pick_list.company_id,
                pick_list.released_on,
                json.dumps([line.model_dump() for line in pick_list.lines]),
            ),
        )

    def waits_no_longer(self, order: Order) -> None:
        """Takes the order's lines off the list of backorders: those that an amendment drops are not listed anew."""
        for backorder in backorders_of(order):
            if backorder.line_no in order.listed:
                self.backorders.put(replace(backorder, quantity=0))

    def _write_history(self, order: Order) -> None:
        for step in order.taken:
            self.append(
                "insert_order_steps", (order.customer_id, order.order_id, step.seq, step.state, step.on, step.why)
            )
        order.taken.clear()

    def _list_backorders(self, order: Order) -> None:
        waiting = {line.line_no: line.backordered for line in order.lines if line.backordered}
        if waiting == order.listed:
            return
        for backorder in backorders_of(order):
            if backorder.quantity or backorder.line_no in order.listed:
                self.backorders.put(backorder)
        order.listed = waiting
