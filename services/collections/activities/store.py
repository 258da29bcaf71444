"""Activities: saved."""

from __future__ import annotations

from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.contracts.collections import ActivityLogged


def insert_activity(uow: UnitOfWork, logged: ActivityLogged) -> None:
    """Stores an activity at the flush."""
    uow.append(
        "insert_activities",
        (logged.customer_id, logged.activity_id, logged.kind, logged.on, logged.by, logged.text),
    )
