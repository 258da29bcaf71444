"""Approvals: one person requests, a second one decides, and the audit trail has both."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any

import pytest
from fastapi import APIRouter
from pydantic import BaseModel

from shared.chassis.declare.handlers import HandlerTable, on
from shared.chassis.declare.service import Service
from shared.chassis.http import Command, command_for_roles
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.components import approvals
from shared.components.approvals import ApprovalRequest, ApprovalState
from shared.contracts.erp import BusinessDayStarted
from shared.kernel.authority import check_authority
from tests.kit import World
from tests.kit.events.sample import COMPANY, DAY, day

Clerk = Annotated[Command, command_for_roles("cash_clerk", "controller")]
LIMITS = {"cash_clerk": Decimal("100.00"), "controller": None}
router = APIRouter()


class Requested(BaseModel):
    amount: Decimal
    reason: str


class Decision(BaseModel):
    state: ApprovalState
    reason: str


@router.post("/payments/{payment_id}/refund")
async def request_refund(payment_id: str, body: Requested, command: Clerk) -> str:
    """Requests a refund."""

    async def work(uow: UnitOfWork) -> str:
        request = ApprovalRequest(
            approval_id=f"RF-{payment_id}-{body.amount}", kind="refund", subject=payment_id, customer_id="C-1",
            company_id=COMPANY, currency="USD", amount=body.amount, reason=body.reason,
        )  # fmt: skip
        return (await approvals.request_approval(uow, command, request)).approval_id

    return await command.run(work, body)


@router.post("/approvals/{approval_id}/decide")
async def decide_refund(approval_id: str, body: Decision, command: Clerk) -> str:
    """Decides on a refund."""

    async def work(uow: UnitOfWork) -> str:
        approval = await approvals.load_pending(uow, command, approval_id)
        if body.state is ApprovalState.APPROVED:
            person = command.person
            check_authority(
                LIMITS, person.name, person.roles, amount=approval.amount, currency="USD", policy_name="refund_rules"
            )
        return (await approvals.decide(uow, command, approval, body.state, body.reason)).state

    return await command.run(work, body)


async def begin_day(days: list[BusinessDayStarted], uow: UnitOfWork) -> None:
    """The clock alone is enough."""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Service:
    root: Path = tmp_path_factory.mktemp("desk")
    (root / "migrations").mkdir()
    return Service(
        name="cash_app",
        title="Refunds",
        root=root,
        handlers=HandlerTable("cash_app", [on(BusinessDayStarted, begin_day)]),
        work=UnitOfWork,
        router=router,
        components=(approvals.COMPONENT,),
    )


@pytest.fixture
async def world(kafka: Any, postgres: Any, desk: Service) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=[desk]) as world:
        await world.publish(day(DAY))
        await world.settle()
        yield world


async def ask(world: World, payment_id: str, amount: str, person: str = "Ann") -> Any:
    body = {"amount": amount, "reason": "Paid twice."}
    return await world.command("cash_app", "cash_clerk", f"/payments/{payment_id}/refund", body, person=person)


async def answer(world: World, approval_id: str, state: str, *, person: str, role: str = "cash_clerk") -> Any:
    body = {"state": state, "reason": "Checked."}
    return await world.command("cash_app", role, f"/approvals/{approval_id}/decide", body, person=person)


async def test_a_second_person_with_enough_authority_approves_and_both_are_in_the_audit_trail(world: World) -> None:
    approval_id = (await ask(world, "P-1", "100.01")).json()

    by_herself = await answer(world, approval_id, "approved", person="Ann", role="controller")
    assert (by_herself.status_code, by_herself.json()["detail"]) == (
        403,
        "Ann requested this: the requester cannot approve or decline it, so ask another person to decide",
    )
    too_much = await answer(world, approval_id, "approved", person="Bob")
    assert (too_much.status_code, too_much.json()["detail"]) == (
        403,
        "Bob may decide on at most 100.00 USD, not 100.01 USD: ask a person whose role has a higher limit in the "
        "policy refund_rules",
    )
    approved = await answer(world, approval_id, "approved", person="Con", role="controller")
    assert approved.json() == "approved"
    again = await answer(world, approval_id, "declined", person="Bob")
    assert again.status_code == 409
    assert again.json()["detail"].startswith(f"approval {approval_id} was approved by Con on {DAY}")

    assert await world.rows(
        "cash_app", "SELECT person, action, subject FROM audit_entry ORDER BY entry_id"
    ) == [("Ann", "request_refund", "P-1"), ("Con", "approve_refund", "P-1")]  # fmt: skip


async def test_one_request_about_a_subject_is_pending_at_a_time_and_a_declined_one_can_be_made_again(
    world: World,
) -> None:
    approval_id = (await ask(world, "P-1", "10.00")).json()
    second = await ask(world, "P-1", "20.00", person="Bob")
    assert (second.status_code, second.json()["detail"]) == (
        409,
        f"Ann requested a refund of P-1 on {DAY}, and it is pending as approval {approval_id}: have that decided first",
    )
    assert (await answer(world, approval_id, "declined", person="Bob")).json() == "declined"
    assert (await ask(world, "P-1", "20.00", person="Bob")).status_code == 200
    unknown = await answer(world, "RF-0", "approved", person="Bob")
    assert unknown.status_code == 404
    assert unknown.json()["detail"].startswith("there is no approval 'RF-0': GET /approvals")


async def test_approvals_are_listed_page_by_page_and_by_state(world: World) -> None:
    for number in range(1, 4):
        await ask(world, f"P-{number}", "10.00")
    await answer(world, "RF-P-2-10.00", "declined", person="Bob")
    async with world.http("cash_app", "collector") as client:
        first = (await client.get("/approvals", params={"limit": 2})).json()
        rest = (await client.get("/approvals", params={"limit": 2, "cursor": first["next_cursor"]})).json()
        pending = (await client.get("/approvals", params={"state": "pending", "kind": "refund"})).json()
        of_payment = (await client.get("/approvals", params={"subject": "P-2", "customer_id": "C-1"})).json()
        shown = (await client.get("/approvals/RF-P-2-10.00")).json()
    assert [a["subject"] for a in first["items"] + rest["items"]] == ["P-1", "P-2", "P-3"]
    assert rest["next_cursor"] is None
    assert [a["subject"] for a in pending["items"]] == ["P-1", "P-3"]
    assert of_payment["items"] == [shown]
    assert shown == {
        "approval_id": "RF-P-2-10.00", "kind": "refund", "subject": "P-2", "customer_id": "C-1", "company_id": COMPANY,
        "currency": "USD", "amount": "10.00", "reason": "Paid twice.", "requested_by": "Ann", "requested_on": str(DAY),
        "state": "declined", "decided_by": "Bob", "decided_on": str(DAY), "decision_reason": "Checked.",
    }  # fmt: skip
