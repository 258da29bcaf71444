"""Wiring of collections."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from services.collections.activities import api as activities
from services.collections.credit_holds import api as credit_holds
from services.collections.deductions import api as deductions
from services.collections.deductions.store import DEDUCTION_RULES
from services.collections.dunning import api as dunning
from services.collections.dunning.store import DUNNING_LADDER
from services.collections.finance_charges import api as finance_charges
from services.collections.finance_charges.store import FINANCE_CHARGES
from services.collections.handlers import handlers
from services.collections.promises import api as promises
from services.collections.settings import CollectionsSettings
from services.collections.work import CollectionsWork
from services.collections.worklist import api as worklist
from services.collections.write_offs import api as write_offs
from services.collections.write_offs.store import WRITE_OFF_AUTHORITY
from shared.chassis.declare.service import Service
from shared.components import approvals

router = APIRouter()
for part in (worklist, dunning, promises, credit_holds, deductions, write_offs, activities, finance_charges):
    router.include_router(part.router)

service = Service(
    name="collections",
    title="Collections",
    root=Path(__file__).parent,
    handlers=handlers,
    work=CollectionsWork,
    router=router,
    policies=(DUNNING_LADDER, WRITE_OFF_AUTHORITY, DEDUCTION_RULES, FINANCE_CHARGES),
    settings=CollectionsSettings,
    components=(approvals.COMPONENT,),
)
