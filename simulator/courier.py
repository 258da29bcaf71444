"""Whoever puts the bank's files in: over HTTP, as a clerk does, and tells the customers what their payments became."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any, Final

from simulator.desk import Desk
from simulator.domain.bank_files import OWN_ACCOUNTS, DayOfFiles, File
from simulator.domain.calendar import BusinessDay
from simulator.domain.company import COMPANY_ID
from simulator.domain.upstream import Upstream

_LOOKS_MAX: Final = 600
_PAUSE_SECONDS: Final = 0.1
_DONE: Final = frozenset({"posted", "refused"})


@dataclass(frozen=True, slots=True)
class BankCourier:
    """Takes the files of the day to cash application; the treasurer has made our accounts known before."""

    desk: Desk
    treasury: Desk
    upstream: Upstream

    async def act(self, day: BusinessDay) -> int:
        today, self.upstream.files_of_today = self.upstream.files_of_today, None
        if today is None or not today.files:
            return 0
        for account, currency, deposits_to in OWN_ACCOUNTS:
            await self.treasury.keep(
                f"/bank-accounts/{account}",
                {"company_id": COMPANY_ID, "currency": currency, "name": account, "deposits_to": deposits_to},
                f"{day.today}/{account}",
            )
        entries = [entry for file in today.files for entry in await self._put_in(file)]
        self._tell(today, {entry["bank_reference"]: entry["subject_id"] for entry in entries})
        return len(today.files)

    async def _put_in(self, file: File) -> list[dict[str, Any]]:
        """What the file says, once it is posted. Raises RuntimeError with what is wrong where it is refused."""
        shown = await self.desk.send_file("/imports", file.name, file.content, file.name)
        for _ in range(_LOOKS_MAX):
            if shown["stage"] in _DONE:
                break
            await asyncio.sleep(_PAUSE_SECONDS)
            shown = await self.desk.one(f"/imports/{shown['import_id']}")
        if shown["stage"] != "posted":
            raise RuntimeError(f"{file.name} is {shown['stage']}: {shown['errors']}")
        return await self.desk.rows(f"/imports/{shown['import_id']}/entries", kind="payment")

    def _tell(self, today: DayOfFiles, known: dict[str, str]) -> None:
        for told in today.told:
            self.upstream.debtors.known_as(told.payment_id, known[told.bank_reference], told.document_number)
