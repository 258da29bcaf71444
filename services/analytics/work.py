"""The unit of work of analytics."""

from __future__ import annotations

from services.analytics.receivables.store import ITEMS
from shared.chassis.transaction.unit_of_work import UnitOfWork


class AnalyticsWork(UnitOfWork):
    """What one batch or chunk of analytics changes."""

    def prepare(self) -> None:
        self.items = self.aggregates(ITEMS)
