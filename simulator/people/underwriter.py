"""The person who puts companies of one owner under a common limit, and records what secures their credit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from typing import Any, Final

from simulator.calendar import BusinessDay
from simulator.dice import Dice
from simulator.transport.api_client import ApiClient

_WEEKDAY: Final = 4
_SECURED: Final = 6
_LASTING_DAYS: Final = (45, 300)
_KINDS: Final = ("guarantee", "insurance", "deposit")
_CURRENCIES: Final = {"USD": "EUR", "EUR": "USD", "GBP": "EUR"}
"""In which currency an account of each is secured: never its own, so that exchange rates count."""

Accounts = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Underwriter:
    """Opens two groups on a Friday, once, and enters collateral of some accounts."""

    api: ApiClient
    dice: Dice

    async def act(self, day: BusinessDay) -> int:
        if day.today.weekday() != _WEEKDAY or await self.api.rows("/groups", most=1):
            return 0
        if not await self.api.rows("/exchange-rates", most=1):
            return 0
        accounts = sorted(await self.api.rows("/accounts"), key=lambda account: str(account["customer_id"]))
        groups = self._groups(accounts)
        for group in groups:
            parent = group["members"][0]
            await self.api.keep(f"/groups/{parent}", group, f"{day.today}/group/{parent}")
        secured = self.dice.on("secured").sample(accounts, min(_SECURED, len(accounts)))
        for n, account in enumerate(secured):
            path = f"/accounts/{account['customer_id']}/collateral/SEC-{n + 1}"
            await self.api.keep(path, self._collateral(account, n, day), f"{day.today}{path}")
        return len(groups) + len(secured)

    def _groups(self, accounts: Accounts) -> list[dict[str, Any]]:
        """One of the old world, in euro, and one at home; their limits are wide, as their own ones hold them short."""
        found = []
        for name, currency, others in (("Europe", "EUR", ("EUR", "GBP")), ("Home", "USD", ("USD",))):
            own = [account for account in accounts if account["currency"] == currency]
            foreign = [account for account in accounts if account["currency"] in others and account not in own]
            cast = self.dice.on("group", name)
            members = [*cast.sample(own, min(3, len(own))), *cast.sample(foreign, min(1, len(foreign)))]
            if not members:
                continue
            together = sum((Decimal(member["credit_limit"]) for member in members), Decimal(0))
            found.append(
                {
                    "name": f"{name} Holdings",
                    "currency": currency,
                    "pooled_limit": str(together * 2),
                    "members": [member["customer_id"] for member in members],
                    "reason": "companies of one owner",
                }
            )
        return found

    def _collateral(self, account: Mapping[str, Any], n: int, day: BusinessDay) -> dict[str, Any]:
        cast = self.dice.on("collateral", account["customer_id"])
        expires_on = day.today + timedelta(days=cast.randint(*_LASTING_DAYS))
        return {
            "kind": _KINDS[n % len(_KINDS)],
            "currency": _CURRENCIES[account["currency"]],
            "amount": str(cast.randrange(1_000, 10_000, 500)),
            "expires_on": expires_on.isoformat(),
            "reference": f"SEC/{account['customer_id']}",
            "reason": "secured by the owner",
        }
