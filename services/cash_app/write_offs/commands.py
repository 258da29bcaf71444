"""Write-offs by people: at once within a person's authority, else when a second person approves; and their reversal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.cash_app.application.domain.reopened import settle_reopened
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.work import Action, CashWork
from services.cash_app.write_offs.domain import WriteOff, reverse_write_off, write_off
from services.cash_app.write_offs.policy import WRITE_OFF_RULES
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.transaction.command import Command
from shared.components import approvals
from shared.kernel.authority import check_authority, within_authority
from shared.kernel.money import Money, is_exact, round_half_up

KIND = "write_off"


@dataclass(frozen=True, slots=True)
class PostedWriteOff:
    """A write-off that was posted at once, or reversed; `amount` in the item's currency."""

    write_off_id: str
    item: OpenItem
    amount: Decimal
    approved_by: str
    on: date
    reversed_by: str | None = None


async def request_write_off(
    item: OpenItem, amount: Decimal, reason: str, command: Command, uow: CashWork
) -> PostedWriteOff | approvals.Approval:
    """Writes off a locked item: at once within the person's authority, else a second person has to approve."""
    if amount > item.open_amount or not is_exact(amount, item.currency):
        raise Unprocessable(
            f"{amount:,} cannot be written off: {Money(item.open_amount, item.currency)} is open on "
            f"{item.document_number}"
        )
    write_off_id, person, today = f"WO-{command.id}", command.person, uow.business_date_of(item.company_id)
    rules = (await uow.policy(WRITE_OFF_RULES)).on(today).document
    if within_authority(rules.authority, person.roles, amount):
        approved = WriteOff(write_off_id, amount, person.name, reason, today)
        written_off = _post(item, approved, command, uow)
        return PostedWriteOff(write_off_id, item, written_off, person.name, today)
    request = approvals.ApprovalRequest(
        approval_id=write_off_id,
        kind=KIND,
        subject=item.item_id,
        customer_id=item.customer_id,
        company_id=item.company_id,
        currency=item.currency,
        amount=amount,
        reason=reason,
    )
    approval = await approvals.request_approval(uow, command, request)
    uow.note_action(command, item.item_id, Action("request_write_off", reason), item.company_id)
    return approval


async def post_approved_write_off(approval: approvals.Approval, command: Command, uow: CashWork) -> None:
    """Posts a write-off that the command's person approves. Raises AuthorityExceeded; Conflict where less is open."""
    today = uow.business_date_of(approval.company_id)
    rules = (await uow.policy(WRITE_OFF_RULES)).on(today).document
    check_authority(
        rules.authority,
        command.person.name,
        command.person.roles,
        amount=approval.amount,
        currency=approval.currency,
        policy_name=WRITE_OFF_RULES.name,
    )
    item = await uow.lock_item(approval.subject)
    if approval.amount > item.open_amount:
        raise Conflict(
            f"only {Money(item.open_amount, item.currency)} is open on {item.document_number} now: decline, and "
            "request a write-off of that amount"
        )
    approved = WriteOff(approval.approval_id, approval.amount, command.person.name, approval.reason, today)
    _post(item, approved, command, uow)


async def reverse(write_off_id: str, reason: str, command: Command, uow: CashWork) -> PostedWriteOff:
    """Reopens what was written off, with its old due date."""
    rows = await uow.fetch("write_off_by_id", write_off_id)
    if not rows:
        raise NotFound(f"there is no write-off {write_off_id!r}")
    item = await uow.lock_item(rows[0]["item_id"])
    row = (await uow.fetch("write_off_by_id", write_off_id))[0]
    if row["reversed"]:
        raise Conflict(f"write-off {write_off_id} was reversed before")
    amount, bookings = min(round_half_up(row["amount"], row["currency"]), item.written_off), Bookings()
    if not amount:
        raise Conflict(f"write-off {write_off_id} was recovered: {item.document_number} was paid or credited after all")
    written_off = WriteOff(write_off_id, amount, command.person.name, reason, row["written_off_on"])
    book = await uow.subledger(item.customer_id)
    reverse_write_off(item, written_off, uow.business_date_of(item.company_id), bookings)
    book.add_item(item)
    book.changed(item)
    settle_reopened(book, bookings)
    uow.post_action(bookings, command, Action("reverse_write_off", reason), item)
    return PostedWriteOff(
        write_off_id, item, amount, row["approved_by"], row["written_off_on"], reversed_by=command.person.name
    )


def _post(item: OpenItem, approved: WriteOff, command: Command, uow: CashWork) -> Decimal:
    bookings = Bookings()
    amount = write_off(item, approved, bookings)
    uow.post_action(bookings, command, Action("write_off", approved.reason), item)
    return amount
