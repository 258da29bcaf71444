"""Idle: nothing waits to be done within a service. What waits in Kafka is seen from outside."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class IdleCheck:
    """Asks the service's database whether anything waits."""

    connection: Callable[[], AbstractAsyncContextManager[Any]]
    background: Mapping[str, str]
    """By kind of background work: the SQL that returns whether there is some."""
    rest: str
    """The SQL of one row with a boolean for everything else that has to be done, and the number of `chunks_done` of the
    daily runs that are not finished."""
    replica: str
    """Names the process, as `progress` is its own."""
    progress: Callable[[], int]
    """Events handled and steps of daily and background work done by this process since it started."""

    async def look(self) -> dict[str, Any]:
        """`idle`; what was found for each kind of work; and the figures that move as long as the service works."""
        async with self.connection() as connection:
            # Background work first: the events that it has just emitted are then found in the outbox.
            done = {f"{name}_done": not await connection.fetchval(sql) for name, sql in self.background.items()}
            found = {**done, **dict(await connection.fetchrow(self.rest))}
        chunks = int(found.pop("chunks_done"))
        figures = {"chunks_done": chunks, "progress": self.progress(), "replica": self.replica}
        return {"idle": all(found.values()), **found, **figures}
