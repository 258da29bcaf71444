"""Dead letters: records that could not be handled are kept with the reason, and published on a topic of their own."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Final

import structlog

from shared.chassis.consume.received import Received
from shared.chassis.declare.handlers import AnswerUnreadable, UnreadableEvent
from shared.chassis.observe.metrics import Metrics
from shared.chassis.publish.topics import dead_letter_topic
from shared.chassis.transaction.transactions import Transactions
from shared.contracts.event import EventContext

log = structlog.get_logger(__name__)

_REASON_CHARACTERS_MAX: Final = 2_000


class TooManyDeadLetters(Exception):
    """More dead letters in a row than the limit: the service stops before it turns a whole topic into dead letters."""


class DeadLetters:
    """Stores dead letters, up to a limit of so many in a row."""

    def __init__(
        self,
        transactions: Transactions,
        metrics: Metrics,
        in_a_row_max: int,
        answer_unreadable: Mapping[str, AnswerUnreadable],
    ) -> None:
        """`answer_unreadable`: by topic, what answers the producer of an event that breaks the contract."""
        self._transactions = transactions
        self._answer_unreadable = answer_unreadable
        self._metrics = metrics
        self._in_a_row_max = in_a_row_max
        self._in_a_row = 0

    def end_row(self) -> None:
        """Called after events were applied: the next dead letter is the first of its row."""
        self._in_a_row = 0

    async def add(self, received: Received, error: str, reason: str) -> None:
        """Stores the record in a transaction of its own. Raises TooManyDeadLetters."""
        reason = reason[:_REASON_CHARACTERS_MAX]
        if self._in_a_row >= self._in_a_row_max:
            raise TooManyDeadLetters(
                f"{self._in_a_row} dead letters in a row, the last of {received.topic}: {reason} "
                "Find the cause, then restart the service."
            )
        async with self._transactions.begin() as uow:
            await uow.write("insert_dead_letters", [_row(received, error, reason)])
            await uow.write("insert_outbox", [_outbox_row(self._transactions.service, received, error, reason)])
            answer = self._answer_unreadable.get(received.topic)
            unreadable = _unreadable(received, reason) if answer is not None else None
            if answer is not None and unreadable is not None:
                await answer(unreadable, uow)
        self._in_a_row += 1
        self._metrics.dead_letters.labels(received.topic).inc()
        log.warning(
            "dead letter", topic=received.topic, partition=received.partition, offset=received.offset,
            event_id=str(received.id), error=error, reason=reason,
        )  # fmt: skip


def _unreadable(received: Received, fault: str) -> UnreadableEvent | None:
    """The record as far as it can be read; None for an event that broke no contract, or a body that is no object."""
    if received.event is not None:
        return None
    try:
        body = json.loads(received.body)
    except ValueError:
        return None
    if not isinstance(body, dict):
        return None
    now = datetime.now(UTC)
    context = EventContext(id=received.id, source=received.topic, time=now, correlation_id=received.id)
    return UnreadableEvent(body, fault, now.date(), context)


def _row(received: Received, error: str, reason: str) -> tuple[Any, ...]:
    return (
        received.id, received.topic, received.partition, received.offset, received.key,
        json.dumps(received.headers), received.body, error, reason, 1,
    )  # fmt: skip


def _outbox_row(service: str, received: Received, error: str, reason: str) -> tuple[Any, ...]:
    extra = {
        "dl_error": error,
        "dl_reason": reason,
        "dl_topic": received.topic,
        "dl_partition": str(received.partition),
        "dl_offset": str(received.offset),
    }
    key = (received.key or b"-").decode("utf-8", "backslashreplace")
    event = received.event
    context = event.context if event is not None else None
    return (
        received.id, dead_letter_topic(service), key, received.headers.get("ce_type", "unknown"),
        received.headers.get("ce_subject", "-"), datetime.now(UTC), context.correlation_id if context else received.id,
        received.id, received.headers.get("traceparent"), received.body, json.dumps(extra),
    )  # fmt: skip
