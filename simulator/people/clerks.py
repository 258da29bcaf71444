"""Controller, cash clerk and collector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from simulator.calendar import BusinessDay
from simulator.customers.customers import Customer
from simulator.dice import Dice
from simulator.transport.api_client import ApiClient

_CALLS_A_DAY: Final = 8
_CALLING_WEEKDAYS: Final = frozenset({0, 2, 4})
_PERCENT_REACHED: Final = 70


@dataclass(frozen=True, slots=True)
class Controller:
    """Releases journal batches the general ledger refused."""

    ledgers: Sequence[ApiClient]

    async def act(self, day: BusinessDay) -> int:
        done = 0
        for api in self.ledgers:
            rejected = await api.rows("/journal/batches", state="rejected")
            for batch in sorted(rejected, key=lambda b: str(b["batch_id"])):
                await api.command(
                    f"/journal/batches/{batch['batch_id']}/resubmit",
                    {"reason": "the period has been opened in the general ledger"},
                    f"{day.today}/{batch['batch_id']}/{batch['attempt']}",
                )
                done += 1
        return done


@dataclass(frozen=True, slots=True)
class CashClerk:
    """Finds out whose money is in suspense: by the payer's name, a day after it came."""

    api: ApiClient
    customers: Mapping[str, Customer]

    async def act(self, day: BusinessDay) -> int:
        done = 0
        for payment in sorted(await self.api.rows("/suspense"), key=lambda p: str(p["payment_id"])):
            customer = self._who(payment["payer_name"] or "")
            if customer is None or date.fromisoformat(payment["value_date"]) >= day.today:
                continue
            await self.api.command(
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
class Collector:
    """Calls the top of the worklist every other day and takes down what is promised."""

    api: ApiClient
    dice: Dice

    async def act(self, day: BusinessDay) -> int:
        if day.today.weekday() not in _CALLING_WEEKDAYS:
            return 0
        worklist = await self.api.rows("/worklist", most=_CALLS_A_DAY, promise=False)
        for customer in worklist:
            await self._call(customer, day)
        return len(worklist)

    async def _call(self, customer: Mapping[str, Any], day: BusinessDay) -> None:
        customer_id, currency = customer["customer_id"], customer["currency"]
        cast = self.dice.on("call", customer_id, currency, day.today)
        key = f"{day.today}/{customer_id}/{currency}"
        if customer["on_hold"] or cast.randrange(100) >= _PERCENT_REACHED:
            await self.api.command(
                f"/customers/{customer_id}/activities", {"kind": "call", "text": "nobody answered"}, key
            )
            return
        due_on = day.today + timedelta(days=cast.randint(4, 10))
        await self.api.command(
            f"/customers/{customer_id}/promises",
            {
                "amount": str(Decimal(customer["overdue_amount"])),
                "currency": currency,
                "due_on": due_on.isoformat(),
                "note": "promised on the telephone",
            },
            key,
        )
