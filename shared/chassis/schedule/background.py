"""Background work: what a service does whenever there is some, in steps that each commit on their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

import structlog

from shared.chassis.transaction.transient_errors import is_transient

if TYPE_CHECKING:
    from shared.chassis.declare.handlers import BackgroundWork
    from shared.chassis.runtime.service_runtime import ServiceRuntime

log = structlog.get_logger(__name__)

_RETRY_SECONDS = 1.0


class BackgroundRunner:
    """Takes step after step of one kind of work; where there is none, looks again later.

    Several replicas may be at it: a step claims what it works on, and leaves what another one holds.
    """

    def __init__(self, running: ServiceRuntime, work: BackgroundWork) -> None:
        self._running = running
        self._work = work
        self.failure: str | None = None

    async def run(self) -> None:
        while True:
            try:
                worked = await self._waits() and await self._work.do(self._begin)
                self.failure = None
            except Exception as error:
                worked = False
                self.failure = f"{self._work.name}: {type(error).__name__}: {error}"
                log.error(
                    "background work failed, will be tried again", error=self.failure, transient=is_transient(error)
                )
                await asyncio.sleep(_RETRY_SECONDS)
            if not worked:
                await asyncio.sleep(self._running.settings.daily_run_poll_seconds)

    @asynccontextmanager
    async def _begin(self, steps: Collection[str]) -> AsyncIterator[Any]:
        subjects: set[str] = set()
        async with self._running.unit_of_work(subjects) as uow:
            yield uow
            subjects |= self._work.crash_subjects(steps)

    async def _waits(self) -> bool:
        async with self._running.pool.acquire() as connection:
            return bool(await connection.fetchval(self._running.queries[self._work.waiting]))
