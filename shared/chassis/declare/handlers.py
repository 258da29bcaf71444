"""What a service subscribes to and does daily: one table, in the order in which a batch is handled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar

from shared.chassis.declare.daily_run import DailyRun
from shared.contracts import EVENTS
from shared.contracts.erp import BusinessDayStarted
from shared.contracts.event import Event, EventContext

E = TypeVar("E", bound=Event)

Handler = Callable[[list[Any], Any], Awaitable[None]]
Daily = Callable[[DailyRun, Any], Awaitable[str | None]]
Begin = Callable[[Collection[str]], AbstractAsyncContextManager[Any]]
"""Begins a unit of work, which commits when it is left; the texts name the steps taken in it, to be added until then.
"""
Step = Callable[[Begin], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class UnreadableEvent:
    """A record of an event type whose body breaks the contract, so that it becomes a dead letter.

    `body` is what could be read as JSON, `fault` names each field with its value and what is expected.
    """

    body: Mapping[str, Any]
    fault: str
    received_on: date
    context: EventContext


AnswerUnreadable = Callable[[UnreadableEvent, Any], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Subscription:
    """An event type and the handlers that get all events of that type in a batch, one after the other.

    `unreadable` answers the producer of an event that breaks the contract, in the transaction of its dead letter.
    """

    event: type[Event]
    handlers: tuple[Handler, ...]
    unreadable: AnswerUnreadable | None = None


def on(
    event: type[E],
    *handlers: Callable[[list[E], Any], Awaitable[None]],
    unreadable: AnswerUnreadable | None = None,
) -> Subscription:
    """One row of a service's table: the type checker refuses a handler that takes other events."""
    return Subscription(event, handlers, unreadable)


@dataclass(frozen=True, slots=True)
class DailyWork:
    """Work over all customers, done once per company and business day, `chunk` keys a transaction."""

    name: str
    do: Daily
    chunk: int


@dataclass(frozen=True, slots=True)
class BackgroundWork:
    """Work that is done whenever there is some. `waiting` is the query that returns whether there is.

    `steps` names every kind of transaction that changes something: at each of them a fault test lets the process die.
    """

    name: str
    do: Step
    waiting: str
    steps: tuple[str, ...]

    def crash_subjects(self, steps: Collection[str]) -> set[str]:
        """What these steps are called where the process is to die. Raises ValueError for one not declared."""
        unknown = set(steps) - set(self.steps)
        if unknown:
            raise ValueError(f"background work {self.name!r} takes steps it does not declare: {sorted(unknown)}")
        return {f"background/{self.name}/{step}" for step in steps}


class HandlerTable:
    """Everything one service does when events arrive, days begin, or work is waiting.

    `subscriptions` are rows in the order in which a batch is handled. Raises ValueError for a table that contradicts
    itself or the contracts: an event type twice, one that is no contract, or two kinds of work of one name.
    """

    def __init__(
        self,
        service: str,
        subscriptions: Sequence[Subscription],
        *,
        daily: Sequence[DailyWork] = (),
        background: Sequence[BackgroundWork] = (),
    ) -> None:
        self.service = service
        self.by_event: dict[type[Event], list[Handler]] = {row.event: list(row.handlers) for row in subscriptions}
        self.answer_unreadable: dict[str, AnswerUnreadable] = {
            row.event.topic: row.unreadable for row in subscriptions if row.unreadable is not None
        }
        self.daily_work: dict[str, DailyWork] = {work.name: work for work in daily}
        self.background_work: dict[str, BackgroundWork] = {work.name: work for work in background}
        self._refuse_twice("event type", [row.event.topic for row in subscriptions])
        self._refuse_twice("daily run", [work.name for work in daily])
        self._refuse_twice("background work", [work.name for work in background])
        for row in subscriptions:
            if EVENTS.get(row.event.type_name()) is not row.event:
                raise ValueError(f"{service} subscribes to {row.event.topic}, which is no contract")
            if not row.handlers:
                raise ValueError(f"{service} subscribes to {row.event.topic} without a handler")

    def _refuse_twice(self, kind: str, names: Sequence[str]) -> None:
        twice = sorted({name for name in names if names.count(name) > 1})
        if twice:
            raise ValueError(f"{self.service} declares the {kind} {', '.join(twice)} twice")

    @property
    def subscriptions(self) -> list[type[Event]]:
        """Every event type the service consumes. All consume the business day: it is their clock."""
        return list(dict.fromkeys([BusinessDayStarted, *self.by_event]))


def business_days(events: list[BusinessDayStarted]) -> list[tuple[str, date]]:
    """Companies and days the events began, each once, in order."""
    return sorted({(event.company_id, event.business_date) for event in events})
