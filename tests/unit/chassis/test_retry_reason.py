"""Readiness reports both halves of a large batch: one that goes through does not hide one that fails."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any, cast

from shared.chassis.consume.batch import BatchProcessor
from shared.chassis.observe.metrics import Metrics
from shared.chassis.observe.tracing import NoTraces


async def test_a_half_that_goes_through_does_not_hide_one_that_is_retried() -> None:
    settings = cast(Any, SimpleNamespace(retry_seconds_max=60.0, dead_letters_in_a_row_max=1))
    processor = BatchProcessor(
        cast(Any, None),
        cast(Any, SimpleNamespace(answer_unreadable={})),
        settings,
        metrics=Metrics(),
        traces=NoTraces(),
        day_started=lambda: None,
    )
    database_is_back = asyncio.Event()

    async def fails() -> None:
        if not database_is_back.is_set():
            raise ConnectionResetError("the database is gone")

    async def succeeds() -> None:
        await asyncio.sleep(0)

    retried = asyncio.create_task(processor._with_retries(fails))
    while processor.retry_reason is None:
        await asyncio.sleep(0.01)
    await processor._with_retries(succeeds)
    assert processor.retry_reason == "tried 4 times: ConnectionResetError: the database is gone"

    database_is_back.set()
    await retried
    assert processor.retry_reason is None
