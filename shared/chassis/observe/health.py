"""Live and ready: whether the process works at all, and whether it does its work now."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from shared.chassis.runtime.service_runtime import ServiceRuntime

_DATABASE_SECONDS = 3.0
_SILENT_SECONDS_MAX = 60.0


@dataclass(frozen=True, slots=True)
class HealthReport:
    """`checks` has a sentence for each thing looked at; "ok" where it is well."""

    live: bool
    ready: bool
    checks: dict[str, str] = field(default_factory=dict)


async def examine(running: ServiceRuntime) -> HealthReport:
    """Looks at the database, the broker, the partitions, the consumer's progress and the dead-letter limit."""
    checks = {
        "database": await _database(running),
        "broker": "ok" if running.consumer.in_touch else "the consumer group's coordinator does not answer",
        "partitions": "ok" if running.consumer.partitions else "no partitions assigned",
        "progress": running.processor.retry_reason or _progress(running),
        "dead_letters": running.consumer.stopped_because or "ok",
        "daily_runs": running.daily.failure or "ok",
        "background": next((b.failure for b in running.background if b.failure), "ok"),
    }
    return HealthReport(live=True, ready=all(check == "ok" for check in checks.values()), checks=checks)


async def _database(running: ServiceRuntime) -> str:
    try:
        async with asyncio.timeout(_DATABASE_SECONDS):
            async with running.pool.acquire() as connection:
                await connection.fetchval("SELECT 1")
    except Exception as error:
        return f"cannot be reached: {type(error).__name__}: {error}"
    return "ok"


def _progress(running: ServiceRuntime) -> str:
    silent = running.consumer.silent_seconds()
    if silent > _SILENT_SECONDS_MAX:
        return f"behind, and no batch handled for {silent:.0f} s"
    return "ok"
