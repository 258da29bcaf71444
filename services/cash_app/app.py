"""The wiring of the cash application service."""

from __future__ import annotations

from pathlib import Path

from services.cash_app.api import router
from services.cash_app.handlers import handlers
from services.cash_app.settings import CashAppSettings
from services.cash_app.store import CashWork
from shared import ledger
from shared.chassis.service import Service

service = Service(
    name="cash_app",
    title="Cash application: open items, payments, suspense, credit on account",
    root=Path(__file__).parent,
    handlers=handlers,
    work=CashWork,
    router=router,
    settings=CashAppSettings,
    components=(ledger.COMPONENT,),
)
