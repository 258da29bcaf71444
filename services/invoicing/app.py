"""The wiring of invoicing."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from services.invoicing.api import router as orders
from services.invoicing.api_credit_memos import router as credit_memos
from services.invoicing.api_finance_charges import router as finance_charges
from services.invoicing.crediting import CREDIT_MEMO_RULES
from services.invoicing.handlers import handlers
from services.invoicing.settings import InvoicingSettings
from services.invoicing.store import INVOICE_NUMBERING, ORDER_RULES, TAX_RATES, InvoicingWork
from shared.chassis.declare.service import Service
from shared.components.ledger import COMPONENT as LEDGER

router = APIRouter()
for routes in (orders, credit_memos, finance_charges):
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
