"""The wiring of the cash application service."""

from __future__ import annotations

from pathlib import Path

from services.cash_app.api import router
from services.cash_app.api_advices import router as advices_router
from services.cash_app.api_approvals import router as approvals_router
from services.cash_app.api_corrections import router as corrections_router
from services.cash_app.api_desk import router as desk_router
from services.cash_app.api_failed import router as failed_router
from services.cash_app.api_imports import IMPORTS_PATH
from services.cash_app.api_imports import router as imports_router
from services.cash_app.api_payers import router as payers_router
from services.cash_app.api_reports import router as reports_router
from services.cash_app.handlers import handlers
from services.cash_app.returning import DESK_RULES
from services.cash_app.rules_in_force import APPLICATION_RULES
from services.cash_app.settings import CashAppSettings
from services.cash_app.store import CashWork
from shared.chassis.declare.service import Service
from shared.components import ledger

router.include_router(imports_router)
router.include_router(payers_router)
router.include_router(corrections_router)
router.include_router(advices_router)
router.include_router(approvals_router)
router.include_router(failed_router)  # before the desk, whose /desk/{queue} would take /desk/failed
router.include_router(desk_router)
router.include_router(reports_router)

service = Service(
    name="cash_app",
    title="Cash application: open items, payments, suspense, credit on account",
    root=Path(__file__).parent,
    handlers=handlers,
    work=CashWork,
    router=router,
    policies=(APPLICATION_RULES, DESK_RULES),
    settings=CashAppSettings,
    components=(ledger.COMPONENT,),
    file_paths=frozenset({IMPORTS_PATH}),
)
