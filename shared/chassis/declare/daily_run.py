"""A daily run: what one chunk of a business day's work is for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import uuid5

from shared.chassis.envelope import O2C_NAMESPACE
from shared.contracts.event import EventContext


@dataclass(frozen=True, slots=True)
class DailyRun:
    """One chunk of a day's run: `limit` keys greater than `after`, in key order."""

    service: str
    name: str
    company_id: str
    business_date: date
    after: str
    limit: int

    @property
    def context(self) -> EventContext:
        """A run causes events as an event does; its identity is what it runs for."""
        identity = uuid5(O2C_NAMESPACE, f"{self.service}/{self.name}/{self.company_id}/{self.business_date}")
        return EventContext(id=identity, source=self.service, time=datetime.now(UTC), correlation_id=identity)
