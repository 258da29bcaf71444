"""How far a service has got on each partition, told to Kafka now and then rather than after every batch.

What was not told when the process dies is handed out again, and the inbox drops it.
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
_LAST_WORD_SECONDS_MAX: Final = 5.0

Commit = Callable[[dict[TopicPartition, int]], Awaitable[None]]


class HandledOffsets:
    """The next offset to be handled of each partition, of batches that are committed in the database.

    A lone batch is told of at once; while one follows the other (`busy`), they are told of together.
    """

    def __init__(self, commit: Commit, busy: Callable[[], bool]) -> None:
        self._commit = commit
        self._busy = busy
        self._untold: dict[TopicPartition, int] = {}
        self._news = asyncio.Event()
        self._telling = asyncio.Lock()

    def handled(self, records: Iterable[Any]) -> None:
        """These records are handled, and all that came before them; those of a partition come in its order."""
        last = {(record.topic, record.partition): record.offset for record in records}
        self._untold.update((TopicPartition(*place), offset + 1) for place, offset in last.items())
        self._news.set()

    async def run(self) -> None:
        """Until cancelled: tells what is new, and what could not be told before."""
        while True:
            await self._news.wait()
            self._news.clear()
            if not await self._tell():
                await asyncio.sleep(_RETRY_SECONDS)
                continue
            for _ in range(_LOOKS):
                await asyncio.sleep(_LOOK_SECONDS)
                if not self._busy():
                    break

    async def say_last(self, partitions: Collection[TopicPartition]) -> None:
        """Tells what is still to be told, before these partitions go to another replica; in time, or not at all."""
        try:
            await asyncio.wait_for(self._tell(), _LAST_WORD_SECONDS_MAX)
        except TimeoutError:
            log.warning("offsets not committed; the inbox will drop the repeat", error="Kafka does not answer")
        for place in partitions:
            self._untold.pop(place, None)

    async def _tell(self) -> bool:
        """Whether all that was handled until now is told."""
        async with self._telling:
            told = dict(self._untold)
            if not told:
                return True
            try:
                await self._commit(told)
            except Exception as error:  # whatever it is: telling goes on
                log.warning(
                    "offsets not committed; the inbox will drop the repeat", error=f"{type(error).__name__}: {error}"
                )
                self._news.set()
                return False
            for place, offset in told.items():
                if self._untold.get(place) == offset:
                    del self._untold[place]
            return True
