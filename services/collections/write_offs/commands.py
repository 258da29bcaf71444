"""Write-offs: one person requests, a second person with authority approves."""

from __future__ import annotations

from decimal import Decimal
from typing import Final

from services.collections.work import CollectionsWork
from services.collections.write_offs.domain import WriteOffNotPossible, check_amount
from services.collections.write_offs.store import WRITE_OFF_AUTHORITY
from shared.chassis.errors import NotFound, Unprocessable
from shared.chassis.transaction.command import Command
from shared.components.approvals import Approval, ApprovalRequest, ApprovalState, decide, load_pending, request_approval
from shared.contracts.collections import WriteOffApproved
from shared.kernel.authority import check_authority

WRITE_OFF: Final = "write_off"
"""The kind of approval."""


async def request_write_off(
    item_id: str, amount: Decimal, reason: str, command: Command, uow: CollectionsWork
) -> Approval:
    """Requests to write off `amount` of an item, in its currency. Raises NotFound, Unprocessable, Conflict."""
    item = await uow.fetchrow("item_to_write_off", item_id)
    if item is None:
        raise NotFound(f"there is no item {item_id!r}: see GET /customers/… for what a customer owes")
    currency = item["currency"]
    try:
        check_amount(
            amount, open_amount=item["open_amount"], currency=currency, document_number=item["document_number"]
        )
    except WriteOffNotPossible as error:
        raise Unprocessable(str(error)) from None
    request = ApprovalRequest(
        approval_id=f"CW-{command.id}",
        kind=WRITE_OFF,
        subject=item_id,
        customer_id=item["customer_id"],
        company_id=item["company_id"],
        currency=currency,
        amount=amount,
        reason=reason,
    )
    return await request_approval(uow, command, request)


async def approve_write_off(write_off_id: str, reason: str, command: Command, uow: CollectionsWork) -> Approval:
    """Approves a request; cash application posts it.

    Raises NotFound, Conflict, RequesterCannotApprove, AuthorityExceeded.
    """
    approval = await load_pending(uow, command, write_off_id)
    policy = (await uow.policy(WRITE_OFF_AUTHORITY)).on(uow.business_date_of(approval.company_id)).document
    check_authority(
        policy.authority,
        command.person.name,
        command.person.roles,
        amount=approval.amount,
        currency=approval.currency,
        policy_name=WRITE_OFF_AUTHORITY.name,
    )
    approved = await decide(uow, command, approval, ApprovalState.APPROVED, reason)
    uow.emit(_write_off_approved(approved), cause=command)
    return approved


async def decline_write_off(write_off_id: str, reason: str, command: Command, uow: CollectionsWork) -> Approval:
    """Declines a request; the item stays owed. Raises NotFound, Conflict, RequesterCannotApprove."""
    approval = await load_pending(uow, command, write_off_id)
    return await decide(uow, command, approval, ApprovalState.DECLINED, reason)


def _write_off_approved(approval: Approval) -> WriteOffApproved:
    assert approval.decided_by is not None and approval.decided_on is not None
    return WriteOffApproved(
        write_off_id=approval.approval_id,
        item_id=approval.subject,
        customer_id=approval.customer_id,
        company_id=approval.company_id,
        currency=approval.currency,
        amount=approval.amount,
        requested_by=approval.requested_by,
        approved_by=approval.decided_by,
        approved_on=approval.decided_on,
        reason=approval.reason,
    )
