"""The wiring of the cash application service."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from services.cash_app.application.api import router as application_router
from services.cash_app.application.policy import APPLICATION_RULES, MANUAL_APPLICATION_RULES
from services.cash_app.bank_files.api import IMPORTS_PATH
from services.cash_app.bank_files.api import router as imports_router
from services.cash_app.bank_reconciliation.api import router as bank_reconciliation_router
from services.cash_app.bank_reconciliation.policy import BANK_CODING_RULES, OWN_ACCOUNTS
from services.cash_app.corrections.api import router as corrections_router
from services.cash_app.duplicates.api import router as duplicates_router
from services.cash_app.duplicates.policy import DUPLICATE_RULES
from services.cash_app.handlers import handlers
from services.cash_app.identification.api import router as identification_router
from services.cash_app.open_items.api import router as open_items_router
from services.cash_app.open_items.policy import DISCOUNT_TAX_RULES
from services.cash_app.payments.api import router as payments_router
from services.cash_app.refunds.api import router as refunds_router
from services.cash_app.refunds.policy import REFUND_RULES
from services.cash_app.remittance_advice.api import router as remittance_advice_router
from services.cash_app.reports.api import router as reports_router
from services.cash_app.returns.api import router as returns_router
from services.cash_app.returns.policy import RETURN_RULES
from services.cash_app.settings import CashAppSettings
from services.cash_app.work import CashWork
from services.cash_app.work_queues.api import router as work_queues_router
from services.cash_app.write_offs.api import router as write_offs_router
from services.cash_app.write_offs.policy import WRITE_OFF_RULES
from shared.chassis.declare.service import Service
from shared.components import approvals, exchange_rates, ledger

router = APIRouter()
for of_capability in (
    open_items_router,
    payments_router,
    identification_router,
    application_router,
    remittance_advice_router,
    duplicates_router,
    corrections_router,
    returns_router,
    refunds_router,
    write_offs_router,
    imports_router,
    bank_reconciliation_router,
    work_queues_router,
    reports_router,
):
    router.include_router(of_capability)

service = Service(
    name="cash_app",
    title="Cash application: open items, payments, suspense, credit on account",
    root=Path(__file__).parent,
    handlers=handlers,
    work=CashWork,
    router=router,
    policies=(
        APPLICATION_RULES,
        MANUAL_APPLICATION_RULES,
        DISCOUNT_TAX_RULES,
        DUPLICATE_RULES,
        RETURN_RULES,
        REFUND_RULES,
        WRITE_OFF_RULES,
        OWN_ACCOUNTS,
        BANK_CODING_RULES,
    ),
    settings=CashAppSettings,
    components=(ledger.COMPONENT, exchange_rates.COMPONENT, approvals.COMPONENT),
    file_paths=frozenset({IMPORTS_PATH}),
)
