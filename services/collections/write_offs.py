"""Write-offs over HTTP: one person asks for giving up what an item owes, another with authority approves."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict

from services.collections.access import Books, Reader
from services.collections.domain.write_off_authority import WriteOffAuthority
from services.collections.store import CollectionsWork
from services.collections.views import ReasonText, WithReason
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.http import (
    Command,
    Conflict,
    Cursor,
    Forbidden,
    Limit,
    NotFound,
    Page,
    Unprocessable,
    command_for_roles,
    decode_cursor,
)
from shared.contracts.collections import WriteOffApproved
from shared.contracts.event import Identifier, PositiveAmount
from shared.kernel.money import is_exact, round_half_up

WRITE_OFF_AUTHORITY: Final = PolicyKind(
    name="write_off_authority",
    document=WriteOffAuthority,
    default=Path(__file__).parent / "policies" / "write_off_authority.json",
    changed_by=("controller",),
)

router = APIRouter()

Asker = Annotated[Command, command_for_roles("collector", "credit_manager")]
Decider = Annotated[Command, command_for_roles("credit_manager", "controller")]
State = Literal["waiting", "approved", "declined"]


class AskedWriteOff(BaseModel):
    """How much of an item is to be given up, in its currency, and why."""

    model_config = ConfigDict(extra="forbid")

    amount: PositiveAmount
    reason: ReasonText


class WriteOffView(BaseModel):
    """A request to write off, and what the second person said."""

    write_off_id: str
    item_id: str
    customer_id: str
    company_id: str
    currency: str
    amount: Decimal
    reason: str
    requested_by: str
    requested_on: date
    state: State
    decided_by: str | None
    decided_on: date | None
    decision: str

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls.model_validate({**row, "amount": round_half_up(row["amount"], row["currency"])})


@router.get("/write-offs")
async def write_offs(
    person: Reader,
    db: Books,
    state: State | None = None,
    customer_id: Identifier | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[WriteOffView]:
    """Requests to write off in the order they were made."""
    position = decode_cursor(cursor, 2, date.fromisoformat, str)
    rows = await db.fetch("list_write_off_requests", *position, state, customer_id, limit + 1)
    return Page.of(rows, limit, WriteOffView.of, lambda row: [row["requested_on"], row["write_off_id"]])


@router.post("/items/{item_id:path}/write-off", status_code=202)
async def ask_for_write_off(item_id: Identifier, body: AskedWriteOff, command: Asker) -> WriteOffView:
    """Asks for giving up what an item owes; another person has to approve before anything is posted."""

    async def work(uow: CollectionsWork) -> WriteOffView:
        item = await uow.fetchrow("item_to_write_off", item_id)
        if item is None:
            raise NotFound(f"there is no item {item_id!r}: see GET /customers/… for what a customer owes")
        if body.amount > item["open_amount"] or not is_exact(body.amount, item["currency"]):
            owed = round_half_up(item["open_amount"], item["currency"])
            raise Unprocessable(
                f"{body.amount} cannot be written off: {owed} {item['currency']} is owed on {item['document_number']}"
            )
        waiting = await uow.fetchrow("write_off_waiting", item["customer_id"], item_id)
        if waiting is not None:
            raise Conflict(f"{waiting['requested_by']} asked for that already: see {waiting['write_off_id']}")
        write_off_id, amount = f"CW-{command.id}", round_half_up(body.amount, item["currency"])
        await uow.execute(
            "insert_write_off_request", item["customer_id"], write_off_id, item_id, item["company_id"],
            item["currency"], amount, body.reason, command.person.name, uow.business_date,
        )  # fmt: skip
        uow.audit(command, action="ask_for_write_off", subject=item_id, before=None, after=body)
        return await _shown(write_off_id, uow)

    return await command.run(work, body)


@router.post("/write-offs/{write_off_id}/approve")
async def approve_write_off(write_off_id: str, body: WithReason, command: Decider) -> WriteOffView:
    """A second person with enough authority agrees; cash application posts it."""

    async def work(uow: CollectionsWork) -> WriteOffView:
        asked = await _to_decide(write_off_id, command, uow)
        policy = (await uow.policy(WRITE_OFF_AUTHORITY)).on(uow.business_date).document
        if not policy.covers(command.person.roles, asked.amount):
            raise Forbidden(
                f"{command.person.name}'s authority does not cover {asked.amount} {asked.currency}: "
                "somebody with more has to approve (policy write_off_authority)"
            )
        uow.emit(
            WriteOffApproved(
                write_off_id=write_off_id,
                item_id=asked.item_id,
                customer_id=asked.customer_id,
                company_id=asked.company_id,
                currency=asked.currency,
                amount=asked.amount,
                requested_by=asked.requested_by,
                approved_by=command.person.name,
                approved_on=uow.business_date,
                reason=asked.reason,
            ),
            cause=command,
        )
        return await _decide(asked, "approved", body, command, uow)

    return await command.run(work, body)


@router.post("/write-offs/{write_off_id}/decline")
async def decline_write_off(write_off_id: str, body: WithReason, command: Decider) -> WriteOffView:
    """A second person does not agree; the item stays owed."""

    async def work(uow: CollectionsWork) -> WriteOffView:
        return await _decide(await _to_decide(write_off_id, command, uow), "declined", body, command, uow)

    return await command.run(work, body)


async def _to_decide(write_off_id: str, command: Command, uow: CollectionsWork) -> WriteOffView:
    asked = await _shown(write_off_id, uow)
    if asked.state != "waiting":
        raise Conflict(f"{asked.decided_by} has {asked.state} it on {asked.decided_on} already")
    if asked.requested_by == command.person.name:
        raise Forbidden(f"{command.person.name} asked for it: somebody else has to decide")
    return asked


async def _decide(
    asked: WriteOffView, state: State, body: WithReason, command: Command, uow: CollectionsWork
) -> WriteOffView:
    person = command.person.name
    await uow.execute("decide_write_off_request", asked.write_off_id, state, person, uow.business_date, body.reason)
    uow.audit(command, action=f"{state}_write_off", subject=asked.item_id, before="waiting", after=body)
    return await _shown(asked.write_off_id, uow)


async def _shown(write_off_id: str, uow: CollectionsWork) -> WriteOffView:
    row = await uow.fetchrow("load_write_off_request", write_off_id)
    if row is None:
        raise NotFound(f"there is no write-off {write_off_id!r}: see GET /write-offs")
    return WriteOffView.of(row)
