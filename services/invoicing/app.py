"""The wiring of invoicing."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from services.invoicing.credit_memos.api import router as credit_memos
from services.invoicing.credit_memos.store import CREDIT_MEMO_RULES
from services.invoicing.deferred_events.api import router as deferred_events
from services.invoicing.finance_charges.api import router as finance_charges
from services.invoicing.handlers import handlers
from services.invoicing.invoices.api import router as invoices
from services.invoicing.invoices.store import INVOICE_NUMBERING
from services.invoicing.order_entry.api import router as order_entry
from services.invoicing.orders.api import router as orders
from services.invoicing.orders.store import ORDER_RULES
from services.invoicing.settings import InvoicingSettings
from services.invoicing.stock.api import router as stock
from services.invoicing.tax.store import TAX_RATES
from services.invoicing.work import InvoicingWork
from shared.chassis.declare.service import Service
from shared.components.ledger import COMPONENT as LEDGER

router = APIRouter()
for routes in (orders, order_entry, stock, deferred_events, invoices, credit_memos, finance_charges):
    router.include_router(routes)

service = Service(
    name="invoicing",
    title="Invoicing: orders, prices, tax, stock, invoices and their journal",
    root=Path(__file__).parent,
    handlers=handlers,
    work=InvoicingWork,
    router=router,
    settings=InvoicingSettings,
    policies=(TAX_RATES, ORDER_RULES, INVOICE_NUMBERING, CREDIT_MEMO_RULES),
    components=(LEDGER,),
)
