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
    """The SQL of one row with a boolean for everything else that has to be done."""

    async def look(self) -> dict[str, bool]:
        """`idle`, and beside it what was found for each kind of work."""
        async with self.connection() as connection:
            # Background work first: the events that it has just emitted are then found in the outbox.
            done = {f"{name}_done": not await connection.fetchval(sql) for name, sql in self.background.items()}
            found = {**done, **dict(await connection.fetchrow(self.rest))}
        return {"idle": all(found.values()), **found}
