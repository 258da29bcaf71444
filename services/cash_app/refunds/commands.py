"""Refunds: requested by one person, approved by a second, cancelled when they were not paid out."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from services.cash_app.corrections.commands import allowed
from services.cash_app.duplicates.handlers import settle_held_duplicate
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import Payment, PaymentState
from services.cash_app.refunds.domain import NotRefundable, Refund, cancel, refund
from services.cash_app.refunds.policy import REFUND_RULES
from services.cash_app.work import Action, CashWork
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.transaction.command import Command
from shared.chassis.transaction.unit_of_work import Cause
from shared.components import approvals
from shared.kernel.authority import check_authority
from shared.kernel.money import Money, is_exact, round_half_up

KIND = "refund"


async def request_refund(
    payment: Payment, amount: Decimal, reason: str, command: Command, uow: CashWork
) -> approvals.Approval:
    """Requests that unapplied money of a locked payment is refunded; a second person has to approve."""
    payment_id = payment.payment_id
    if payment.state not in (PaymentState.UNAPPLIED, PaymentState.ON_ACCOUNT) or payment.customer_id is None:
        raise Conflict(f"payment {payment_id} is {payment.state}: only unapplied or on-account money can be refunded")
    if amount > payment.unapplied_amount or not is_exact(amount, payment.currency):
        raise Unprocessable(
            f"{amount:,} cannot be refunded: {Money(payment.unapplied_amount, payment.currency)} of payment "
            f"{payment_id} is unapplied"
        )
    request = approvals.ApprovalRequest(
        approval_id=f"RF-{command.id}",
        kind=KIND,
        subject=payment_id,
        customer_id=payment.customer_id,
        company_id=payment.company_id,
        currency=payment.currency,
        amount=amount,
        reason=reason,
    )
    approval = await approvals.request_approval(uow, command, request)
    uow.note_action(command, payment_id, Action("request_refund", reason), payment.company_id)
    return approval


async def post_approved_refund(approval: approvals.Approval, command: Command, uow: CashWork) -> None:
    """Posts a refund that the command's person approves. Raises AuthorityExceeded; Conflict where it no longer fits."""
    today = uow.business_date_of(approval.company_id)
    rules = (await uow.policy(REFUND_RULES)).on(today).document
    check_authority(
        rules.authority,
        command.person.name,
        command.person.roles,
        amount=approval.amount,
        currency=approval.currency,
        policy_name=REFUND_RULES.name,
    )
    payment = await uow.lock_payment(approval.subject)
    if payment.customer_id != approval.customer_id or payment.state is PaymentState.SUSPENSE:
        raise Conflict(
            f"payment {payment.payment_id} no longer belongs to customer {approval.customer_id}: decline the refund"
        )
    order = Refund(
        approval.approval_id,
        approval.amount,
        approval.requested_by,
        command.person.name,
        approval.reason,
        today,
    )
    book, bookings = await uow.subledger(approval.customer_id), Bookings()
    try:
        allowed(lambda: refund(payment, order, book, bookings))
    except NotRefundable as error:
        raise Conflict(str(error)) from None
    uow.post(bookings, cause=command)
    settle_held_duplicate(payment, "refunded", uow)


async def reopen_returned_refund(refund_id: str, on: date, why: str, cause: Cause, uow: CashWork) -> None:
    """The bank returned what was paid out, on `on`: the money is the customer's credit again, for a person to use."""
    row = (await uow.fetch("refund_by_id", refund_id))[0]
    payment = await uow.lock_payment(row["payment_id"])
    amount, bookings = round_half_up(row["amount"], row["currency"]), Bookings()
    order = Refund(refund_id, amount, row["ordered_by"], row["approved_by"], why, row["refunded_on"])
    cancel(payment, order, on, await uow.subledger(row["customer_id"]), bookings)
    payment.remark([f"refund {refund_id} of {amount} {payment.currency} came back: {why}"])
    uow.post(bookings, cause=cause)


async def cancel_refund(refund_id: str, reason: str, command: Command, uow: CashWork) -> Payment:
    """Cancels a refund that was not paid out: the money is unapplied again."""
    rows = await uow.fetch("refund_by_id", refund_id)
    if not rows:
        raise NotFound(f"there is no refund {refund_id!r}")
    payment = await uow.lock_payment(rows[0]["payment_id"])
    row = (await uow.fetch("refund_by_id", refund_id))[0]
    if row["cancelled"] or payment.customer_id != row["customer_id"]:
        raise Conflict(f"refund {refund_id} was cancelled before")
    amount, bookings = round_half_up(row["amount"], row["currency"]), Bookings()
    order = Refund(refund_id, amount, row["ordered_by"], command.person.name, reason, row["refunded_on"])
    today = uow.business_date_of(payment.company_id)
    cancel(payment, order, today, await uow.subledger(row["customer_id"]), bookings)
    uow.post_action(bookings, command, Action("cancel_refund", reason), payment)
    return payment
