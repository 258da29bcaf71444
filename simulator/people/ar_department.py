"""The AR department: eight people, each with access to the services of their work."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Final

import httpx

from shared.chassis.auth import issue_token
from simulator.dice import Dice
from simulator.people.bank_courier import BankCourier
from simulator.people.clerks import CashClerk, Collector, Controller
from simulator.people.credit_people import CreditAnalyst, CreditManager, HeadOfCredit
from simulator.people.person import Person
from simulator.people.underwriter import Underwriter
from simulator.systems.upstream import Upstream
from simulator.transport.api_client import ApiClient

_TOKEN_HOURS: Final = 24
_LEDGERS: Final = ("invoicing", "cash_app")


@asynccontextmanager
async def ar_department(
    service_urls: Mapping[str, str], token_secret: str, seed: int, upstream: Upstream
) -> AsyncIterator[tuple[Person, ...]]:
    """The eight people, in the order in which they act."""
    dice = Dice(seed)
    async with httpx.AsyncClient(timeout=30.0) as client:

        def api(service: str, name: str, role: str) -> ApiClient:
            return ApiClient(client, service_urls[service], issue_token(token_secret, name, [role], _TOKEN_HOURS))

        treasury = api("cash_app", "Tessa Treasurer", "controller")
        yield (
            BankCourier(api("cash_app", "Bo Bankfiles", "cash_clerk"), treasury, upstream),
            Controller([api(service, "Carla Controller", "controller") for service in _LEDGERS]),
            CashClerk(api("cash_app", "Clemens Clerk", "cash_clerk"), upstream.customers),
            CreditManager(api("credit", "Mona Manager", "credit_manager"), dice),
            CreditAnalyst(api("credit", "Ann Analyst", "credit_analyst"), dice),
            HeadOfCredit(api("credit", "Hedda Head", "credit_manager"), dice),
            Underwriter(api("credit", "Uwe Underwriter", "credit_manager"), dice),
            Collector(api("collections", "Colin Collector", "collector"), dice),
        )
