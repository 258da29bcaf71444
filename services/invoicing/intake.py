"""Taking orders: everything they are judged by, read with one query per table."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.invoicing.domain.amendments import against_amending, amend, refuse
from services.invoicing.domain.order_life import State
from services.invoicing.domain.orders import Order, fingerprint
from services.invoicing.domain.pricing import PriceBook
from services.invoicing.domain.validation import Catalogue, judge, other_customers_order
from services.invoicing.store import ORDER_RULES, TAX_RATES, InvoicingWork
from shared.contracts.erp import OrderPlaced


class OrderDesk:
    """Judges the orders of one batch. Opened once for all of them."""

    def __init__(self, uow: InvoicingWork, owners: dict[str, str], catalogues: dict[date, Catalogue]) -> None:
        self._uow = uow
        self._owners = owners
        self._catalogues = catalogues
        self._versions: dict[date, tuple[int, int]] = {}

    @classmethod
    async def open(cls, placed: Sequence[OrderPlaced], uow: InvoicingWork) -> OrderDesk:
        """Loads the orders known already, the masters, prices and policies that these orders need."""
        await uow.execute("join_order_intake")
        await uow.orders.load((order.customer_id, order.order_id) for order in placed)
        rows = await uow.fetch("order_owners", sorted({order.order_id for order in placed}))
        await _read_masters(placed, uow)
        desk = cls(uow, {row["order_id"]: row["customer_id"] for row in rows}, {})
        await desk._read_policies({order.order_date for order in placed})
        return desk

    async def _read_policies(self, days: set[date]) -> None:
        uow = self._uow
        taxes, rules = await uow.policy(TAX_RATES), await uow.policy(ORDER_RULES)
        customers = {customer.customer_id: customer for customer in uow.customers.held()}
        items = {item.item_id: item for item in uow.items.held()}
        prices = PriceBook(uow.prices.held())
        for day in days:
            tax, rule = taxes.on(day), rules.on(day)
            self._catalogues[day] = Catalogue(customers, items, prices, tax.document, rule.document, uow.today)
            self._versions[day] = (rule.version, tax.version)

    def take(self, placed: OrderPlaced) -> Order | None:
        """The order, judged; None where an order of this number stands already.

        A rejected order may be placed again, and a later revision amends the order. Otherwise the first order
        of a number stands: the same again is ignored, another one is noted in the history of the first.
        """
        known = self._uow.orders.get((placed.customer_id, placed.order_id))
        if known is not None and placed.revision < known.revision:
            return None
        if known is not None and known.state is not State.REJECTED:
            if placed.revision > known.revision:
                return self._amend(known, placed)
            if known.fingerprint != fingerprint(placed):
                known.note(
                    placed.order_date,
                    f"another order came under the same number ({len(placed.lines)} line(s), "
                    f"dated {placed.order_date}); the first one stands",
                )
            return None
        order = known.place_again(placed) if known else Order.of(placed)
        order.rules_version, order.tax_version = self._versions[placed.order_date]
        self._judge(order, placed)
        return self._uow.orders.put(order)

    def _amend(self, order: Order, placed: OrderPlaced) -> Order | None:
        judgement = judge(placed, self._catalogues[placed.order_date])
        reasons = [*against_amending(order, placed), *judgement.reasons]
        if reasons or judgement.customer is None:
            self._uow.emit(refuse(order, placed, reasons), cause=placed)
            return None
        order.rules_version, order.tax_version = self._versions[placed.order_date]
        self._uow.waits_no_longer(order)
        self._uow.emit(amend(order, placed, judgement, judgement.customer.terms), cause=placed)
        return order

    def _judge(self, order: Order, placed: OrderPlaced) -> None:
        judgement = judge(placed, self._catalogues[placed.order_date])
        owner = self._owners.get(placed.order_id, placed.customer_id)
        reasons = judgement.reasons
        if owner != placed.customer_id:
            reasons = (other_customers_order(placed), *reasons)
        if reasons or judgement.customer is None:
            self._uow.emit(order.reject(reasons), cause=placed)
            return
        self._owners[placed.order_id] = placed.customer_id
        self._uow.emit(order.accept(judgement, judgement.customer.terms), cause=placed)


async def _read_masters(placed: Sequence[OrderPlaced], uow: InvoicingWork) -> None:
    items = {line.item_id for order in placed for line in order.lines}
    await uow.customers.fetch("read_customers", sorted({order.customer_id for order in placed}))
    await uow.items.fetch("read_items", sorted(items))
    wanted: set[tuple[str, str]] = set()
    for order in placed:
        customer = uow.customers.get(order.customer_id)
        if customer is not None:
            wanted.update((customer.price_list_id, line.item_id) for line in order.lines)
    lists, priced = [list_id for list_id, _ in sorted(wanted)], [item_id for _, item_id in sorted(wanted)]
    await uow.prices.fetch("read_prices", lists, priced)
