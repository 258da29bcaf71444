"""What a collector logs about a customer."""

from __future__ import annotations

from typing import Literal

from services.collections.activities.activity_log import log_activity
from services.collections.activities.domain import activity
from services.collections.work import CollectionsWork
from shared.chassis.transaction.command import Command
from shared.contracts.collections import ActivityLogged


async def log_contact(
    customer_id: str, kind: Literal["call", "email", "note"], text: str, command: Command, uow: CollectionsWork
) -> ActivityLogged:
    """Logs a call, an e-mail or a note. Raises NotFound for an unknown customer."""
    customer = await uow.lock_customer(customer_id)
    today = uow.business_date_of(customer.company_id)
    logged = activity(str(command.id), customer_id, kind, on=today, by=command.person.name, text=text)
    log_activity(uow, logged, command)
    return logged
