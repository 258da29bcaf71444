"""Writing down what the domain did: movements, applications, journal, and what is said of it."""

from __future__ import annotations

from services.cash_app.corrections_kept import keep_correction
from services.cash_app.domain.bookings import Bookings, CashMovement
from services.cash_app.domain.payments import PaymentState
from services.cash_app.store import CashWork
from shared.chassis.transaction.unit_of_work import Cause
from shared.components import ledger
from shared.contracts.cash_app import OnAccountChanged, OpenItemChanged, PaymentApplied


def record(uow: CashWork, bookings: Bookings, cause: Cause) -> None:
    """All of one cause's bookings, to be written with the unit of work."""
    ledger.post(uow, bookings.postings)
    for item in bookings.items:
        uow.add_item(item)
    for movement in bookings.cash:
        uow.append("insert_cash_movements", movement)
        if movement.account == PaymentState.ON_ACCOUNT and movement.customer_id is not None:
            _say_on_account(uow, movement, movement.customer_id, cause)
    for event in bookings.said:
        # Not isinstance: of a pydantic model that takes ten times as long.
        if type(event) is OpenItemChanged:
            uow.emit(event, cause=cause, about=str(event.item_version))
            _keep_movement(uow, event)
        else:
            uow.emit(event, cause=cause)
            if type(event) is PaymentApplied:
                _keep_application(uow, event)
            else:
                keep_correction(uow, event)


def _say_on_account(uow: CashWork, movement: CashMovement, customer_id: str, cause: Cause) -> None:
    changed = OnAccountChanged(
        payment_id=movement.payment_id,
        movement_no=movement.seq,
        customer_id=customer_id,
        company_id=movement.company_id,
        currency=movement.currency,
        change=movement.change,
        business_date=movement.business_date,
    )
    uow.emit(changed, cause=cause, about=str(movement.seq))


def _keep_movement(uow: CashWork, changed: OpenItemChanged) -> None:
    uow.append(
        "insert_item_movements",
        (
            changed.customer_id,
            changed.item_id,
            changed.item_version,
            changed.company_id,
            changed.currency,
            changed.business_date,
            changed.change,
            changed.cause,
            changed.cause_id,
        ),
    )


def _keep_application(uow: CashWork, applied: PaymentApplied) -> None:
    customer_id, application_id = applied.customer_id, applied.application_id
    uow.append(
        "insert_applications",
        (
            customer_id,
            application_id,
            applied.payment_id,
            applied.company_id,
            applied.currency,
            applied.applied_on,
            applied.amount,
            applied.discount,
            applied.paid_currency,
            applied.paid_amount,
            applied.policy_version,
        ),
    )
    for line_no, line in enumerate(applied.lines, start=1):
        uow.append(
            "insert_application_lines",
            (
                customer_id,
                application_id,
                line_no,
                line.item_id,
                line.document_number,
                line.amount,
                line.discount,
                line.rule,
                line.why,
                line.evidence,
                line.score,
                line.alternatives,
                line.tolerance,
                line.deduction,
            ),
        )
