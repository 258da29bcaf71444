"""What a second person decides about requested refunds and write-offs."""

from __future__ import annotations

from services.cash_app.bank_files.commands import ACCEPTANCE, accept_import
from services.cash_app.refunds.commands import KIND as REFUND
from services.cash_app.refunds.commands import post_approved_refund
from services.cash_app.work import Action, CashWork
from services.cash_app.write_offs.commands import post_approved_write_off
from shared.chassis.transaction.command import Command
from shared.components.approvals import Approval, ApprovalState, decide, load_pending


async def approve(approval_id: str, reason: str, command: Command, uow: CashWork) -> Approval:
    """A second person, with enough authority, approves: the refund or write-off is posted, the file goes in."""
    approval = await load_pending(uow, command, approval_id)
    if approval.kind == REFUND:
        await post_approved_refund(approval, command, uow)
    elif approval.kind == ACCEPTANCE:
        await accept_import(approval, command, uow)
    else:
        await post_approved_write_off(approval, command, uow)
    return await _decide(approval, ApprovalState.APPROVED, reason, command, uow)


async def decline(approval_id: str, reason: str, command: Command, uow: CashWork) -> Approval:
    """A second person declines; nothing is posted."""
    approval = await load_pending(uow, command, approval_id)
    return await _decide(approval, ApprovalState.DECLINED, reason, command, uow)


async def _decide(approval: Approval, state: ApprovalState, reason: str, command: Command, uow: CashWork) -> Approval:
    decided = await decide(uow, command, approval, state, reason)
    uow.note_action(command, approval.subject, Action(f"{state}_{approval.kind}", reason), approval.company_id)
    return decided
