"""How far a service has handled each partition, committed to Kafka now and then rather than after every batch.

What is not committed when the process dies is delivered again, and the inbox drops it.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Collection, Iterable
from typing import Any, Final

import structlog
from aiokafka import TopicPartition

log = structlog.get_logger(__name__)

_LOOK_SECONDS: Final = 0.02
_LOOKS: Final = 10
_RETRY_SECONDS: Final = 0.5
_FLUSH_SECONDS_MAX: Final = 5.0

Commit = Callable[[dict[TopicPartition, int]], Awaitable[None]]


class HandledOffsets:
    """The next offset to be handled of each partition, of batches that are committed in the database.

    A lone batch is committed at once; while one follows the other (`busy`), they are committed together.
    """

    def __init__(self, commit: Commit, busy: Callable[[], bool]) -> None:
        self._commit = commit
        self._busy = busy
        self._uncommitted: dict[TopicPartition, int] = {}
        self._changed = asyncio.Event()
        self._committing = asyncio.Lock()

    def handled(self, records: Iterable[Any]) -> None:
        """These records are handled, and all before them; those of one partition come in its order."""
        last = {(record.topic, record.partition): record.offset for record in records}
        self._uncommitted.update((TopicPartition(*place), offset + 1) for place, offset in last.items())
        self._changed.set()

    async def run(self) -> None:
        """Until cancelled: commits what is new, and what could not be committed before."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            if not await self._commit_pending():
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            for _ in range(_LOOKS):
                await asyncio.sleep(_LOOK_SECONDS)
                if not self._busy():
                    break

    async def flush(self, partitions: Collection[TopicPartition]) -> None:
        """Commits what is left before these partitions go to another replica; within some seconds, or not at all."""
        try:
            await asyncio.wait_for(self._commit_pending(), _FLUSH_SECONDS_MAX)
        except TimeoutError:
            log.warning("offsets not committed; the inbox will drop the repeat", error="Kafka does not answer")
        for place in partitions:
            self._uncommitted.pop(place, None)

    async def _commit_pending(self) -> bool:
        """Whether everything handled until now is committed."""
        async with self._committing:
            pending = dict(self._uncommitted)
            if not pending:
                return True
            try:
                await self._commit(pending)
            except Exception as error:  # of any kind: it is tried again
                log.warning(
                    "offsets not committed; the inbox will drop the repeat", error=f"{type(error).__name__}: {error}"
                )
                self._changed.set()
                return False
            for place, offset in pending.items():
                if self._uncommitted.get(place) == offset:
                    del self._uncommitted[place]
            return True
