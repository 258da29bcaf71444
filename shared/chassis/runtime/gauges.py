"""Gauges that are measured when they are asked for, so that an idle service measures nothing."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Final

import structlog

from shared.chassis.consume.lag import Lag
from shared.chassis.observe.health import HealthReport
from shared.chassis.observe.metrics import Metrics
from shared.chassis.transaction.transactions import Transactions

log = structlog.get_logger(__name__)

_SECONDS_MAX: Final = 5.0


class Gauges:
    """Measures readiness, lag, the outbox and the dead letters."""

    def __init__(
        self, metrics: Metrics, transactions: Transactions, lag: Lag, health: Callable[[], Awaitable[HealthReport]]
    ) -> None:
        self._metrics = metrics
        self._transactions = transactions
        self._lag = lag
        self._health = health

    async def measure(self) -> None:
        """Where the database does not answer, its gauges stay as they were; the reason is logged."""
        try:
            async with asyncio.timeout(_SECONDS_MAX):
                self._lag.measure()
                self._metrics.ready.set((await self._health()).ready)
                await self._measure_database()
        except Exception as error:
            log.warning("cannot measure", error=f"{type(error).__name__}: {error}")

    async def _measure_database(self) -> None:
        queries = self._transactions.queries
        async with self._transactions.connection() as connection:
            row = await connection.fetchrow(queries["outbox_depth"])
            self._metrics.outbox_depth.set(row["depth"])
            self._metrics.outbox_age_seconds.set(row["age_seconds"])
            self._metrics.dead_letters_waiting.set(await connection.fetchval(queries["count_dead_letters"]))
