"""The simulation: plays business days against running services, acting at idle points only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from shared.contracts.event import Event
from simulator.calendar import BusinessDay, business_day, business_days, following_business_day
from simulator.customers.debtors import IntendedApplication
from simulator.dice import Dice
from simulator.people.bank_courier import BankCourier
from simulator.people.person import Person
from simulator.systems.outgoing_event import OutgoingEvent
from simulator.systems.resume import resume
from simulator.systems.tally import Tally
from simulator.systems.upstream import Upstream

Phase = Callable[[Upstream, BusinessDay], list[OutgoingEvent]]

PHASES: Final[tuple[tuple[Phase, ...], ...]] = (
    (Upstream.day_starts,),
    # The events of one phase concern different orders and books, so they may be in flight at the same time.
    (Upstream.ledger_answers, Upstream.cancellations),
    (Upstream.exchange_rates, Upstream.master_data, Upstream.credit_requests),
    (Upstream.opening_balances,),
    (Upstream.deliveries, Upstream.orders),
    (Upstream.stock_answers,),
    (Upstream.shipments,),
    (Upstream.payments,),
)
"""A day; after each phase that published something the simulation waits until the services are idle."""

_LEDGER_ROUNDS_MAX: Final = 5


class ReadsEvents(Protocol):
    async def read(self) -> list[Event]:
        """Everything published on the services' topics since the last call."""


class PublishesEvents(Protocol):
    async def publish(self, outgoing: Sequence[OutgoingEvent], day: date) -> None:
        """Publishes, and returns when all are acknowledged."""


class IdleMonitor(Protocol):
    async def wait(self) -> object:
        """Returns when no service has anything left to do."""


@dataclass(frozen=True, slots=True)
class DayPlayed:
    """What a progress display shows after each day."""

    day: date
    number: int
    of: int
    tally: Tally


class Simulation:
    """Plays the upstream systems, the customers and, with `people`, the AR department."""

    def __init__(
        self,
        *,
        seed: int,
        start: date,
        reader: ReadsEvents,
        publisher: PublishesEvents,
        idle: IdleMonitor,
    ) -> None:
        self.upstream = Upstream(Dice(seed), start)
        self.start = start
        self._reader = reader
        self._publisher = publisher
        self._idle = idle
        self.people: Sequence[Person] = ()
        """The AR department, in the order in which its people act; empty unless set."""
        self._something_was_published = True

    @property
    def truth(self) -> Sequence[IntendedApplication]:
        """Which payment was meant for which invoice, and with how much."""
        return self.upstream.debtors.truth

    async def resume(self, published: Sequence[Event]) -> None:
        """Resumes after earlier runs, which published `published`; to be called before playing."""
        resume(self.upstream, await self._reader.read(), published, business_days(self.start, 1)[0])

    async def play(self, months: int, after_day: Callable[[DayPlayed], None] | None = None) -> date:
        """Plays whole days for `months` calendar months, then the morning after. Returns that morning's date."""
        days = business_days(self.start, months)
        for number, day in enumerate(days, start=1):
            await self.play_day(business_day(day))
            if after_day:
                after_day(DayPlayed(day, number, len(days), self.upstream.tally))
        return await self._morning_after(days[-1])

    async def play_day(self, day: BusinessDay) -> None:
        self.upstream.bank_sends_files = any(isinstance(person, BankCourier) for person in self.people)
        for phases in PHASES:
            await self._play(phases, day)
        await self._let_people_act(day)

    async def _morning_after(self, last: date) -> date:
        """Starts the next day, which reports and posts what the last one left, until the ledger has all of it."""
        day = business_day(following_business_day(last))
        await self._play((Upstream.day_starts,), day)
        for _ in range(_LEDGER_ROUNDS_MAX):
            answered = await self._play((Upstream.ledger_answers,), day)
            acted = await self._let_people_act(day)
            if not answered and not acted:
                break
        return day.today

    async def _play(self, phases: Sequence[Phase], day: BusinessDay) -> int:
        if self._something_was_published:
            self.upstream.apply(await self._reader.read())
            self._something_was_published = False
        outgoing = [event for phase in phases for event in phase(self.upstream, day)]
        if outgoing:
            await self._publisher.publish(outgoing, day.today)
            await self._wait_until_idle()
        return len(outgoing)

    async def _let_people_act(self, day: BusinessDay) -> int:
        """One after the other, so that no person decides on what another is changing."""
        commands = 0
        for person in self.people:
            given = await person.act(day)
            if given:
                await self._wait_until_idle()
            commands += given
        return commands

    async def _wait_until_idle(self) -> None:
        await self._idle.wait()
        self._something_was_published = True
