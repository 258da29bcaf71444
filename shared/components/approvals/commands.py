"""Requesting an approval and deciding it, each with its audit entry in the same transaction."""

from __future__ import annotations

from shared.chassis.errors import Conflict, NotFound
from shared.chassis.transaction.command import Command
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.components.approvals.domain import ACTION, AlreadyDecided, Approval, ApprovalRequest, ApprovalState
from shared.components.approvals.store import approval_from_row
from shared.kernel.money import round_half_up


async def request_approval(uow: UnitOfWork, command: Command, request: ApprovalRequest) -> Approval:
    """Stores a request of the command's person, dated by its company's day; a second person has to decide.

    Raises Conflict where a request of the same kind is pending for the subject.
    """
    row = await uow.fetchrow(
        "insert_approval",
        request.approval_id,
        request.kind,
        request.subject,
        request.customer_id,
        request.company_id,
        request.currency,
        round_half_up(request.amount, request.currency),
        request.reason,
        command.person.name,
        uow.business_date_of(request.company_id),
    )
    if row is None:
        raise Conflict(await _already_requested(uow, request))
    approval = approval_from_row(row)
    after = {"approval_id": approval.approval_id, "amount": approval.amount, "reason": approval.reason}
    uow.audit(command, action=f"request_{approval.kind}", subject=approval.subject, before=None, after=after)
    return approval


async def load_pending(uow: UnitOfWork, command: Command, approval_id: str) -> Approval:
    """The approval, locked until the end of the unit of work, which the command's person may decide.

    Raises NotFound; Conflict where it was decided before; RequesterCannotApprove. Whether the person's authority
    covers the amount is checked by the service, with the policy of the kind.
    """
    row = await uow.fetchrow("lock_approval", approval_id)
    if row is None:
        raise NotFound(f"there is no approval {approval_id!r}: GET /approvals?state=pending lists those to be decided")
    approval = approval_from_row(row)
    try:
        approval.check_decidable_by(command.person.name)
    except AlreadyDecided as error:
        raise Conflict(str(error)) from None
    return approval


async def decide(uow: UnitOfWork, command: Command, approval: Approval, state: ApprovalState, reason: str) -> Approval:
    """Stores the decision of the command's person, dated by its company's day. What it leads to is posted elsewhere.

    `approval` comes from `load_pending`. Raises Conflict, RequesterCannotApprove as that does.
    """
    try:
        decided = approval.decided(state, command.person.name, uow.business_date_of(approval.company_id), reason)
    except AlreadyDecided as error:
        raise Conflict(str(error)) from None
    await uow.execute(
        "decide_approval", decided.approval_id, decided.state, decided.decided_by, decided.decided_on, reason
    )
    after = {"state": decided.state, "reason": reason, "amount": decided.amount}
    action = f"{ACTION[decided.state]}_{decided.kind}"
    uow.audit(command, action=action, subject=decided.subject, before={"state": approval.state}, after=after)
    return decided


async def _already_requested(uow: UnitOfWork, request: ApprovalRequest) -> str:
    kind = request.kind.replace("_", "-")
    row = await uow.fetchrow("pending_approval_of", request.kind, request.subject)
    if row is None:
        return f"another request for a {kind} of {request.subject} was decided just now: read it, then ask again"
    pending = approval_from_row(row)
    return (
        f"{pending.requested_by} requested a {kind} of {request.subject} on {pending.requested_on}, and it is pending "
        f"as approval {pending.approval_id}: have that decided first"
    )
