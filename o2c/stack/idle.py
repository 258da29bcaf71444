"""Waiting for idle: no event in Kafka that a service has not handled, none in a service that it has not published.

Simulations and replays act at idle points only; that is what makes their books the same every time.
"""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from o2c.stack import StackError
from shared.chassis.declare.handlers import HandlerTable
from shared.chassis.observe.stall_watch import Stalled, wait_until
from shared.chassis.publish.topics import group_id

STALL_SECONDS = 120.0
"""A wait fails when nothing has progressed for this long."""
_POLL_SECONDS = 0.01
_BUSY_NAMED_MAX = 5
"""So many busy places are named when the stack does not become idle."""


class NotIdle(StackError):
    """Nothing progressed, and the stack is not idle. The message names what was still busy and what moved last."""


class IdleMonitor:
    """Polls a stack at little cost: its connections stay open.

    `service_urls` are the services to watch, by name; `handlers` their declarations where they are not the
    services' own, `http` what they are asked through. Use it as an asynchronous context manager.
    """

    def __init__(
        self,
        kafka_bootstrap_servers: str,
        service_urls: Mapping[str, str],
        *,
        topic_prefix: str = "",
        handlers: Mapping[str, HandlerTable] | None = None,
        http: httpx.AsyncClient | None = None,
    ) -> None:
        self._urls = dict(service_urls)
        self._groups = {name: group_id(name, topic_prefix) for name in self._urls}
        declared = handlers or {name: _declarations(name) for name in self._urls}
        self._topics = {
            name: [topic_prefix + event.topic for event in declared[name].subscriptions] for name in self._urls
        }
        self._http = http or httpx.AsyncClient(timeout=10.0)
        self._bootstrap_servers = kafka_bootstrap_servers
        self._places: dict[str, list[TopicPartition]] = {}
        self._coordinators: dict[str, int] = {}
        self._marks: dict[str, object] = {}
        """What the last look saw of everything that moves while the stack works."""

    async def __aenter__(self) -> Self:
        self._admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap_servers, client_id="o2c-idle")
        self._consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap_servers, client_id="o2c-idle")
        await self._admin.start()
        await self._consumer.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.aclose()
        await self._consumer.stop()
        await self._admin.close()

    async def wait(self, stall_seconds: float = STALL_SECONDS) -> None:
        """Returns at the next idle point, however long it takes while events are published or handled.

        Raises NotIdle when nothing has progressed for `stall_seconds`.
        """
        busy: list[str] = []

        async def look() -> Mapping[str, object] | None:
            busy[:] = await self.look()
            return self._marks if busy else None

        try:
            await wait_until(look, stall_seconds=stall_seconds, poll_seconds=_POLL_SECONDS)
        except Stalled as stalled:
            raise NotIdle(
                f"the stack is not idle and has made no progress for {stall_seconds:g} s. Still busy: "
                f"{_in_words(busy)}. Last progress: {stalled.last_progress}"
            ) from None

    async def look(self) -> list[str]:
        """What is busy right now, in words; empty at an idle point. A broker that does not answer is busy."""
        self._marks = {}
        try:
            return await self._busy()
        except (KafkaError, OSError) as error:
            self._coordinators.clear()  # a broker that restarts may name others
            return [f"Kafka does not answer ({type(error).__name__})"]

    async def _busy(self) -> list[str]:
        """Reads offsets before and after the services answer.

        Had a service published in between, its outbox could be empty while the others' lag was read too early.
        """
        if not self._places:
            missing = await self._find_places()
            if missing:
                self._marks["topics to be created"] = len(missing)
                return [f"topic {topic} does not exist yet" for topic in missing]
        before = await self._ends()
        self._marks["events published"] = sum(before.values())
        lags = await asyncio.gather(*(self._lag(name, before) for name in self._urls))
        busy = [sentence for lag in lags for sentence in lag]
        if busy:
            return busy
        answers = await asyncio.gather(*(self._ask(name, url) for name, url in self._urls.items()))
        busy = [answer for answer in answers if answer]
        if busy:
            return busy
        return [] if await self._ends() == before else ["events were published during the look"]

    async def _find_places(self) -> list[str]:
        """Reads the partitions of every topic consumed; returns the topics that do not exist."""
        topics = sorted({topic for consumed in self._topics.values() for topic in consumed})
        described = await self._admin.describe_topics(topics)
        partitions = {topic["topic"]: [part["partition"] for part in topic["partitions"]] for topic in described}
        missing = [topic for topic in topics if not partitions.get(topic)]
        if not missing:
            self._places = {
                name: [TopicPartition(topic, partition) for topic in consumed for partition in partitions[topic]]
                for name, consumed in self._topics.items()
            }
            places = list({place for consumed in self._places.values() for place in consumed})
            # Assigned, the consumer learns all leaders at once instead of topic by topic; paused, it fetches nothing.
            self._consumer.assign(places)
            self._consumer.pause(*places)
        return missing

    async def _ends(self) -> dict[TopicPartition, int]:
        places = {place for consumed in self._places.values() for place in consumed}
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(list(places))
        return ends

    async def _lag(self, name: str, ends: Mapping[TopicPartition, int]) -> list[str]:
        committed = await self._committed(name)
        handled = {place: max(0, committed[place].offset) if place in committed else 0 for place in self._places[name]}
        self._marks[f"{name}: events handled"] = sum(handled.values())
        lags = {place: ends[place] - offset for place, offset in handled.items()}
        return [
            f"{name} has {lag} events of {place.topic}/{place.partition} to handle"
            for place, lag in lags.items()
            if lag > 0
        ]

    async def _committed(self, name: str) -> Mapping[TopicPartition, Any]:
        group = self._groups[name]
        if group not in self._coordinators:
            self._coordinators[group] = await self._admin.find_coordinator(group)
        # the places are named, as Tansu does not know how to answer for all of a group's
        offsets: Mapping[TopicPartition, Any] = await self._admin.list_consumer_group_offsets(
            group, group_coordinator_id=self._coordinators[group], partitions=self._places[name]
        )
        return offsets

    async def _ask(self, name: str, url: str) -> str | None:
        """None if the service is idle, else what it answered."""
        try:
            response = await self._http.get(f"{url}/health/idle")
            state = response.json()
        except (httpx.HTTPError, ValueError) as error:
            return f"{name} does not answer at {url} ({type(error).__name__})"
        # A replica's progress is its own: two that answer in turn, each standing still, are no progress.
        self._marks[f"{name}: progress of {state.pop('replica', 'the service')}"] = state.pop("progress", None)
        self._marks[f"{name}: work reported"] = str(state)
        if response.status_code == 200 and state.get("idle"):
            return None
        return f"{name} reports {state}"


def _declarations(name: str) -> HandlerTable:
    handlers: HandlerTable = importlib.import_module(f"services.{name}.handlers").handlers
    return handlers


def _in_words(busy: Sequence[str]) -> str:
    more = f"; and {len(busy) - _BUSY_NAMED_MAX} more" if len(busy) > _BUSY_NAMED_MAX else ""
    return "; ".join(busy[:_BUSY_NAMED_MAX]) + more
