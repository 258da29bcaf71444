"""The simulation: plays business days against running services, acting at idle points only."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final, Protocol

from shared.contracts.event import Event
from simulator.courier import BankCourier
from simulator.domain.calendar import BusinessDay, business_day, business_days, following_business_day
from simulator.domain.debtors import Meant
from simulator.domain.dice import Dice
from simulator.domain.history import resume
from simulator.domain.tally import Tally
from simulator.domain.upstream import Saying, Upstream

Phase = Callable[[Upstream, BusinessDay], list[Saying]]

PHASES: Final[tuple[tuple[Phase, ...], ...]] = (
    (Upstream.day_starts,),
    # What is said in one phase touches different orders and books, so it may be under way at once.
    (Upstream.ledger_answers, Upstream.cancellations),
    (Upstream.exchange_rates, Upstream.master_data, Upstream.credit_requests),
    (Upstream.opening_balances,),
    (Upstream.deliveries, Upstream.orders),
    (Upstream.stock_answers,),
    (Upstream.shipments,),
    (Upstream.payments,),
)
"""A day; after each phase in which something was said the simulation waits for idle."""

_LEDGER_ROUNDS_MAX: Final = 5


class HearsEvents(Protocol):
    async def hear(self) -> list[Event]:
        """Everything said on the services' topics since the last call."""


class SaysEvents(Protocol):
    async def say(self, sayings: Sequence[Saying], day: date) -> None:
        """Publishes, and returns when all are acknowledged."""


class IdleMonitor(Protocol):
    async def wait(self) -> object:
        """Returns when no service has anything left to do."""


class Person(Protocol):
    async def act(self, day: BusinessDay) -> int:
        """Does a person's work of a day; how many commands were given."""


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
        ear: HearsEvents,
        voice: SaysEvents,
        idle: IdleMonitor,
    ) -> None:
        self.upstream = Upstream(Dice(seed), start)
        self.start = start
        self._ear = ear
        self._voice = voice
        self._idle = idle
        self.people: Sequence[Person] = ()
        """Who does the AR department's part, in this order; nobody unless set."""
        self._something_was_said = True

    @property
    def truth(self) -> Sequence[Meant]:
        """Which payment was meant for which invoice, and with how much."""
        return self.upstream.debtors.truth

    async def remember(self, said: Sequence[Event]) -> None:
        """Resumes after earlier runs, whose own events are `said`; to be called before playing."""
        resume(self.upstream, await self._ear.hear(), said, business_days(self.start, 1)[0])

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
        if self._something_was_said:
            self.upstream.hear(await self._ear.hear())
            self._something_was_said = False
        sayings = [saying for phase in phases for saying in phase(self.upstream, day)]
        if sayings:
            await self._voice.say(sayings, day.today)
            await self._wait_for_quiet()
        return len(sayings)

    async def _let_people_act(self, day: BusinessDay) -> int:
        """One after the other, so that nobody decides on what another is changing."""
        commands = 0
        for person in self.people:
            given = await person.act(day)
            if given:
                await self._wait_for_quiet()
            commands += given
        return commands

    async def _wait_for_quiet(self) -> None:
        await self._idle.wait()
        self._something_was_said = True
