"""A dead letter's second chance: handled again as if it had just been received."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Literal
from uuid import UUID

from shared.chassis.consume.dispatch import Dispatcher
from shared.chassis.consume.received import receive
from shared.chassis.errors import NotFound
from shared.chassis.transaction.transactions import Transactions
from shared.chassis.transaction.transient_errors import is_transient


@dataclass(frozen=True, slots=True)
class ReplayOutcome:
    """What became of a replayed dead letter."""

    status: Literal["applied", "already_applied", "failed"]
    error: str = ""


@dataclass(frozen=True, slots=True)
class _StoredRecord:
    """A dead letter in the shape of the Kafka record it came as."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: list[tuple[str, bytes]]


class DeadLetterReplay:
    """Replays dead letters of one service."""

    def __init__(self, transactions: Transactions, dispatcher: Dispatcher, message_bytes_max: int) -> None:
        self._transactions = transactions
        self._dispatcher = dispatcher
        self._message_bytes_max = message_bytes_max

    async def replay(self, event_id: UUID, by: str) -> ReplayOutcome:
        """Handles a dead letter again. However often it is asked for, the event is applied once.

        Raises NotFound where there is no such dead letter, and what is transient.
        """
        async with self._transactions.connection() as connection:
            row = await connection.fetchrow(self._transactions.queries["view_dead_letter"], event_id)
        if row is None:
            raise NotFound(f"there is no dead letter {event_id}: see GET /dead-letters")
        headers = [(name, value.encode()) for name, value in json.loads(row["headers"]).items()]
        record = _StoredRecord(row["topic"], row["partition"], row["offset"], row["key"], row["body"], headers)
        received = receive(record, self._message_bytes_max)
        if received.event is None:
            return ReplayOutcome("failed", received.fault)
        try:
            async with self._transactions.begin() as uow:
                taken = await uow.fetchrow("take_dead_letter", event_id)
                if taken is None or taken["replayed_at"] is not None:
                    return ReplayOutcome("already_applied")
                await uow.execute("mark_replayed", event_id, by)
                new = await self._dispatcher.apply(uow, [received])
            return ReplayOutcome("applied" if new else "already_applied")
        except Exception as error:
            if is_transient(error):
                raise
            return ReplayOutcome("failed", f"{type(error).__name__}: {error}")
