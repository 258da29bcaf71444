"""Persisting the result of a decision: rows of the books, journal postings, and the events published about them."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any, Final

from services.cash_app.open_items.store import movement_row
from services.cash_app.payments.domain.bookings import Bookings, CashMovement
from services.cash_app.payments.domain.payment import PaymentState
from shared.chassis.transaction.unit_of_work import Cause, UnitOfWork
from shared.components import ledger
from shared.contracts.cash_app import (
    DeductionOpened,
    DiscountTax,
    ItemWrittenOff,
    OnAccountChanged,
    OpenItemChanged,
    PaymentApplied,
    PaymentRefunded,
    PaymentTransferred,
    PaymentUnapplied,
    UnappliedCashChanged,
)
from shared.contracts.event import Event


def persist_bookings(uow: UnitOfWork, bookings: Bookings, cause: Cause) -> None:
    """Queues all rows and events of one cause. Each correction is a row of its own, never an edit."""
    ledger.post(uow, bookings.postings)
    for movement in bookings.movements:
        uow.append("insert_cash_movements", movement)
        if movement.account == PaymentState.ON_ACCOUNT and movement.customer_id is not None:
            uow.emit(_on_account_changed(movement, movement.customer_id), cause=cause, about=str(movement.seq))
    for change in _unapplied_changes(bookings.movements):
        uow.emit(change, cause=cause, about=str(change.movement_no))
    for part, payment_id in bookings.parts:
        uow.append("insert_parts", (part.payment_id, payment_id, part.held_since))
    for event in bookings.events:
        # Not isinstance: for a pydantic model it takes ten times as long.
        if type(event) is OpenItemChanged:
            uow.emit(event, cause=cause, about=str(event.item_version))
            uow.append("insert_item_movements", movement_row(event))
        else:
            uow.emit(event, cause=cause)
            if type(event) in _PERSIST:
                _PERSIST[type(event)](uow, event)


def _unapplied_changes(movements: Sequence[CashMovement]) -> list[UnappliedCashChanged]:
    """By how much the unapplied money of customers changed in all, by payment and day."""
    sums: dict[tuple[str, str, date], UnappliedCashChanged] = {}
    for movement in movements:
        if movement.account != PaymentState.UNAPPLIED or movement.customer_id is None:
            continue
        key = movement.payment_id, movement.customer_id, movement.business_date
        known = sums.get(key)
        sums[key] = UnappliedCashChanged(
            payment_id=movement.payment_id,
            movement_no=movement.seq,
            customer_id=movement.customer_id,
            company_id=movement.company_id,
            currency=movement.currency,
            change=movement.change + (known.change if known else 0),
            business_date=movement.business_date,
        )
    return [change for change in sums.values() if change.change]


def _on_account_changed(movement: CashMovement, customer_id: str) -> OnAccountChanged:
    return OnAccountChanged(
        payment_id=movement.payment_id,
        movement_no=movement.seq,
        customer_id=customer_id,
        company_id=movement.company_id,
        currency=movement.currency,
        change=movement.change,
        business_date=movement.business_date,
    )


def _persist_application(uow: UnitOfWork, applied: PaymentApplied) -> None:
    customer_id, application_id = applied.customer_id, applied.application_id
    uow.append(
        "insert_applications",
        (
            customer_id, application_id, applied.payment_id, applied.company_id, applied.currency, applied.applied_on,
            applied.amount, applied.discount, applied.paid_currency, applied.paid_amount, applied.policy_version,
        ),
    )  # fmt: skip
    for line_no, line in enumerate(applied.lines, start=1):
        uow.append(
            "insert_application_lines",
            (
                customer_id, application_id, line_no, line.item_id, line.document_number, line.amount, line.discount,
                line.rule, line.why, line.evidence, line.score, line.alternatives, line.tolerance, line.deduction,
                _taxes(line.discount_taxes), line.surplus, line.paid, line.exchange_difference,
                line.recovered, line.given_back,
            ),
        )  # fmt: skip


def _persist_reversal(uow: UnitOfWork, undone: PaymentUnapplied) -> None:
    uow.append(
        "insert_reversals",
        (
            undone.customer_id, undone.application_id, undone.reversal_id, undone.payment_id, undone.currency,
            undone.unapplied_on, undone.amount, undone.discount, undone.cause, undone.reason,
        ),
    )  # fmt: skip
    for line in undone.lines:
        uow.append(
            "insert_reversal_lines",
            (
                undone.customer_id, undone.application_id, undone.reversal_id, line.line_no, line.amount, line.discount,
                line.tolerance, line.deduction, _taxes(line.discount_taxes), line.surplus, line.paid,
                line.exchange_difference, line.recovered, line.given_back,
            ),
        )  # fmt: skip


def _taxes(taxes: Sequence[DiscountTax]) -> str:
    if not taxes:
        return "[]"
    return json.dumps([[None if each.tax_percent is None else str(each.tax_percent), str(each.tax)] for each in taxes])


def _persist_transfer(uow: UnitOfWork, moved: PaymentTransferred) -> None:
    uow.append(
        "insert_transfers",
        (
            moved.transfer_id, moved.payment_id, moved.from_customer_id, moved.to_customer_id, moved.company_id,
            moved.currency, moved.amount, moved.transferred_on, moved.reason,
        ),
    )  # fmt: skip


def _persist_refund(uow: UnitOfWork, refunded: PaymentRefunded) -> None:
    uow.append(
        "insert_refunds",
        (
            refunded.customer_id, refunded.refund_id, refunded.cancels, refunded.payment_id, refunded.company_id,
            refunded.currency, refunded.amount, refunded.refunded_on, refunded.ordered_by, refunded.approved_by,
            refunded.reason,
        ),
    )  # fmt: skip


def _persist_write_off(uow: UnitOfWork, written_off: ItemWrittenOff) -> None:
    uow.append(
        "insert_write_offs",
        (
            written_off.customer_id, written_off.write_off_id, written_off.reverses, written_off.item_id,
            written_off.document_number, written_off.company_id, written_off.currency, written_off.amount,
            written_off.written_off_on, written_off.approved_by, written_off.reason,
        ),
    )  # fmt: skip


def _persist_deduction(uow: UnitOfWork, opened: DeductionOpened) -> None:
    uow.append(
        "insert_deductions",
        (
            opened.customer_id, opened.deduction_id, opened.application_id, opened.item_id, opened.payment_id,
            opened.reason, opened.why, opened.payer_code, opened.payer_text, opened.payer_reference,
        ),
    )  # fmt: skip


_PERSIST: Final[dict[type[Event], Callable[[UnitOfWork, Any], None]]] = {
    PaymentApplied: _persist_application,
    PaymentUnapplied: _persist_reversal,
    PaymentTransferred: _persist_transfer,
    PaymentRefunded: _persist_refund,
    ItemWrittenOff: _persist_write_off,
    DeductionOpened: _persist_deduction,
}
"""Events that are rows as well; the others are only published."""
