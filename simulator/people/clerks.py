"""Controller, cash clerk and collector."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from shared.kernel.money import minor_units
from simulator.calendar import BusinessDay
from simulator.customers.customers import Customer
from simulator.dice import Dice
from simulator.transport.api_client import ApiClient

_ROUND_UNITS: Final = 10_000
"""Of the currency's smallest unit: multiples of it are round sums."""
_LINES_MAX: Final = 500
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
    """Works on what is a day old: finds out whose money is in suspense by the payer's name, and asks payers of round
    sums what they are for. They answer: the oldest items."""

    api: ApiClient
    customers: Mapping[str, Customer]

    async def act(self, day: BusinessDay) -> int:
        return await self._assign(day) + await self._apply_round_sums(day)

    async def _assign(self, day: BusinessDay) -> int:
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

    async def _apply_round_sums(self, day: BusinessDay) -> int:
        done = 0
        for entry in sorted(await self.api.rows("/work-queues/unmatched"), key=lambda e: (e["since"], e["entry_id"])):
            round_sum = minor_units(Decimal(entry["amount"]), entry["currency"]) % _ROUND_UNITS == 0
            matched_by_no_rule = entry["evidence"].startswith("no rule ")
            if round_sum and matched_by_no_rule and date.fromisoformat(entry["since"]) < day.today:
                done += await self._apply_to_oldest(entry, day)
        return done

    async def _apply_to_oldest(self, entry: Mapping[str, Any], day: BusinessDay) -> int:
        """Settles the oldest items with the money; what is left over is the customer's credit."""
        items = await self.api.rows(f"/customers/{entry['customer_id']}/open-items")
        own = [i for i in items if (i["company_id"], i["currency"]) == (entry["company_id"], entry["currency"])]
        lines, left = [], Decimal(entry["amount"])
        for item in sorted(own, key=lambda i: (i["due_date"], i["document_number"]))[:_LINES_MAX]:
            cash = min(left, Decimal(item["open_amount"]))
            if cash:
                lines.append({"item_id": item["item_id"], "amount": str(cash)})
                left -= cash
        path, reason = f"/payments/{entry['entry_id']}", "the payer was asked: for the oldest items"
        key, done = f"{day.today}/{entry['entry_id']}", 0
        if lines:
            await self.api.command(f"{path}/apply", {"lines": lines, "reason": reason}, f"{key}/apply")
            done += 1
        if left:
            await self.api.command(f"{path}/put-on-account", {"reason": reason}, f"{key}/on-account")
            done += 1
        return done

    def _who(self, payer_name: str) -> Customer | None:
        payer = payer_name.casefold()
        named = [c for c in self.customers.values() if any(payer.startswith(n.casefold()) for n in c.bank_names)]
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
