"""A consumer without records waits long at the broker; with records it does not, and it never returns without any."""

from __future__ import annotations

import inspect
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer
from aiokafka.consumer.fetcher import Fetcher

from shared.chassis.consume.patient_consumer import FETCH_WAIT_IDLE_MS, FETCH_WAIT_MS, PatientConsumer


async def test_the_wait_of_a_fetch_follows_from_whether_records_come(monkeypatch: pytest.MonkeyPatch) -> None:
    answers: list[dict[str, list[str]]] = [{}, {}, {"partition": ["record"]}, {"partition": ["another"]}]
    waits: list[int] = []
    consumer: Any = PatientConsumer.__new__(PatientConsumer)
    consumer._closed = True  # it was never opened
    consumer._fetcher = SimpleNamespace(_fetch_max_wait_ms=FETCH_WAIT_MS)

    async def getmany(self: Any, *partitions: Any, **options: Any) -> dict[str, list[str]]:
        waits.append(consumer._fetcher._fetch_max_wait_ms)
        return answers.pop(0)

    monkeypatch.setattr(AIOKafkaConsumer, "getmany", getmany)

    assert await consumer.getmany(timeout_ms=10, max_records=5) == {"partition": ["record"]}
    assert await consumer.getmany(timeout_ms=10, max_records=5) == {"partition": ["another"]}
    assert waits == [FETCH_WAIT_MS, FETCH_WAIT_IDLE_MS, FETCH_WAIT_IDLE_MS, FETCH_WAIT_MS]


def test_the_fetcher_still_takes_its_wait_from_the_attribute_that_is_set() -> None:
    """aiokafka has no public way to change the wait of a running consumer, only the constructor's fetch_max_wait_ms."""
    assert "self._fetch_max_wait_ms = fetch_max_wait_ms" in inspect.getsource(Fetcher.__init__)
    assert "self._fetch_max_wait_ms" in inspect.getsource(Fetcher._get_actions_per_node)
    assert "self._fetcher = Fetcher(" in inspect.getsource(AIOKafkaConsumer)
