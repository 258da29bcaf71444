"""Readiness tells the truth of both lanes: what is stuck in one is not forgotten because the other gets on."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from shared.chassis.consume.batch import BatchProcessor
from shared.chassis.observe.metrics import Metrics


async def test_a_lane_that_gets_on_does_not_hide_one_that_is_stuck() -> None:
    settings = SimpleNamespace(retry_seconds_max=60.0)
    running = SimpleNamespace(service=SimpleNamespace(handlers=None), settings=settings, metrics=Metrics())
    processor = BatchProcessor(cast(Any, running))
    database_is_back = asyncio.Event()

    async def hangs() -> None:
        if not database_is_back.is_set():
            raise ConnectionResetError("the database is gone")

    async def gets_on() -> None:
        await asyncio.sleep(0)

    stuck = asyncio.create_task(processor._with_retries(hangs))
    while processor.retry_reason is None:
        await asyncio.sleep(0.01)
    await processor._with_retries(gets_on)
    assert processor.retry_reason == "tried 4 times: ConnectionResetError: the database is gone"

    database_is_back.set()
    await stuck
    assert processor.retry_reason is None
