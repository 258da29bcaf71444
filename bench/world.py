"""The world around the services: inventory control that answers and ships at once, and customers who pay at once."""

from __future__ import annotations

import asyncio
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from types import TracebackType
from typing import Any, Final, Self
from uuid import uuid5

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition

from bench.five import Five
from bench.servers import PARTITIONS
from shared.chassis.envelope import O2C_NAMESPACE, decode, encode, read_headers
from shared.contracts.event import Event, EventContext
from shared.contracts.inv_ctrl import ShipmentConfirmed, ShippedLine, StockAnswered, StockLine
from shared.contracts.invoicing import PickListReleased, StockRequested

Answer = Callable[[Any], Event]

_BYTES_MAX: Final = 10_000_000
_POLL_MS: Final = 100
_FETCH_WAIT_MS: Final = 100
_GATHER_SECONDS: Final = 0.005
"""The world shares the machine with what is measured, and takes no fetch for each single event."""


def allocate_all(request: StockRequested) -> StockAnswered:
    """Everything is in stock."""
    lines = [StockLine(line_no=n.line_no, item_id=n.item_id, allocated=n.quantity, short=0) for n in request.lines]
    return StockAnswered(
        request_id=request.request_id,
        request_no=request.request_no,
        order_id=request.order_id,
        customer_id=request.customer_id,
        business_date=request.business_date,
        lines=tuple(lines),
    )


def ship_all(pick: PickListReleased) -> ShipmentConfirmed:
    """Everything leaves on the day it is picked."""
    return ShipmentConfirmed(
        shipment_id=pick.pick_list_id.replace("/P", "/S"),
        order_id=pick.order_id,
        customer_id=pick.customer_id,
        shipped_on=pick.released_on,
        lines=tuple(ShippedLine(line_no=line.line_no, quantity=line.quantity) for line in pick.lines),
    )


INVENTORY_CONTROL: Final[dict[type[Event], Answer]] = {StockRequested: allocate_all, PickListReleased: ship_all}


class World:
    """Consumes what the services publish from now on, answers it, and records when each order was first seen.

    Use as an asynchronous context manager.
    """

    def __init__(self, five: Five, answers: Mapping[type[Event], Answer], observed: Iterable[type[Event]] = ()) -> None:
        self._five = five
        self._answers = answers
        self._subscriptions = {*answers, *observed}
        self.seen_at: defaultdict[type[Event], dict[str, float]] = defaultdict(dict)
        """By order, or by subject of events that name none: seconds of `time.perf_counter`."""
        self._sent: list[asyncio.Future[Any]] = []

    async def __aenter__(self) -> Self:
        kafka = self._five.servers.kafka
        self._producer = AIOKafkaProducer(
            bootstrap_servers=kafka.bootstrap_servers, acks="all", enable_idempotence=kafka.idempotent, linger_ms=0
        )
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=kafka.bootstrap_servers, group_id=None, fetch_max_wait_ms=_FETCH_WAIT_MS
        )
        await self._producer.start()
        await self._consumer.start()
        places = [
            TopicPartition(self._five.prefix + e.topic, n) for e in self._subscriptions for n in range(PARTITIONS)
        ]
        self._consumer.assign(places)
        await self._consumer.seek_to_end(*places)
        for place in places:
            await self._consumer.position(place)  # from here on every event is consumed
        self._consuming = asyncio.create_task(self._consume())
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._consuming.cancel()
        await asyncio.gather(self._consuming, return_exceptions=True)
        try:
            await asyncio.gather(*self._sent)
        finally:
            await self._consumer.stop()
            await self._producer.stop()

    async def publish(self, event: Event) -> None:
        """Publishes at once, without waiting for the broker's acknowledgement."""
        identity = uuid5(O2C_NAMESPACE, f"bench/{event.type_name()}/{event.subject}")
        context = EventContext(
            id=identity, source=event.published_by[0], time=datetime.now(UTC), correlation_id=identity
        )
        record = encode(event, context)
        topic = self._five.prefix + record.topic
        self._sent.append(await self._producer.send(topic, record.value, key=record.key, headers=record.headers))

    def all_well(self) -> None:
        """Raises what ended the consumer, or BenchFailed where a service has ended."""
        self._five.all_alive()
        if self._consuming.done():
            self._consuming.result()

    async def _consume(self) -> None:
        while True:
            for records in (await self._consumer.getmany(timeout_ms=_POLL_MS)).values():
                at = time.perf_counter()
                for record in records:
                    await self._handle(decode(record.value, read_headers(record.headers), _BYTES_MAX), at)
            await asyncio.sleep(_GATHER_SECONDS)

    async def _handle(self, event: Event, at: float) -> None:
        named = getattr(event, "order_id", None) or event.subject
        self.seen_at[type(event)].setdefault(named, at)
        answer = self._answers.get(type(event))
        if answer is not None:
            await self.publish(answer(event))
