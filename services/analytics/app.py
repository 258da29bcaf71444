"""Wiring of analytics."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from services.analytics.aging import api as aging
from services.analytics.handlers import handlers
from services.analytics.periods import api as periods
from services.analytics.settings import AnalyticsSettings
from services.analytics.work import AnalyticsWork
from shared.chassis.declare.service import Service

router = APIRouter()
for part in (aging, periods):
    router.include_router(part.router)

service = Service(
    name="analytics",
    title="Receivables analytics",
    root=Path(__file__).parent,
    handlers=handlers,
    work=AnalyticsWork,
    router=router,
    settings=AnalyticsSettings,
)
