"""Transactions of a service: what a batch, a daily run, background work and a person's command all need."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Collection
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any

from shared.chassis.declare.service import Service
from shared.chassis.transaction.crash_points import CrashPoints
from shared.chassis.transaction.queries import Queries
from shared.kernel.business_days import BusinessDays

Committed = Callable[[int], None]
"""Called after a commit with the number of events that it put into the outbox."""


Counted = Callable[[str, int], None]
"""Called after a commit with an outcome that its unit of work counted, and how many times."""


class Transactions:
    """Begins the units of work of one service on one pool of connections."""

    def __init__(self, service: Service, queries: Queries, crash_points: CrashPoints) -> None:
        self.service = service.name
        self.queries = queries
        self.crash_points = crash_points
        self._work = service.work
        self._policies = service.policies
        self._pool: Any = None
        self._committed: list[Committed] = []
        self._counted: list[Counted] = []

    def use(self, pool: Any) -> None:
        """Takes connections from this pool of asyncpg's from now on; None when it is closed."""
        self._pool = pool

    def after_commit(self, wake: Committed) -> None:
        """Has `wake` called after every commit of this process."""
        self._committed.append(wake)

    def after_counting(self, count: Counted) -> None:
        """Has `count` called after every commit, for each outcome that was counted."""
        self._counted.append(count)

    def connection(self) -> AbstractAsyncContextManager[Any]:
        """A connection for reading and housekeeping, outside of any unit of work."""
        assert self._pool is not None, "the service has not been started"
        connection: AbstractAsyncContextManager[Any] = self._pool.acquire()
        return connection

    @asynccontextmanager
    async def begin(self, subjects: Collection[str] = ()) -> AsyncIterator[Any]:
        """One transaction: on a clean exit everything is written and committed, else nothing is.

        `subjects` are the names under which a fault test finds this transaction; read when it is committed.
        """
        async with self.connection() as connection, connection.transaction(isolation="read_committed"):
            days = await business_days(connection, self.queries)
            uow = self._work(connection, self.queries, self.service, days, self._policies)
            yield uow
            emitted = len(uow.pending_events)
            await uow.flush()
            self.crash_points.reach("before_commit", subjects)
        self.crash_points.reach("after_commit", subjects)
        for wake in self._committed:
            wake(emitted)
        for outcome, times in uow.outcomes.items():
            for count in self._counted:
                count(outcome, times)


async def business_days(connection: Any, queries: Queries) -> BusinessDays:
    """The last day of each company, as this connection sees them."""
    rows = await connection.fetch(queries["last_business_days"])
    return BusinessDays({row["company_id"]: row["business_date"] for row in rows})
