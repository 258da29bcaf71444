"""The wiring of the credit service."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from services.credit import api, api_account_states, api_exposure, api_orders, api_requests, api_what_if
from services.credit.handlers import handlers
from services.credit.request_store import CREDIT_REQUESTS, CREDIT_SCORECARD
from services.credit.settings import CreditSettings
from services.credit.store import CREDIT_RULES, CreditWork
from shared.chassis.declare.service import Service

router = APIRouter()
for routes in (api, api_orders, api_exposure, api_what_if, api_requests, api_account_states):
    router.include_router(routes.router)

service = Service(
    name="credit",
    title="Credit: accounts, limits, exposure, order authorisation",
    root=Path(__file__).parent,
    handlers=handlers,
    work=CreditWork,
    router=router,
    policies=(CREDIT_RULES, CREDIT_REQUESTS, CREDIT_SCORECARD),
    settings=CreditSettings,
)
