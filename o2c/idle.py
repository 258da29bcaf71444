"""Waiting for idle: nothing in Kafka that a service has not handled, nothing in a service that it has not said.

Simulations and replays act at idle points only; that is what makes their books the same every time.
"""

from __future__ import annotations

import asyncio
import importlib
import time
from collections.abc import Mapping, Sequence
from types import TracebackType
from typing import Any, Self

import httpx
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from o2c.stack import StackError
from shared.chassis.declare.handlers import HandlerTable
from shared.chassis.publish.topics import group_id

_POLL_SECONDS = 0.01
_TOLD_MAX = 5
"""So many places are named when the stack does not become idle."""


class NotIdle(StackError):
    """The stack did not come to rest in time; the message names what was still busy."""


class IdleMonitor:
    """Looks at a stack again and again at little cost: its connections stay open.

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

    async def wait(self, timeout: float = 120.0) -> None:
        """Returns at the next idle point. Raises NotIdle after `timeout` seconds."""
        deadline = time.monotonic() + timeout
        while True:
            busy = await self.look()
            if not busy:
                return
            if time.monotonic() > deadline:
                raise NotIdle(f"not idle after {timeout:.0f} s: {_in_words(busy)}")
            await asyncio.sleep(_POLL_SECONDS)

    async def look(self) -> list[str]:
        """What is busy right now, in words; empty at a idle point.

        Offsets are read before and after the services are asked: had one said something in between, its outbox could
        have been found empty while the others' lag was looked at too early.
        """
        if not self._places:
            missing = await self._find_places()
            if missing:
                return [f"topic {topic} does not exist yet" for topic in missing]
        before = await self._ends()
        lags = await asyncio.gather(*(self._lag(name, before) for name in self._urls))
        busy = [sentence for lag in lags for sentence in lag]
        if busy:
            return busy
        answers = await asyncio.gather(*(self._asked(name, url) for name, url in self._urls.items()))
        busy = [answer for answer in answers if answer]
        if busy:
            return busy
        return [] if await self._ends() == before else ["events were published while looking"]

    async def _find_places(self) -> list[str]:
        """Learns the partitions of every topic heard; returns the topics that do not exist."""
        topics = sorted({topic for heard in self._topics.values() for topic in heard})
        described = await self._admin.describe_topics(topics)
        partitions = {topic["topic"]: [part["partition"] for part in topic["partitions"]] for topic in described}
        missing = [topic for topic in topics if not partitions.get(topic)]
        if not missing:
            self._places = {
                name: [TopicPartition(topic, partition) for topic in heard for partition in partitions[topic]]
                for name, heard in self._topics.items()
            }
            places = list({place for heard in self._places.values() for place in heard})
            # Assigned, the consumer learns all leaders at once instead of topic by topic; paused, it fetches nothing.
            self._consumer.assign(places)
            self._consumer.pause(*places)
        return missing

    async def _ends(self) -> dict[TopicPartition, int]:
        places = {place for heard in self._places.values() for place in heard}
        ends: dict[TopicPartition, int] = await self._consumer.end_offsets(list(places))
        return ends

    async def _lag(self, name: str, ends: Mapping[TopicPartition, int]) -> list[str]:
        committed = await self._committed(name)
        lags = {
            place: ends[place] - (max(0, committed[place].offset) if place in committed else 0)
            for place in self._places[name]
        }
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

    async def _asked(self, name: str, url: str) -> str | None:
        """None where the service is idle, else what it answered."""
        try:
            response = await self._http.get(f"{url}/health/idle")
            state = response.json()
        except (httpx.HTTPError, ValueError) as error:
            return f"{name} does not answer at {url} ({type(error).__name__})"
        if response.status_code == 200 and state.get("idle"):
            return None
        return f"{name} says {state}"


async def wait_until_idle(kafka_bootstrap_servers: str, service_urls: Mapping[str, str], timeout: float) -> None:
    """Waits once. Who waits often keeps a `IdleMonitor` open instead."""
    async with IdleMonitor(kafka_bootstrap_servers, service_urls) as idle:
        await idle.wait(timeout)


def _declarations(name: str) -> HandlerTable:
    handlers: HandlerTable = importlib.import_module(f"services.{name}.handlers").handlers
    return handlers


def _in_words(busy: Sequence[str]) -> str:
    more = f"; and {len(busy) - _TOLD_MAX} more" if len(busy) > _TOLD_MAX else ""
    return "; ".join(busy[:_TOLD_MAX]) + more
