"""The wiring of invoicing."""

from __future__ import annotations

from pathlib import Path

from services.invoicing.api import router
from services.invoicing.handlers import handlers
from services.invoicing.settings import InvoicingSettings
from services.invoicing.store import INVOICE_NUMBERING, ORDER_RULES, TAX_RATES, InvoicingWork
from shared.chassis.service import Service
from shared.ledger import COMPONENT as LEDGER

service = Service(
    name="invoicing",
    title="Invoicing: orders, prices, tax, stock, invoices and their journal",
    root=Path(__file__).parent,
    handlers=handlers,
    work=InvoicingWork,
    router=router,
    settings=InvoicingSettings,
    policies=(TAX_RATES, ORDER_RULES, INVOICE_NUMBERING),
    components=(LEDGER,),
)
