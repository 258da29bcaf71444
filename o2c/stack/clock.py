"""The clock: publishes that a business day began, once per company and day, and resumes after the last one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import uuid5
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.errors import KafkaError

from o2c.stack import StackError
from shared.chassis.envelope import O2C_NAMESPACE, decode, encode, read_headers
from shared.chassis.errors import DecodeError
from shared.chassis.publish.topics import create_topics
from shared.contracts.erp import BusinessDayStarted
from shared.contracts.event import EventContext

_POLL_SECONDS = 20.0
_FIRST_PAUSE_SECONDS = 1.0
_PAUSE_SECONDS_MAX = 30.0
_MESSAGE_BYTES_MAX = 100_000
_PARTITIONS = 6


class Clock:
    """Begins days. What was begun before is read from Kafka; a day begun twice is one event, as its id is the same."""

    def __init__(
        self,
        bootstrap_servers: str,
        companies: Sequence[str],
        timezone: str,
        *,
        idempotent: bool,
        first_day: date | None = None,
    ) -> None:
        """Raises StackError for an unknown time zone."""
        self._bootstrap_servers = bootstrap_servers
        self._companies = companies
        self._idempotent = idempotent
        self._first_day = first_day
        try:
            self._zone = ZoneInfo(timezone)
        except (ZoneInfoNotFoundError, ValueError):
            raise StackError(
                f"{timezone!r} is not a known time zone: use a name such as Europe/Berlin or UTC"
            ) from None

    async def run(self, *, once: bool, report_progress: Callable[[str], object]) -> int:
        """Begins every day that is due, then, unless `once`, each further one at midnight.

        While Kafka does not answer, it tries again; with `once` it raises StackError instead.
        """
        pause = _FIRST_PAUSE_SECONDS
        while True:
            begun = time.monotonic()
            try:
                return await self._begin_days(once=once, report_progress=report_progress)
            except (KafkaError, OSError) as error:
                fault = f"Kafka does not answer at {self._bootstrap_servers} ({type(error).__name__}: {error})"
                if once:
                    raise StackError(fault) from None
                if time.monotonic() - begun > _PAUSE_SECONDS_MAX:
                    pause = _FIRST_PAUSE_SECONDS
                report_progress(f"{fault}: next attempt in {pause:g} s")
                await asyncio.sleep(pause)
                pause = min(_PAUSE_SECONDS_MAX, pause * 2)

    async def _begin_days(self, *, once: bool, report_progress: Callable[[str], object]) -> int:
        topic = BusinessDayStarted.topic
        await create_topics(self._bootstrap_servers, [topic], partitions=_PARTITIONS)
        last = await self._last_days()
        producer = AIOKafkaProducer(
            bootstrap_servers=self._bootstrap_servers,
            client_id="o2c-clock",
            acks="all",
            enable_idempotence=self._idempotent,
        )
        await producer.start()
        try:
            while True:
                for event in due(self._companies, last, self._today(), self._first_day):
                    record = encode(event, _context(event))
                    await producer.send_and_wait(topic, record.value, key=record.key, headers=record.headers)
                    last[event.company_id] = event.business_date
                    report_progress(f"{event.business_date} began for company {event.company_id}")
                if once:
                    return 0
                await asyncio.sleep(_POLL_SECONDS)
        finally:
            await producer.stop()

    def _today(self) -> date:
        return datetime.now(self._zone).date()

    async def _last_days(self) -> dict[str, date]:
        """The last day begun of each company that ever had one."""
        consumer = AIOKafkaConsumer(
            BusinessDayStarted.topic,
            bootstrap_servers=self._bootstrap_servers,
            client_id="o2c-clock",
            group_id=None,
            auto_offset_reset="earliest",
        )
        await consumer.start()
        try:
            last: dict[str, date] = {}
            ends = await consumer.end_offsets(list(consumer.assignment()))
            while any([await consumer.position(place) < end for place, end in ends.items()]):
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    for record in records:
                        _remember(last, record.value, read_headers(record.headers))
            return last
        finally:
            await consumer.stop()


def due(
    companies: Sequence[str], last: dict[str, date], today: date, first_day: date | None
) -> list[BusinessDayStarted]:
    """The days to begin, oldest first: each after a company's last one, up to today; the first time, from `first_day`
    or today on."""
    events = [
        BusinessDayStarted(company_id=company, business_date=begun + timedelta(days=number))
        for company in companies
        for begun in [last[company] + timedelta(days=1) if company in last else (first_day or today)]
        for number in range((today - begun).days + 1)
    ]
    return sorted(events, key=lambda event: event.business_order)


def _remember(last: dict[str, date], value: bytes | None, headers: dict[str, str]) -> None:
    try:
        event = decode(value, headers, _MESSAGE_BYTES_MAX)
    except DecodeError:
        return  # the services dead-letter it; it begins no day
    if isinstance(event, BusinessDayStarted):
        last[event.company_id] = max(event.business_date, last.get(event.company_id, event.business_date))


def _context(event: BusinessDayStarted) -> EventContext:
    identity = uuid5(O2C_NAMESPACE, f"clock/{event.company_id}/{event.business_date}")
    return EventContext(id=identity, source="erp", time=datetime.now(UTC), correlation_id=identity)
