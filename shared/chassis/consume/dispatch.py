"""Dispatch: claims events in the inbox and hands the new ones to the service's handlers, in the table's order."""

from __future__ import annotations

from typing import Any

from shared.chassis.consume.received import Received
from shared.chassis.declare.handlers import HandlerTable, business_days
from shared.chassis.transaction.crash_points import CrashPoints
from shared.contracts.erp import BusinessDayStarted
from shared.contracts.event import Event


class Dispatcher:
    """Applies received events within a unit of work; batches, replays and tests all go through it."""

    def __init__(self, handlers: HandlerTable, crash_points: CrashPoints) -> None:
        self._handlers = handlers
        self._crash_points = crash_points
        self.answer_unreadable = handlers.answer_unreadable

    async def apply(self, uow: Any, received: list[Received]) -> list[Received]:
        """Claims and handles these events; returns those that were new."""
        unique = {r.id: r for r in received}
        claimed = await uow.fetch("claim_events", list(unique), [r.topic for r in unique.values()])
        ids = {row["event_id"] for row in claimed}
        self._crash_points.reach("after_claim", {r.topic for r in received})
        new = [r for r in unique.values() if r.id in ids]
        await self._handle([r.event for r in new if r.event is not None], uow)
        return new

    async def _handle(self, events: list[Event], uow: Any) -> None:
        groups: dict[type[Event], list[Any]] = {}
        for event in events:
            groups.setdefault(type(event), []).append(event)
        for group in groups.values():
            group.sort(key=lambda event: event.business_order)
        if BusinessDayStarted in groups:
            await self._start_days(groups[BusinessDayStarted], uow)
        for event_type, handlers in self._handlers.by_event.items():
            if event_type in groups:
                for handler in handlers:
                    await handler(groups[event_type], uow)

    async def _start_days(self, events: list[BusinessDayStarted], uow: Any) -> None:
        days = business_days(events)
        companies, dates = [company for company, _ in days], [day for _, day in days]
        await uow.execute("insert_business_days", companies, dates, list(self._handlers.daily_work))
        uow.days = uow.days.with_begun(days)
