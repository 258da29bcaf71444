"""The wiring of the credit service."""

from __future__ import annotations

from pathlib import Path

from services.credit.api import router
from services.credit.handlers import handlers
from services.credit.settings import CreditSettings
from services.credit.store import CREDIT_RULES, CreditWork
from shared.chassis.service import Service

service = Service(
    name="credit",
    title="Credit: accounts, limits, exposure, order authorisation",
    root=Path(__file__).parent,
    handlers=handlers,
    work=CreditWork,
    router=router,
    policies=(CREDIT_RULES,),
    settings=CreditSettings,
)
