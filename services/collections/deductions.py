"""Deductions over HTTP: a collector takes up what a payer kept back, and grants it or charges it back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from fastapi import APIRouter
from pydantic import BaseModel

from services.collections.access import Books, Reader
from services.collections.domain.deductions import Deduction, DeductionState, NotPossible, NotThatMuch
from services.collections.outcomes import say_about_deduction
from services.collections.store import DEDUCTION_RULES, CollectionsWork
from services.collections.views import WithReason
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
from shared.contracts.erp import DeductionReason
from shared.contracts.event import Identifier, PositiveAmount
from shared.kernel.money import round_half_up

router = APIRouter()

Collector = Annotated[Command, command_for_roles("collector", "credit_manager", "controller")]
State = Literal["open", "in_review", "waiting", "granted", "charged_back", "settled"]


class GrantDeduction(WithReason):
    amount: PositiveAmount | None = None
    """What is granted, incl. tax, the rest being charged back; all that is owed unless given."""


class DeductionView(BaseModel):
    """A deduction, what of it is still owed, and what was said to it; amounts in `currency`."""

    deduction_id: str
    customer_id: str
    company_id: str
    document_number: str
    payment_id: str
    opened_on: date
    currency: str
    amount: Decimal
    owed: Decimal
    reason: DeductionReason
    why: str
    state: State
    """settled: nothing is owed of it any more, however that came."""
    collector: str | None
    asked_by: str | None
    granted_amount: Decimal
    request_id: str | None
    """What invoicing was asked with for a credit memo: GET /credit-memos/{request_id} there."""
    decided_on: date | None
    decision: str

    @classmethod
    def of(cls, row: Any) -> Self:
        amounts = ("amount", "owed", "granted_amount")
        return cls.model_validate({**row, **{name: round_half_up(row[name], row["currency"]) for name in amounts}})


@router.get("/deductions")
async def deductions(
    person: Reader,
    db: Books,
    state: State | None = None,
    customer_id: Identifier | None = None,
    reason: DeductionReason | None = None,
    collector: str | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[DeductionView]:
    """What payers kept back, the oldest first."""
    position = decode_cursor(cursor, 2, date.fromisoformat, str)
    rows = await db.fetch("list_deductions", *position, None, customer_id, state, reason, collector, limit + 1)
    return Page.of(rows, limit, DeductionView.of, lambda row: [row["opened_on"], row["deduction_id"]])


@router.get("/deductions/{deduction_id:path}")
async def deduction_by_id(deduction_id: Identifier, person: Reader, db: Books) -> DeductionView:
    """One deduction."""
    row = await db.fetchrow("list_deductions", None, None, deduction_id, None, None, None, None, 1)
    if row is None:
        raise NotFound(f"there is no deduction {deduction_id!r}: see GET /deductions")
    return DeductionView.of(row)


@router.post("/deductions/{deduction_id:path}/take-up")
async def take_up(deduction_id: Identifier, body: WithReason, command: Collector) -> DeductionView:
    """A collector looks into it; also after it was charged back."""

    async def work(uow: CollectionsWork) -> DeductionView:
        deduction, owed = await _locked(deduction_id, uow)
        with _recorded("take_up_deduction", deduction, body, command, uow):
            deduction.take_up(command.person.name)
        return _view(deduction, owed)

    return await command.run(work, body)


@router.post("/deductions/{deduction_id:path}/charge-back")
async def charge_back(deduction_id: Identifier, body: WithReason, command: Collector) -> DeductionView:
    """The customer owes it: it is dunned as any other item."""

    async def work(uow: CollectionsWork) -> DeductionView:
        deduction, owed = await _locked(deduction_id, uow)
        with _recorded("charge_back_deduction", deduction, body, command, uow):
            deduction.charge_back(command.person.name, uow.business_date, body.reason)
        return _view(deduction, owed)

    return await command.run(work, body)


@router.post("/deductions/{deduction_id:path}/grant", status_code=202)
async def grant(deduction_id: Identifier, body: GrantDeduction, command: Collector) -> DeductionView:
    """The customer is right: invoicing is asked for a credit memo; above one's authority once a second one agrees."""

    async def work(uow: CollectionsWork) -> DeductionView:
        deduction, owed = await _locked(deduction_id, uow)
        rules = (await uow.policy(DEDUCTION_RULES)).on(uow.business_date).document
        amount, person = body.amount or owed, command.person
        if rules.covers(person.roles, amount):
            return _grant(deduction, amount, owed, body, command, uow)
        with _recorded("ask_for_grant", deduction, body, command, uow):
            deduction.ask(amount, owed, person.name, body.reason)
        return _view(deduction, owed)

    return await command.run(work, body)


@router.post("/deductions/{deduction_id:path}/approve")
async def approve(deduction_id: Identifier, body: WithReason, command: Collector) -> DeductionView:
    """A second person with enough authority agrees to grant it."""

    async def work(uow: CollectionsWork) -> DeductionView:
        deduction, owed = await _waiting(deduction_id, command, uow)
        rules = (await uow.policy(DEDUCTION_RULES)).on(uow.business_date).document
        amount = min(deduction.granted_amount, owed)
        if not rules.covers(command.person.roles, amount):
            raise Forbidden(
                f"{command.person.name}'s authority does not cover {amount} {deduction.currency}: "
                "somebody with more has to approve (policy deduction_rules)"
            )
        return _grant(deduction, amount, owed, body, command, uow)

    return await command.run(work, body)


@router.post("/deductions/{deduction_id:path}/decline")
async def decline(deduction_id: Identifier, body: WithReason, command: Collector) -> DeductionView:
    """A second person does not agree to grant it: it is looked into again."""

    async def work(uow: CollectionsWork) -> DeductionView:
        deduction, owed = await _waiting(deduction_id, command, uow)
        with _recorded("decline_grant", deduction, body, command, uow):
            deduction.not_granted(f"declined by {command.person.name}: {body.reason}")
        return _view(deduction, owed)

    return await command.run(work, body)


async def _locked(deduction_id: str, uow: CollectionsWork) -> tuple[Deduction, Decimal]:
    """The deduction, and what is still owed of it."""
    owner = await uow.fetchrow("owner_of_deduction", deduction_id)
    if owner is None:
        raise NotFound(f"there is no deduction {deduction_id!r}: see GET /deductions")
    key = owner["customer_id"], deduction_id
    deduction = (await uow.deductions.load([key]))[key]
    row = await uow.fetchrow("owed_on_deduction", *key, deduction.amount)
    assert row is not None
    if not row["owed"]:
        raise Conflict(f"deduction {deduction_id} is settled: nothing of {deduction.amount} is owed any more")
    return deduction, round_half_up(row["owed"], deduction.currency)


async def _waiting(deduction_id: str, command: Command, uow: CollectionsWork) -> tuple[Deduction, Decimal]:
    deduction, owed = await _locked(deduction_id, uow)
    if deduction.state is not DeductionState.WAITING:
        raise Conflict(f"deduction {deduction_id} is {deduction.state}: there is nothing to agree to")
    if deduction.asked_by == command.person.name:
        raise Forbidden(f"{command.person.name} asked for it: somebody else has to decide")
    return deduction, owed


def _grant(
    deduction: Deduction, amount: Decimal, owed: Decimal, body: WithReason, command: Command, uow: CollectionsWork
) -> DeductionView:
    with _recorded("grant_deduction", deduction, body, command, uow):
        deduction.grant(amount, owed, command.person.name, uow.business_date, body.reason, f"DG-{command.id}")
    uow.emit(deduction.request(), cause=command)
    return _view(deduction, owed)


@contextmanager
def _recorded(
    action: str, deduction: Deduction, body: WithReason, command: Command, uow: CollectionsWork
) -> Iterator[None]:
    """What is done within is audited and noted on the customer; what is not possible is refused with its sentence."""
    before = deduction.state
    try:
        yield
    except NotThatMuch as error:
        raise Unprocessable(str(error)) from None
    except NotPossible as error:
        raise Conflict(str(error)) from None
    uow.audit(
        command, action, deduction.deduction_id, {"state": before}, {"state": deduction.state, "why": body.reason}
    )
    say_about_deduction(uow, deduction, uow.business_date, command.person.name, body.reason, command)


def _view(deduction: Deduction, owed: Decimal) -> DeductionView:
    known = {name: getattr(deduction, name) for name in DeductionView.model_fields if name != "owed"}
    return DeductionView(**known, owed=owed)
