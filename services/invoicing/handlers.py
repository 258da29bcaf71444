"""What invoicing hears, in the order in which a batch is handled."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, Protocol

from services.invoicing.answers import Desk, hear_early
from services.invoicing.billing import number_and_post, post_invoice
from services.invoicing.charging import charge_assessed
from services.invoicing.crediting import credit_requested
from services.invoicing.domain.backorders import wake
from services.invoicing.domain.credit_stop import ask_credit, check_needed
from services.invoicing.domain.invoices import CannotBeInvoiced, Invoice, bring_forward, check_day
from services.invoicing.domain.masters import Customer, Item
from services.invoicing.domain.orders import AgainstTheOrder, Order
from services.invoicing.domain.pricing import Price
from services.invoicing.domain.too_early import AboutAnOrder, comes_too_early
from services.invoicing.intake import OrderDesk
from services.invoicing.order_lookup import with_orders
from services.invoicing.store import ORDER_RULES, InvoicingWork
from shared.chassis.declare.handlers import HandlerTable, on
from shared.chassis.errors import EventRejected
from shared.components import ledger
from shared.contracts.collections import CreditMemoRequested, FinanceChargeAssessed
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.erp import (
    CustomerChanged,
    InvoiceBroughtForward,
    ItemChanged,
    OrderCancelled,
    OrderPlaced,
    PriceChanged,
)
from shared.contracts.inv_ctrl import ShipmentConfirmed, StockAnswered, StockReplenished


class Versioned(Protocol):
    @property
    def version(self) -> int: ...


async def keep_customers(events: list[CustomerChanged], uow: InvoicingWork) -> None:
    """The newest version of a customer counts."""
    await uow.customers.load(event.customer_id for event in events)
    for event in events:
        if is_newer(event, uow.customers.get(event.customer_id)):
            uow.customers.put(Customer.of(event))


async def keep_items(events: list[ItemChanged], uow: InvoicingWork) -> None:
    """The newest version of an item counts."""
    await uow.items.load(event.item_id for event in events)
    for event in events:
        if is_newer(event, uow.items.get(event.item_id)):
            uow.items.put(Item.of(event))


async def keep_prices(events: list[PriceChanged], uow: InvoicingWork) -> None:
    """Prices are kept by the day they hold from; of one day the highest version counts."""
    await uow.prices.load((event.price_list_id, event.item_id, event.valid_from) for event in events)
    for event in events:
        if is_newer(event, uow.prices.get((event.price_list_id, event.item_id, event.valid_from))):
            uow.prices.put(Price.of(event))


async def take_orders(events: list[OrderPlaced], uow: InvoicingWork) -> None:
    """An order is validated, priced and taxed, or rejected with every reason."""
    desk = await OrderDesk.open(events, uow)
    await hear_early([order for event in events if (order := desk.take(event)) is not None], uow)


async def cancel_orders(events: list[OrderCancelled], uow: InvoicingWork) -> None:
    """What has not been released to the warehouse is cancelled. An order yet to come is cancelled when it comes."""
    await hear(events, uow)


async def show_held(events: list[CreditHeld], uow: InvoicingWork) -> None:
    """A held order waits, and shows why."""
    await hear(events, uow)


async def request_stock_for_approved(events: list[CreditApproved], uow: InvoicingWork) -> None:
    """An approved order asks for stock."""
    await hear(events, uow)


async def request_stock_for_released(events: list[CreditReleased], uow: InvoicingWork) -> None:
    """A held order that was released asks for stock."""
    await hear(events, uow)


async def cancel_declined(events: list[CreditDeclined], uow: InvoicingWork) -> None:
    """A declined order is cancelled."""
    await hear(events, uow)


async def pick_or_backorder(events: list[StockAnswered], uow: InvoicingWork) -> None:
    """Available lines go to a pick list, short ones on backorder; an order to be shipped complete waits as a whole."""
    await hear(events, uow)


async def wake_backorders(events: list[StockReplenished], uow: InvoicingWork) -> None:
    """What came in goes to the oldest orders waiting for it: they ask for stock again."""
    heard = await uow.count_replenishments(events)
    came_in: dict[tuple[str, str], int] = defaultdict(int)
    for event in events:
        came_in[event.item_id, event.company_id] += event.quantity
    await uow.save_backorders()
    items, companies = zip(*came_in, strict=True)
    rows = await uow.fetch("backorders_to_wake", list(items), list(companies), list(came_in.values()))
    orders = await uow.orders.load((row["customer_id"], row["order_id"]) for row in rows)
    others = {line.item_id for order in orders.values() for line in order.lines if order.ship_complete}
    heard = {**await uow.replenishments(others), **heard}
    waiting: dict[str, list[Order]] = defaultdict(list)
    for order in orders.values():
        if check_needed(order, events[-1].business_date):
            uow.emit(ask_credit(order, events[-1].business_date), cause=events[-1])
            continue
        for item_id in {line.item_id for line in order.lines}:
            waiting[item_id].append(order)
    woken = []
    for event in events:
        for order, request in wake(event, waiting[event.item_id], heard):
            uow.emit(request, cause=event)
            woken.append(order)
    await hear_early(woken, uow)


async def invoice_what_was_shipped(events: list[ShipmentConfirmed], uow: InvoicingWork) -> None:
    """What left the warehouse is invoiced, once. A shipment waits for its order and its pick list."""
    rules = await uow.policy(ORDER_RULES)
    for event in events:
        ahead = rules.on(uow.today or event.shipped_on).document.days_ahead_max
        refuse(check_day, f"shipment {event.shipment_id}", event.shipped_on, uow.today, ahead)
    customers, shipments = [event.customer_id for event in events], [event.shipment_id for event in events]
    rows = await uow.fetch("known_shipments", customers, shipments)
    known = {(row["customer_id"], row["shipment_id"]) for row in rows}
    new = []
    for event in events:
        if (event.customer_id, event.shipment_id) not in known:
            known.add((event.customer_id, event.shipment_id))
            new.append(event)
    await hear(new, uow)


async def post_brought_forward(events: list[InvoiceBroughtForward], uow: InvoicingWork) -> None:
    """An invoice of the old system is posted under its own number; once, however often it comes."""
    rules = await uow.policy(ORDER_RULES)
    invoices: list[tuple[Invoice, InvoiceBroughtForward]] = []
    for event in events:
        ahead = rules.on(uow.today or event.invoice_date).document.days_ahead_max
        refuse(check_day, f"invoice {event.invoice_number}", event.invoice_date, uow.today, ahead)
        invoices.append((refuse(bring_forward, event), event))
    rows = await uow.fetch("known_invoices", sorted({invoice.invoice_id for invoice, _ in invoices}))
    known = {row["invoice_id"]: tuple(row) for row in rows}
    for invoice, event in invoices:
        told = (
            invoice.invoice_id,
            invoice.customer_id,
            invoice.company_id,
            invoice.invoice_date,
            invoice.due_date,
            invoice.currency,
            invoice.total,
        )
        before = known.setdefault(invoice.invoice_id, told)
        if before is told:
            post_invoice(invoice, event, uow)
        elif before != told:
            raise EventRejected(
                f"invoice {event.invoice_number} is in the books already, for customer {before[1]} of company "
                f"{before[2]} over {before[6]} {before[5]}, dated {before[3]}: bring the other one forward "
                "under a number of its own"
            )


async def credit_what_was_granted(events: list[CreditMemoRequested], uow: InvoicingWork) -> None:
    """What collections granted a customer is credited; above the policy's limit a person here approves."""
    await credit_requested(events, uow)


async def charge_late_payers(events: list[FinanceChargeAssessed], uow: InvoicingWork) -> None:
    """Interest or a late fee that was assessed for a customer is charged, once."""
    await charge_assessed(events, uow)


def is_newer(told: Versioned, known: Versioned | None) -> bool:
    return known is None or known.version < told.version


def refuse(rule: Any, *arguments: Any) -> Any:
    """What `rule` gives; what cannot be invoiced goes to the dead letters with its sentence."""
    try:
        return rule(*arguments)
    except CannotBeInvoiced as error:
        raise EventRejected(str(error)) from None


async def hear(events: Sequence[AboutAnOrder], uow: InvoicingWork) -> None:
    """Applies what is said of orders. What comes before that which it answers waits for it."""
    fitting = []
    for event, order in await with_orders(events, uow):
        if order is None or comes_too_early(order, event):
            uow.early.wait(event)
        else:
            fitting.append((event, order))
    desk = await Desk.open(fitting, uow)
    try:
        for event, order in fitting:
            desk.hear(event, order)
    except (AgainstTheOrder, CannotBeInvoiced) as error:
        raise EventRejected(str(error)) from None
    await number_and_post(desk.taken_off, uow)
    await hear_early([order for _, order in fitting], uow)


handlers = HandlerTable(
    "invoicing",
    [
        on(CustomerChanged, keep_customers),
        on(ItemChanged, keep_items),
        on(PriceChanged, keep_prices),
        on(OrderPlaced, take_orders),
        on(OrderCancelled, cancel_orders),
        on(CreditHeld, show_held),
        on(CreditApproved, request_stock_for_approved),
        on(CreditReleased, request_stock_for_released),
        on(CreditDeclined, cancel_declined),
        on(StockAnswered, pick_or_backorder),
        on(StockReplenished, wake_backorders),
        on(ShipmentConfirmed, invoice_what_was_shipped),
        on(InvoiceBroughtForward, post_brought_forward),
        on(CreditMemoRequested, credit_what_was_granted),
        on(FinanceChargeAssessed, charge_late_payers),
        *ledger.subscriptions("invoicing"),
    ],
    daily=[
        ledger.SUBMIT_JOURNAL,
    ],
)
