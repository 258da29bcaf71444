"""Daily runs: set-based work over all customers, in chunks that each commit on their own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Final

import structlog

from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.declare.handlers import DailyWork
from shared.chassis.observe.health import Probe, probe
from shared.chassis.transaction.transactions import Transactions
from shared.chassis.transaction.transient_errors import is_transient

log = structlog.get_logger(__name__)

_RETRY_SECONDS: Final = 1.0


class DailyRunner:
    """Takes the oldest unfinished run of each name, chunk by chunk. Any replica may take the next chunk.

    The replica that begins a business day wakes its own runner; the others look every `poll_seconds`, to take over
    what it leaves behind when it dies.
    """

    def __init__(self, transactions: Transactions, works: Mapping[str, DailyWork], poll_seconds: float) -> None:
        self._transactions = transactions
        self._works = works
        self._poll_seconds = poll_seconds
        self._wake = asyncio.Event()
        self.failure: str | None = None
        self.chunks_done = 0
        """By this process, since it started."""

    def wake(self) -> None:
        self._wake.set()

    def probes(self) -> list[Probe]:
        return [probe("daily_runs", lambda: self.failure)]

    async def run(self) -> None:
        while True:
            self._wake.clear()
            try:
                worked = await self.one_chunk_of_each()
                self.failure = None
            except Exception as error:
                worked = False
                self.failure = f"{type(error).__name__}: {error}"
                log.error("daily run failed, will be tried again", error=self.failure, transient=is_transient(error))
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if worked:
                continue
            try:
                await asyncio.wait_for(self._wake.wait(), self._poll_seconds)
            except TimeoutError:
                continue

    async def one_chunk_of_each(self) -> bool:
        """Does the next chunk of every run that is due, in the order of the service's table; whether there was one."""
        async with self._transactions.connection() as connection:
            due = {row["name"] for row in await connection.fetch(self._transactions.queries["due_daily_runs"])}
        worked = [await self._one_chunk(work) for work in self._works.values() if work.name in due]
        return any(worked)

    async def _one_chunk(self, work: DailyWork) -> bool:
        subjects: set[str] = set()
        async with self._transactions.begin(subjects) as uow:
            row = await uow.fetchrow("claim_daily_run", work.name)
            if row is None:  # another replica works on it
                return False
            subjects.add(f"daily/{work.name}")
            run = DailyRun(
                self._transactions.service,
                work.name,
                row["company_id"],
                row["business_date"],
                row["after"],
                work.chunk,
            )
            last = await work.do(run, uow)
            await uow.execute("advance_daily_run", work.name, run.company_id, run.business_date, last)
        self.chunks_done += 1
        return True
