"""The clerk who imports the bank's files over HTTP, and gives the customers the ids their payments got."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import Any, Final

from shared.chassis.observe.stall_watch import StallWatch
from simulator.calendar import BusinessDay
from simulator.company import COMPANY_ID
from simulator.systems.bank_files import OWN_ACCOUNTS, DayOfFiles, File
from simulator.systems.upstream import Upstream
from simulator.transport.api_client import ApiClient

_STALL_SECONDS: Final = 120.0
_PAUSE_SECONDS: Final = 0.1
_DONE: Final = frozenset({"posted", "refused"})


@dataclass(frozen=True, slots=True)
class BankCourier:
    """Imports the files of the day into cash application, after the treasurer registered our bank accounts."""

    api: ApiClient
    treasury: ApiClient
    upstream: Upstream
    registered: set[str] = field(default_factory=set)
    """Our accounts that the treasurer has made known."""

    async def act(self, day: BusinessDay) -> int:
        today, self.upstream.files_of_today = self.upstream.files_of_today, None
        if today is None or not today.files:
            return 0
        for account, currency, deposits_to in OWN_ACCOUNTS:
            if account in self.registered:
                continue
            self.registered.add(account)
            await self.treasury.keep(
                f"/bank-accounts/{account}",
                {"company_id": COMPANY_ID, "currency": currency, "name": account, "deposits_to": deposits_to},
                f"{day.today}/{account}",
            )
        entries = [entry for file in today.files for entry in await self._import(file)]
        self._rename_payments(today, _payments_by_reference(entries))
        return len(today.files)

    async def _import(self, file: File) -> list[dict[str, Any]]:
        """The file's payments, once it is posted. Raises RuntimeError with its errors if it is refused."""
        shown = await self.api.send_file("/imports", file.name, file.content, file.name)
        watch = StallWatch(_STALL_SECONDS)
        while shown["stage"] not in _DONE and not watch.stalled:
            watch.observe({"stage": shown["stage"], "posted": shown["posted"]})
            await asyncio.sleep(_PAUSE_SECONDS)
            shown = await self.api.one(f"/imports/{shown['import_id']}")
        if shown["stage"] != "posted":
            raise RuntimeError(f"{file.name} is {shown['stage']}: {shown['errors']}")
        return await self.api.rows(f"/imports/{shown['import_id']}/entries", kind="payment")

    def _rename_payments(self, today: DayOfFiles, known: dict[str, str]) -> None:
        for identity in today.identities:
            self.upstream.debtors.rename_payment(
                identity.payment_id, known[identity.bank_reference], identity.document_number
            )


def _payments_by_reference(entries: list[dict[str, Any]]) -> dict[str, str]:
    """The payments by the bank's references; one that the bank used before stands with a mark behind `##`."""
    bare = {entry["bank_reference"].partition("##")[0]: entry["subject_id"] for entry in entries}
    return bare | {entry["bank_reference"]: entry["subject_id"] for entry in entries}
