"""Background work: what a service does whenever there is some, in steps that each commit on their own."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Collection
from contextlib import asynccontextmanager
from typing import Any, Final

import structlog

from shared.chassis.declare.handlers import BackgroundWork
from shared.chassis.transaction.transactions import Transactions
from shared.chassis.transaction.transient_errors import is_transient

log = structlog.get_logger(__name__)

_RETRY_SECONDS: Final = 1.0
_LOOKS_APART_SECONDS: Final = 0.25
"""Commits wake the runner; while many follow each other, it looks so often."""


class BackgroundRunner:
    """Takes step after step of one kind of work; where there is none, waits for a commit or `poll_seconds`.

    Several replicas may work at once: a step claims its part, and leaves alone what another replica has claimed.
    """

    def __init__(self, transactions: Transactions, work: BackgroundWork, poll_seconds: float) -> None:
        self._transactions = transactions
        self._work = work
        self._poll_seconds = poll_seconds
        self._wake = asyncio.Event()
        self.failure: str | None = None
        self.steps_done = 0
        """By this process, since it started."""

    def wake(self, emitted: int = 0) -> None:
        """Called after a commit, which may have left work behind."""
        self._wake.set()

    async def run(self) -> None:
        while True:
            self._wake.clear()
            try:
                worked = await self._waits() and await self._work.do(self._begin)
                self.failure = None
                self.steps_done += worked
            except Exception as error:
                worked = False
                self.failure = f"{self._work.name}: {type(error).__name__}: {error}"
                log.error(
                    "background work failed, will be tried again", error=self.failure, transient=is_transient(error)
                )
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            if not worked:
                await asyncio.sleep(_LOOKS_APART_SECONDS)
                await self._woken()

    async def _woken(self) -> None:
        try:
            await asyncio.wait_for(self._wake.wait(), self._poll_seconds)
        except TimeoutError:
            return

    @asynccontextmanager
    async def _begin(self, steps: Collection[str]) -> AsyncIterator[Any]:
        subjects: set[str] = set()
        async with self._transactions.begin(subjects) as uow:
            yield uow
            subjects |= self._work.crash_subjects(steps)

    async def _waits(self) -> bool:
        async with self._transactions.connection() as connection:
            return bool(await connection.fetchval(self._transactions.queries[self._work.waiting]))
