"""Events that a collector must see on the customer's page."""

from __future__ import annotations

from services.collections.activities.activity_log import log_dishonored_payment, log_returned_payment
from services.collections.work import CollectionsWork
from shared.contracts.cash_app import PaymentDishonored, PaymentUnapplied


async def log_returned_payments(reversals: list[PaymentUnapplied], uow: CollectionsWork) -> None:
    """Logs the payments that the bank returned after they had been applied."""
    for reversal in reversals:
        if reversal.cause == "returned":
            log_returned_payment(uow, reversal)


async def log_dishonored_payments(dishonored: list[PaymentDishonored], uow: CollectionsWork) -> None:
    """Logs the returned payments that had not been applied; for the others PaymentUnapplied is logged."""
    await uow.lock_customers({event.customer_id: event.company_id for event in dishonored})
    for event in dishonored:
        if not event.applications_undone:
            log_dishonored_payment(uow, event)
