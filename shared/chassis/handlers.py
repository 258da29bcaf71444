"""What a service hears and does daily: its declarations, in the order in which a batch is handled."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from datetime import date
from typing import Any

from shared.chassis.daily import DailyRun
from shared.contracts.erp import BusinessDayStarted
from shared.contracts.event import Event

Handler = Callable[[list[Any], Any], Awaitable[None]]
Daily = Callable[[DailyRun, Any], Awaitable[str | None]]
Begin = Callable[[Collection[str]], AbstractAsyncContextManager[Any]]
"""Begins a unit of work, which commits when it is left; the texts name the steps taken in it, to be added until then.
"""
Step = Callable[[Begin], Awaitable[bool]]


@dataclass(frozen=True, slots=True)
class DailyWork:
    """Work over all customers, done once per company and business day in chunks."""

    name: str
    chunk: int
    do: Daily


@dataclass(frozen=True, slots=True)
class BackgroundWork:
    """Work that is done whenever there is some. `waiting` is the query that says whether there is.

    `steps` names every kind of transaction that changes something: at each of them a fault test lets the process die.
    """

    name: str
    waiting: str
    steps: tuple[str, ...]
    do: Step

    def crash_subjects(self, steps: Collection[str]) -> set[str]:
        """What these steps are called where the process is to die. Raises ValueError for one not declared."""
        unknown = set(steps) - set(self.steps)
        if unknown:
            raise ValueError(f"background work {self.name!r} takes steps it does not declare: {sorted(unknown)}")
        return {f"background/{self.name}/{step}" for step in steps}


class Handlers:
    """The declarations of one service."""

    def __init__(self, service: str) -> None:
        self.service = service
        self.by_event: dict[type[Event], list[Handler]] = {}
        self.daily_work: dict[str, DailyWork] = {}
        self.background_work: dict[str, BackgroundWork] = {}

    def handles(self, event: type[Event]) -> Callable[[Handler], Handler]:
        """Declares the function as the handler of all events of this type in a batch."""

        def declare(handler: Handler) -> Handler:
            self.by_event.setdefault(event, []).append(handler)
            return handler

        return declare

    def daily(self, name: str, *, chunk: int) -> Callable[[Daily], Daily]:
        """Declares work to be done once per company and business day, `chunk` keys a transaction."""

        def declare(work: Daily) -> Daily:
            if name in self.daily_work:
                raise ValueError(f"{self.service} has two daily runs named {name!r}")
            self.daily_work[name] = DailyWork(name, chunk, work)
            return work

        return declare

    def background(self, name: str, *, waiting: str, steps: tuple[str, ...]) -> Callable[[Step], Step]:
        """Declares work that is gone on with again and again; it returns whether there was anything to do."""

        def declare(step: Step) -> Step:
            if name in self.background_work:
                raise ValueError(f"{self.service} has two kinds of background work named {name!r}")
            self.background_work[name] = BackgroundWork(name, waiting, steps, step)
            return step

        return declare

    @property
    def hears(self) -> list[type[Event]]:
        """Every event this service listens to. The business day is heard by all: it is their clock."""
        return list(dict.fromkeys([BusinessDayStarted, *self.by_event]))


def business_days(events: list[BusinessDayStarted]) -> list[tuple[str, date]]:
    """Companies and days the events began, each once, in order."""
    return sorted({(event.company_id, event.business_date) for event in events})
