"""A batch of records becomes one transaction: decode, claim, handle by type, flush, commit.

What cannot be decoded goes to the dead letters. A transient fault repeats the batch with backoff.
A poison event is found by halving the batch until it is alone; the others are applied.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Final

import stamina

from shared.chassis.consume.dead_letters import DeadLetters, TooManyDeadLetters
from shared.chassis.consume.dispatch import Dispatcher
from shared.chassis.consume.received import Received, receive
from shared.chassis.consume.unknown_fields import UnknownFields
from shared.chassis.declare.settings import ServiceSettings
from shared.chassis.observe.gc_tuning import gc_paused
from shared.chassis.observe.metrics import Metrics
from shared.chassis.observe.tracing import NoTraces, Traces
from shared.chassis.transaction.transactions import Transactions
from shared.chassis.transaction.transient_errors import is_transient
from shared.contracts.erp import BusinessDayStarted

_BACKOFF_SECONDS_FIRST: Final = 0.05
_BACKOFF_SECONDS_MAX: Final = 4.0
_LARGE_BATCH_EVENTS: Final = 400
_DECODED_AT_ONCE: Final = 100
_ATTEMPTS_UNNOTICED: Final = 4
"""From this attempt on a batch that cannot be applied makes the service unready."""


def split_by_partition(records: Sequence[Any]) -> list[Sequence[Any]]:
    """The records as they are, or those of a large batch in two halves that have no partition number in common.

    Records with the same key have the same partition number on every topic, so a customer's events stay together.
    """
    counts = Counter(record.partition for record in records)
    if len(records) < _LARGE_BATCH_EVENTS or len(counts) < 2:
        return [records]
    first: set[int] = set()
    taken = 0
    for partition, count in counts.most_common():
        if 2 * taken + count <= len(records):
            first.add(partition)
            taken += count
    halves = [[r for r in records if r.partition in first], [r for r in records if r.partition not in first]]
    return [half for half in halves if half]


class BatchProcessor:
    """Applies the batches of one service."""

    def __init__(
        self,
        transactions: Transactions,
        dispatcher: Dispatcher,
        settings: ServiceSettings,
        *,
        metrics: Metrics,
        traces: Traces | NoTraces,
        day_started: Callable[[], None],
    ) -> None:
        """`day_started` is called after the commit of a batch in which a business day began."""
        self._transactions = transactions
        self._dispatcher = dispatcher
        self._settings = settings
        self._metrics = metrics
        self.traces = traces
        self._day_started = day_started
        self._dead_letters = DeadLetters(
            transactions, metrics, settings.dead_letters_in_a_row_max, dispatcher.answer_unreadable
        )
        self._unknown_fields = UnknownFields(metrics.unknown_event_fields)
        self._retrying: dict[object, str] = {}
        """By what is tried: each half of a large batch fails, or succeeds, by itself."""

    @property
    def retry_reason(self) -> str | None:
        """Why a part of the current batch is tried again and again; None where nothing is."""
        return next(iter(self._retrying.values()), None)

    async def process(self, records: Sequence[Any]) -> None:
        """Handles every record or dead-letters it. Raises what is transient beyond the retry limit.

        A large batch is handled in two halves side by side, each a transaction of its own over its own partitions:
        while PostgreSQL works for one, Python works for the other, as if two replicas shared the partitions.
        """
        started = time.perf_counter()
        with gc_paused():
            outcomes = await asyncio.gather(
                *map(self._process_half, split_by_partition(records)), return_exceptions=True
            )
        for outcome in outcomes:
            if outcome is not None:
                raise outcome
        self._metrics.batch_events.observe(len(records))
        self._metrics.batch_seconds.observe(time.perf_counter() - started)

    async def _process_half(self, records: Sequence[Any]) -> None:
        received = await self._received(records)
        good = [r for r in received if r.event is not None]
        with self.traces.batch(good):
            for bad in (r for r in received if r.event is None):
                await self._with_retries(self._dead_letters.add, bad, "DecodeError", bad.fault)
            if good:
                await self._apply(good)

    async def _received(self, records: Sequence[Any]) -> list[Received]:
        """Decodes in portions, so that the other half continues as soon as PostgreSQL has answered it."""
        settings = self._settings
        received = []
        for start in range(0, len(records), _DECODED_AT_ONCE):
            portion = records[start : start + _DECODED_AT_ONCE]
            received += [receive(record, settings.message_bytes_max, settings.topic_prefix) for record in portion]
            for one in received[start:]:
                if one.event is not None:
                    self._unknown_fields.check(one.event, one.body)
            if len(records) > _DECODED_AT_ONCE:
                await asyncio.sleep(0)
        return received

    async def _apply(self, received: list[Received]) -> None:
        try:
            await self._with_retries(self._transact, received)
            self._dead_letters.end_row()
        except TooManyDeadLetters:
            raise
        except Exception as error:
            if is_transient(error):
                raise
            if len(received) == 1:
                await self._with_retries(self._dead_letters.add, received[0], type(error).__name__, str(error))
                return
            self._metrics.bisections.inc()
            middle = len(received) // 2
            await self._apply(received[:middle])
            await self._apply(received[middle:])

    async def _transact(self, received: list[Received]) -> None:
        """One transaction over these events, and the measures of it."""
        async with self._transactions.begin({r.topic for r in received}) as uow:
            new = await self._dispatcher.apply(uow, received)
        for topic, count in Counter(r.topic for r in new).items():
            self._metrics.events_in.labels(topic).inc(count)
        self._metrics.events_duplicate.inc(len(received) - len(new))
        if any(isinstance(r.event, BusinessDayStarted) for r in new):
            self._day_started()

    async def _with_retries(self, work: Callable[..., Awaitable[None]], *arguments: Any) -> None:
        """Repeats what fails for a passing reason, with backoff and jitter, up to the retry limit."""
        trying = object()
        try:
            async for attempt in stamina.retry_context(
                on=is_transient,
                attempts=None,
                timeout=self._settings.retry_seconds_max,
                wait_initial=_BACKOFF_SECONDS_FIRST,
                wait_max=_BACKOFF_SECONDS_MAX,
                wait_jitter=_BACKOFF_SECONDS_FIRST,
            ):
                with attempt:
                    if attempt.num > 1:
                        self._metrics.retries.inc()
                    await self._attempt(trying, attempt.num, work, *arguments)
        finally:
            self._retrying.pop(trying, None)

    async def _attempt(
        self, trying: object, number: int, work: Callable[..., Awaitable[None]], *arguments: Any
    ) -> None:
        try:
            await work(*arguments)
        except Exception as error:
            if number >= _ATTEMPTS_UNNOTICED and is_transient(error):
                self._retrying[trying] = f"tried {number} times: {type(error).__name__}: {error}"
            raise
