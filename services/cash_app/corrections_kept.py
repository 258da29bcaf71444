"""What was put right, written beside what was said of it: each correction is a row of its own, never an edit."""

from __future__ import annotations

from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.contracts.cash_app import (
    DeductionOpened,
    ItemWrittenOff,
    PaymentRefunded,
    PaymentTransferred,
    PaymentUnapplied,
)
from shared.contracts.event import Event


def keep_correction(uow: UnitOfWork, event: Event) -> None:
    """Queues the row of a reversal, transfer, refund, write-off or deduction; other events have none."""
    match event:
        case PaymentUnapplied():
            _keep_reversal(uow, event)
        case PaymentTransferred():
            _keep_transfer(uow, event)
        case PaymentRefunded():
            _keep_refund(uow, event)
        case ItemWrittenOff():
            _keep_write_off(uow, event)
        case DeductionOpened():
            _keep_deduction(uow, event)


def _keep_reversal(uow: UnitOfWork, undone: PaymentUnapplied) -> None:
    uow.append(
        "insert_reversals",
        (
            undone.customer_id, undone.application_id, undone.reversal_id, undone.payment_id, undone.currency,
            undone.unapplied_on, undone.amount, undone.discount, undone.cause, undone.reason,
        ),
    )  # fmt: skip


def _keep_transfer(uow: UnitOfWork, moved: PaymentTransferred) -> None:
    uow.append(
        "insert_transfers",
        (
            moved.transfer_id, moved.payment_id, moved.from_customer_id, moved.to_customer_id, moved.company_id,
            moved.currency, moved.amount, moved.transferred_on, moved.reason,
        ),
    )  # fmt: skip


def _keep_refund(uow: UnitOfWork, refunded: PaymentRefunded) -> None:
    uow.append(
        "insert_refunds",
        (
            refunded.customer_id, refunded.refund_id, refunded.payment_id, refunded.company_id, refunded.currency,
            refunded.amount, refunded.refunded_on, refunded.ordered_by, refunded.approved_by, refunded.reason,
        ),
    )  # fmt: skip


def _keep_write_off(uow: UnitOfWork, given_up: ItemWrittenOff) -> None:
    uow.append(
        "insert_write_offs",
        (
            given_up.customer_id, given_up.write_off_id, given_up.item_id, given_up.document_number,
            given_up.company_id, given_up.currency, given_up.amount, given_up.written_off_on, given_up.approved_by,
            given_up.reason,
        ),
    )  # fmt: skip


def _keep_deduction(uow: UnitOfWork, kept_back: DeductionOpened) -> None:
    uow.append(
        "insert_deductions",
        (
            kept_back.customer_id, kept_back.deduction_id, kept_back.item_id, kept_back.payment_id, kept_back.reason,
            kept_back.why,
        ),
    )  # fmt: skip
