"""The wiring of the credit service."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter

from services.credit.account_status import api as account_status
from services.credit.credit_requests import api as credit_requests
from services.credit.credit_requests.policy import CREDIT_REQUESTS
from services.credit.groups_and_collateral import api as groups_and_collateral
from services.credit.handlers import handlers
from services.credit.limits import api as limits
from services.credit.limits.policy import CREDIT_LIMITS
from services.credit.order_authorization import api as order_authorization
from services.credit.order_authorization.policy import CREDIT_RULES
from services.credit.payment_history.policy import CREDIT_SCORECARD
from services.credit.settings import CreditSettings
from services.credit.what_if import api as what_if
from services.credit.work import CreditWork
from shared.chassis.declare.service import Service
from shared.components import exchange_rates

router = APIRouter()
for capability in (account_status, limits, order_authorization, groups_and_collateral, what_if, credit_requests):
    router.include_router(capability.router)

service = Service(
    name="credit",
    title="Credit: accounts, limits, exposure, order authorization",
    root=Path(__file__).parent,
    handlers=handlers,
    work=CreditWork,
    components=(exchange_rates.COMPONENT,),
    router=router,
    policies=(CREDIT_RULES, CREDIT_LIMITS, CREDIT_REQUESTS, CREDIT_SCORECARD),
    settings=CreditSettings,
)
