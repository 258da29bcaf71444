"""Accepts orders: loads everything that their validation needs with one query per table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.invoicing.order_entry.domain.amendments import amend, amendment_conflicts, refuse_amendment
from services.invoicing.order_entry.domain.validation import Catalogue, order_number_taken, validate
from services.invoicing.orders.domain.events import Outcome
from services.invoicing.orders.domain.life import State
from services.invoicing.orders.domain.order import Order, fingerprint
from services.invoicing.orders.store import ORDER_RULES
from services.invoicing.pricing.domain import PriceBook
from services.invoicing.tax.store import TAX_RATES
from services.invoicing.work import InvoicingWork
from shared.contracts.erp import OrderPlaced


class OrderIntake:
    """Accepts the orders of one batch. Opened once for all of them."""

    def __init__(self, uow: InvoicingWork, owners: dict[str, str], catalogues: dict[date, Catalogue]) -> None:
        self._uow = uow
        self._owners = owners
        self._catalogues = catalogues
        self._versions: dict[date, tuple[int, int]] = {}

    @classmethod
    async def open(cls, placed: Sequence[OrderPlaced], uow: InvoicingWork) -> OrderIntake:
        """Loads the known orders, the master data, the prices and the policies that these orders need."""
        await uow.execute("share_order_intake")
        await uow.orders.load((order.customer_id, order.order_id) for order in placed)
        rows = await uow.fetch("order_owners", sorted({order.order_id for order in placed}))
        await _read_master_data(placed, uow)
        intake = cls(uow, {row["order_id"]: row["customer_id"] for row in rows}, {})
        await intake._read_policies({order.order_date for order in placed})
        return intake

    async def _read_policies(self, days: set[date]) -> None:
        uow = self._uow
        taxes, rules = await uow.policy(TAX_RATES), await uow.policy(ORDER_RULES)
        customers = {customer.customer_id: customer for customer in uow.customers.held()}
        items = {item.item_id: item for item in uow.items.held()}
        prices = PriceBook(uow.prices.held())
        for day in days:
            tax, rule = taxes.on(day), rules.on(day)
            self._catalogues[day] = Catalogue(customers, items, prices, tax.document, rule.document, uow.days)
            self._versions[day] = (rule.version, tax.version)

    def accept(self, placed: OrderPlaced) -> None:
        """Validates the order and records the outcome.

        A rejected order may be placed again, and a later revision amends the order. Otherwise the first order of a
        number is kept: the same order again is ignored, another one is noted in the history of the first.
        """
        known = self._uow.orders.get((placed.customer_id, placed.order_id))
        if known is not None and placed.revision < known.revision:
            return
        if known is None or known.state is State.REJECTED:
            self._accept_new(known.place_again(placed) if known else Order.of(placed), placed)
        elif placed.revision > known.revision:
            self._amend(known, placed)
        elif known.fingerprint != fingerprint(placed):
            known.note(
                placed.order_date,
                f"another order came under the same number ({len(placed.lines)} line(s), "
                f"dated {placed.order_date}); the first one is kept",
            )

    def _accept_new(self, order: Order, placed: OrderPlaced) -> None:
        order.rules_version, order.tax_version = self._versions[placed.order_date]
        result = validate(placed, self._catalogues[placed.order_date])
        reasons = result.reasons
        if self._owners.get(placed.order_id, placed.customer_id) != placed.customer_id:
            reasons = (order_number_taken(placed), *reasons)
        self._uow.orders.put(order)
        if reasons or result.priced is None:
            self._uow.record(order, Outcome.of(order.reject(reasons)), cause=placed)
            return
        self._owners[placed.order_id] = placed.customer_id
        self._uow.record(order, Outcome.of(order.accept(result.priced)), cause=placed)

    def _amend(self, order: Order, placed: OrderPlaced) -> None:
        result = validate(placed, self._catalogues[placed.order_date])
        reasons = [*amendment_conflicts(order, placed), *result.reasons]
        if reasons or result.priced is None:
            self._uow.emit(refuse_amendment(order, placed, reasons), cause=placed)
            return
        order.rules_version, order.tax_version = self._versions[placed.order_date]
        self._uow.record(order, Outcome.of(amend(order, placed, result.priced)), cause=placed)


async def _read_master_data(placed: Sequence[OrderPlaced], uow: InvoicingWork) -> None:
    items = {line.item_id for order in placed for line in order.lines}
    customers = {
        customer_id for order in placed for customer_id in (order.customer_id, order.ship_to_id) if customer_id
    }
    await uow.customers.fetch("read_customers", sorted(customers))
    await uow.items.fetch("read_items", sorted(items))
    priced: set[tuple[str, str]] = set()
    for order in placed:
        customer = uow.customers.get(order.customer_id)
        if customer is not None:
            priced.update((customer.price_list_id, line.item_id) for line in order.lines)
    await uow.prices.fetch(
        "read_prices", [list_id for list_id, _ in sorted(priced)], [item_id for _, item_id in sorted(priced)]
    )
