"""A Kafka consumer that costs next to nothing while no records come, and is as quick as any when they do.

A fetch request names every partition of every topic, so its price does not depend on what is fetched. While records
come, a fetch waits a tenth of a second at the broker; after some seconds without records it waits long. That is safe
only then: a fetch leaves out partitions whose records are not read yet, and news of those would have to wait for it.
"""

from __future__ import annotations

import time
from typing import Any, Final

from aiokafka import AIOKafkaConsumer

FETCH_WAIT_MS: Final = 100
FETCH_WAIT_IDLE_MS: Final = 2_000
"""Requests of other kinds (end offsets, after a rebalance) queue behind a fetch, so it is not longer than this."""
_IDLE_SECONDS: Final = 1.0
_POLL_MS: Final = 2_000


class PatientConsumer(AIOKafkaConsumer):
    """Waits for records instead of returning without any; FastStream would sleep before it asked again."""

    async def getmany(self, *partitions: Any, timeout_ms: int = 0, max_records: int | None = None) -> dict[Any, Any]:
        """The next records. `timeout_ms` is not used: it returns when there are some, or raises when stopped."""
        began = time.monotonic()
        while True:
            idle = time.monotonic() - began > _IDLE_SECONDS
            records: dict[Any, Any] = await super().getmany(
                *partitions, timeout_ms=_POLL_MS if idle else round(_IDLE_SECONDS * 1000) + 1, max_records=max_records
            )
            # Set before the fetcher's task runs again, so that the next fetch already has the new wait. A private
            # attribute: the constructor's fetch_max_wait_ms holds for good. A test fails when aiokafka changes it.
            self._fetcher._fetch_max_wait_ms = FETCH_WAIT_MS if records else FETCH_WAIT_IDLE_MS
            if records:
                return records
