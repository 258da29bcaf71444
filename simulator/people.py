"""The AR department's part: people who work over the services' HTTP, as reliably seeded as the rest.

Each acts at a quiet point and only on what the services show; Idempotency-Keys follow from day and subject.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

import httpx

from shared.chassis.auth import issue_token
from simulator.domain.calendar import BusinessDay
from simulator.domain.customers import Customer
from simulator.domain.dice import Dice

_TOKEN_HOURS: Final = 24
_ATTEMPTS_MAX: Final = 18
"""With growing pauses, half a minute in all: a service that died is back by then."""
_PAGE_ROWS: Final = 200
_CALLS_A_DAY: Final = 8
_CALLING_WEEKDAYS: Final = frozenset({0, 2, 4})
_REVIEW_WEEKDAYS: Final = frozenset({1, 3})
_PERCENT_REACHED: Final = 70
_PERCENT_RELEASED: Final = 35
_LEDGERS: Final = ("invoicing", "cash_app")


class Desk:
    """A person's access to one service."""

    def __init__(self, client: httpx.AsyncClient, url: str, token: str) -> None:
        self._client = client
        self._url = url.rstrip("/")
        self._authorization = {"Authorization": f"Bearer {token}"}

    async def rows(self, path: str, most: int | None = None, **filters: Any) -> list[dict[str, Any]]:
        """All rows of a list, or its first `most`."""
        rows: list[dict[str, Any]] = []
        cursor = None
        while True:
            page = await self._ask("GET", path, params={**filters, "limit": _PAGE_ROWS, "cursor": cursor})
            rows += page["items"]
            cursor = page["next_cursor"]
            if cursor is None or (most is not None and len(rows) >= most):
                return rows[:most]

    async def command(self, path: str, body: Mapping[str, Any], key: str) -> dict[str, Any]:
        return await self._ask("POST", path, json=body, headers={"Idempotency-Key": key})

    async def _ask(self, method: str, path: str, **request: Any) -> dict[str, Any]:
        """Raises RuntimeError with the service's own sentence where it refuses."""
        headers = {**self._authorization, **request.pop("headers", {})}
        params = {name: value for name, value in request.pop("params", {}).items() if value is not None}
        for attempt in range(1, _ATTEMPTS_MAX + 1):
            try:
                answer = await self._client.request(
                    method, f"{self._url}{path}", headers=headers, params=params, **request
                )
            except httpx.TransportError:
                if attempt == _ATTEMPTS_MAX:
                    raise
            else:
                if answer.is_success:
                    return dict(answer.json())
                if answer.status_code != httpx.codes.SERVICE_UNAVAILABLE or attempt == _ATTEMPTS_MAX:
                    raise RuntimeError(f"{method} {answer.url} was answered {answer.status_code}: {answer.text}")
            await asyncio.sleep(0.2 * attempt)
        raise AssertionError("unreachable")


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
    service_urls: Mapping[str, str], token_secret: str, seed: int, customers: Mapping[str, Customer]
) -> AsyncIterator[tuple[Controller, CashClerk, CreditManager, Collector]]:
    """The four people, in the order in which they act."""
    dice = Dice(seed)
    async with httpx.AsyncClient(timeout=30.0) as client:

        def desk(service: str, name: str, role: str) -> Desk:
            return Desk(client, service_urls[service], issue_token(token_secret, name, [role], _TOKEN_HOURS))

        yield (
            Controller([desk(service, "Carla Controller", "controller") for service in _LEDGERS]),
            CashClerk(desk("cash_app", "Clemens Clerk", "cash_clerk"), customers),
            CreditManager(desk("credit", "Mona Manager", "credit_manager"), dice),
            Collector(desk("collections", "Colin Collector", "collector"), dice),
        )
