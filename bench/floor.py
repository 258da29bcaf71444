"""The floor: the writes of a mix by bare asyncpg, nothing else.

The statements and their rows are the service's own, recorded beforehand in batches: inbox, the service's tables,
outbox. What is left out is everything around them: Kafka, decoding, loading, deciding, encoding, publishing.
"""

from __future__ import annotations

import gc
import time
from collections.abc import Sequence
from typing import Any, Final

import asyncpg
import uvloop

from bench.direct import Write
from bench.results import Pace

BATCH_EVENTS: Final = 500


def floor(database_url: str, batches: Sequence[Sequence[Write]], events: Sequence[int]) -> Pace:
    """Writes the batches, one transaction each, and times those after the first; `events` is what is in each.

    Runs an event loop of its own: call it in a thread.
    """
    gc.collect()
    gc.disable()
    try:
        seconds = uvloop.run(_write(database_url, batches))
    finally:
        gc.enable()
    return Pace(sum(events[1:]), seconds)


async def _write(database_url: str, batches: Sequence[Sequence[Write]]) -> float:
    connection: Any = await asyncpg.connect(database_url, server_settings={"timezone": "UTC", "jit": "off"})
    try:
        started = time.perf_counter()
        for number, batch in enumerate(batches):
            async with connection.transaction():
                for query, arguments in batch:
                    await connection.execute(query, *arguments)
            if number == 0:
                started = time.perf_counter()
        return time.perf_counter() - started
    finally:
        await connection.close()
