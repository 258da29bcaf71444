"""Writing down what the domain did: movements, applications, journal, and what is said of it."""

from __future__ import annotations

from services.cash_app.domain.bookings import Bookings
from services.cash_app.store import CashWork
from shared import ledger
from shared.chassis.unit_of_work import Cause
from shared.contracts.cash_app import OpenItemChanged, PaymentApplied


def record(uow: CashWork, bookings: Bookings, cause: Cause) -> None:
    """All of one cause's bookings, to be written with the unit of work."""
    ledger.post(uow, bookings.postings)
    for movement in bookings.cash:
        uow.append(
            "insert_cash_movements",
            (
                movement.payment_id,
                movement.seq,
                movement.customer_id,
                movement.company_id,
                movement.currency,
                movement.business_date,
                movement.account,
                movement.change,
                movement.cause_id,
            ),
        )
    for event in bookings.said:
        if isinstance(event, OpenItemChanged):
            uow.emit(event, cause=cause, about=str(event.item_version))
            _keep_movement(uow, event)
        else:
            uow.emit(event, cause=cause)
            if isinstance(event, PaymentApplied):
                _keep_application(uow, event)


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
            ),
        )
