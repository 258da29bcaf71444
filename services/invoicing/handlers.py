"""What invoicing does when events arrive, in the order in which a batch is handled."""

from __future__ import annotations

from services.invoicing.credit_decisions.handlers import (
    cancel_declined,
    hold_orders,
    request_stock_for_approved,
    request_stock_for_released,
)
from services.invoicing.credit_memos.handlers import credit_what_was_granted
from services.invoicing.deferred_events.handlers import apply_deferred
from services.invoicing.finance_charges.handlers import post_assessed_charges
from services.invoicing.invoices.handlers import invoice_shipments, post_brought_forward
from services.invoicing.master_data.handlers import update_customers, update_items
from services.invoicing.order_entry.handlers import accept_orders
from services.invoicing.order_entry.unreadable import reject_unreadable_order
from services.invoicing.orders.handlers import cancel_orders
from services.invoicing.pricing.handlers import update_prices
from services.invoicing.stock.handlers import pick_or_backorder, request_backorders_again
from shared.chassis.declare.handlers import HandlerTable, on
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

handlers = HandlerTable(
    "invoicing",
    [
        on(CustomerChanged, update_customers),
        on(ItemChanged, update_items),
        on(PriceChanged, update_prices),
        on(OrderPlaced, accept_orders, apply_deferred, unreadable=reject_unreadable_order),
        on(OrderCancelled, cancel_orders, apply_deferred),
        on(CreditHeld, hold_orders, apply_deferred),
        on(CreditApproved, request_stock_for_approved, apply_deferred),
        on(CreditReleased, request_stock_for_released, apply_deferred),
        on(CreditDeclined, cancel_declined, apply_deferred),
        on(StockAnswered, pick_or_backorder, apply_deferred),
        on(StockReplenished, request_backorders_again, apply_deferred),
        on(ShipmentConfirmed, invoice_shipments, apply_deferred),
        on(InvoiceBroughtForward, post_brought_forward),
        on(CreditMemoRequested, credit_what_was_granted),
        on(FinanceChargeAssessed, post_assessed_charges),
        *ledger.subscriptions("invoicing"),
    ],
    daily=[
        ledger.SUBMIT_JOURNAL,
    ],
)
