"""Activities over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.collections.access import CollectorCommand
from services.collections.activities.commands import log_contact
from services.collections.activities.schemas import ActivityView, NewActivity
from services.collections.work import CollectionsWork
from shared.contracts.event import Identifier

router = APIRouter()


@router.post("/customers/{customer_id:path}/activities", status_code=201)
async def add_activity(*, customer_id: Identifier, body: NewActivity, command: CollectorCommand) -> ActivityView:
    """Logs a call, an e-mail or a note about a customer."""

    async def work(uow: CollectionsWork) -> ActivityView:
        logged = await log_contact(customer_id, body.kind, body.text, command, uow)
        uow.audit(command, action="log_activity", subject=customer_id, before=None, after=body)
        return ActivityView(**logged.model_dump())

    return await command.run(work, body)
