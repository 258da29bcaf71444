"""Wiring of analytics."""

from __future__ import annotations

from pathlib import Path

from services.analytics.api import router
from services.analytics.handlers import handlers
from services.analytics.settings import AnalyticsSettings
from services.analytics.store import AnalyticsWork
from shared.chassis.declare.service import Service

service = Service(
    name="analytics",
    title="Receivables analytics",
    root=Path(__file__).parent,
    handlers=handlers,
    work=AnalyticsWork,
    router=router,
    settings=AnalyticsSettings,
)
