"""Daily runs: set-based work over all customers, in chunks that each commit on their own."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import structlog

from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.transaction.transient_errors import is_transient

if TYPE_CHECKING:
    from shared.chassis.runtime.service_runtime import ServiceRuntime

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 1.0


class DailyRunner:
    """Takes the oldest unfinished run of each name, chunk by chunk. Any replica may take the next chunk."""

    def __init__(self, running: ServiceRuntime) -> None:
        self._running = running
        self._wake = asyncio.Event()
        self.failure: str | None = None

    def wake(self) -> None:
        self._wake.set()

    async def run(self) -> None:
        while True:
            try:
                worked = await self._one_chunk_of_each()
                self.failure = None
            except Exception as error:
                worked = False
                self.failure = f"{type(error).__name__}: {error}"
                log.error("daily run failed, will be tried again", error=self.failure, transient=is_transient(error))
                await asyncio.sleep(_RETRY_SECONDS)
            if worked:
                continue
            self._wake.clear()
            try:
                await asyncio.wait_for(self._wake.wait(), self._running.settings.daily_run_poll_seconds)
            except TimeoutError:
                continue

    async def _one_chunk_of_each(self) -> bool:
        worked = False
        for work in self._running.service.handlers.daily_work.values():
            subjects: set[str] = set()
            async with self._running.unit_of_work(subjects) as uow:
                row = await uow.fetchrow("claim_daily_run", work.name)
                if row is None:
                    continue
                subjects.add(f"daily/{work.name}")
                run = DailyRun(
                    self._running.service.name,
                    work.name,
                    row["company_id"],
                    row["business_date"],
                    row["after"],
                    work.chunk,
                )
                last = await work.do(run, uow)
                await uow.execute("advance_daily_run", work.name, run.company_id, run.business_date, last)
                worked = True
        return worked
