"""The AR department's part: people who work over the services' HTTP, as reliably seeded as the rest.

Each acts at a idle point and only on what the services show; Idempotency-Keys follow from day and subject.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import httpx

from shared.chassis.auth import issue_token
from simulator.courier import BankCourier
from simulator.credit_people import CreditAnalyst, HeadOfCredit
from simulator.desk import Desk
from simulator.domain.calendar import BusinessDay
from simulator.domain.customers import Customer
from simulator.domain.dice import Dice
from simulator.domain.upstream import Upstream
from simulator.underwriter import Underwriter
from simulator.world import Person

_TOKEN_HOURS: Final = 24
_CALLS_A_DAY: Final = 8
_CALLING_WEEKDAYS: Final = frozenset({0, 2, 4})
_REVIEW_WEEKDAYS: Final = frozenset({1, 3})
_PERCENT_REACHED: Final = 70
_PERCENT_RELEASED: Final = 35
_LEDGERS: Final = ("invoicing", "cash_app")


@dataclass(frozen=True, slots=True)
class Controller:
    """Releases journal batches the general ledger refused."""

    ledgers: Sequence[Desk]

    async def act(self, day: BusinessDay) -> int:
        done = 0
        for desk in self.ledgers:
            rejected = await desk.rows("/journal/batches", state="rejected")
            for batch in sorted(rejected, key=lambda b: str(b["batch_id"])):
                await desk.command(
                    f"/journal/batches/{batch['batch_id']}/resubmit",
                    {"reason": "the period has been opened in the general ledger"},
                    f"{day.today}/{batch['batch_id']}/{batch['attempt']}",
                )
                done += 1
        return done


@dataclass(frozen=True, slots=True)
class CashClerk:
    """Finds out whose money is in suspense: by the payer's name, a day after it came."""

    desk: Desk
    customers: Mapping[str, Customer]

    async def act(self, day: BusinessDay) -> int:
        done = 0
        for payment in sorted(await self.desk.rows("/suspense"), key=lambda p: str(p["payment_id"])):
            customer = self._who(payment["payer_name"] or "")
            if customer is None or date.fromisoformat(payment["value_date"]) >= day.today:
                continue
            await self.desk.command(
                f"/suspense/{payment['payment_id']}/assign",
                {"customer_id": customer.customer_id, "reason": f"the payer's name is that of {customer.name}"},
                f"{day.today}/{payment['payment_id']}",
            )
            done += 1
        return done

    def _who(self, payer_name: str) -> Customer | None:
        named = [c for c in self.customers.values() if payer_name.casefold().startswith(c.name.casefold())]
        return named[0] if len(named) == 1 else None


@dataclass(frozen=True, slots=True)
class CreditManager:
    """Looks at held orders twice a week and lets some go on whose only fault is the limit."""

    desk: Desk
    dice: Dice

    async def act(self, day: BusinessDay) -> int:
        if day.today.weekday() not in _REVIEW_WEEKDAYS:
            return 0
        done = 0
        for order in sorted(await self.desk.rows("/held-orders"), key=lambda o: str(o["order_id"])):
            only_limit = {reason["code"] for reason in order["reasons"]} == {"over-limit"}
            if not only_limit or not self.dice.chance(_PERCENT_RELEASED, "release", order["order_id"]):
                continue
            await self.desk.command(
                f"/held-orders/{order['order_id']}/release",
                {"reason": "spoke with the customer; a payment is on its way"},
                f"{day.today}/{order['order_id']}",
            )
            done += 1
        return done


@dataclass(frozen=True, slots=True)
class Collector:
    """Calls the top of the worklist every other day and takes down what is promised."""

    desk: Desk
    dice: Dice

    async def act(self, day: BusinessDay) -> int:
        if day.today.weekday() not in _CALLING_WEEKDAYS:
            return 0
        worklist = await self.desk.rows("/worklist", most=_CALLS_A_DAY, promise=False)
        for customer in worklist:
            await self._call(customer, day)
        return len(worklist)

    async def _call(self, customer: Mapping[str, Any], day: BusinessDay) -> None:
        customer_id, currency = customer["customer_id"], customer["currency"]
        cast = self.dice.on("call", customer_id, currency, day.today)
        key = f"{day.today}/{customer_id}/{currency}"
        if customer["on_hold"] or cast.randrange(100) >= _PERCENT_REACHED:
            await self.desk.command(
                f"/customers/{customer_id}/activities", {"kind": "call", "text": "nobody answered"}, key
            )
            return
        due_on = day.today + timedelta(days=cast.randint(4, 10))
        await self.desk.command(
            f"/customers/{customer_id}/promises",
            {
                "amount": str(Decimal(customer["overdue_amount"])),
                "currency": currency,
                "due_on": due_on.isoformat(),
                "note": "promised on the telephone",
            },
            key,
        )


@asynccontextmanager
async def ar_department(
    service_urls: Mapping[str, str], token_secret: str, seed: int, upstream: Upstream
) -> AsyncIterator[tuple[Person, ...]]:
    """The eight people, in the order in which they act."""
    dice = Dice(seed)
    async with httpx.AsyncClient(timeout=30.0) as client:

        def desk(service: str, name: str, role: str) -> Desk:
            return Desk(client, service_urls[service], issue_token(token_secret, name, [role], _TOKEN_HOURS))

        treasury = desk("cash_app", "Tessa Treasurer", "controller")
        yield (
            BankCourier(desk("cash_app", "Bo Bankfiles", "cash_clerk"), treasury, upstream),
            Controller([desk(service, "Carla Controller", "controller") for service in _LEDGERS]),
            CashClerk(desk("cash_app", "Clemens Clerk", "cash_clerk"), upstream.customers),
            CreditManager(desk("credit", "Mona Manager", "credit_manager"), dice),
            CreditAnalyst(desk("credit", "Ann Analyst", "credit_analyst"), dice),
            HeadOfCredit(desk("credit", "Hedda Head", "credit_manager"), dice),
            Underwriter(desk("credit", "Uwe Underwriter", "credit_manager"), dice),
            Collector(desk("collections", "Colin Collector", "collector"), dice),
        )
