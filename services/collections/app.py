"""Wiring of collections."""

from __future__ import annotations

from pathlib import Path

from services.collections.api import router
from services.collections.handlers import handlers
from services.collections.settings import CollectionsSettings
from services.collections.store import DEDUCTION_RULES, DUNNING_LADDER, FINANCE_CHARGES, CollectionsWork
from services.collections.write_offs import WRITE_OFF_AUTHORITY
from shared.chassis.declare.service import Service

service = Service(
    name="collections",
    title="Collections",
    root=Path(__file__).parent,
    handlers=handlers,
    work=CollectionsWork,
    router=router,
    policies=(DUNNING_LADDER, WRITE_OFF_AUTHORITY, DEDUCTION_RULES, FINANCE_CHARGES),
    settings=CollectionsSettings,
)
