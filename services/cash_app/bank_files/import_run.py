"""A file as the cause of what it brings."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import uuid5

from shared.chassis.envelope import O2C_NAMESPACE
from shared.contracts.event import EventContext


@dataclass(frozen=True, slots=True)
class ImportRun:
    """The events of a file are caused by the file: the same file causes the same event ids, however often."""

    import_id: str

    @property
    def context(self) -> EventContext:
        identity = uuid5(O2C_NAMESPACE, f"cash_app/import/{self.import_id}")
        return EventContext(id=identity, source="cash_app", time=datetime.now(UTC), correlation_id=identity)
