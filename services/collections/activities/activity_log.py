"""The activity log: every activity is stored and published."""

from __future__ import annotations

from services.collections.activities.domain import SYSTEM_ACTOR, activity
from services.collections.activities.store import insert_activity
from shared.chassis.transaction.unit_of_work import Cause, UnitOfWork
from shared.contracts.cash_app import PaymentDishonored, PaymentUnapplied
from shared.contracts.collections import ActivityLogged
from shared.kernel.money import Money


def log_activity(uow: UnitOfWork, logged: ActivityLogged, cause: Cause) -> None:
    """Stores an activity and publishes it."""
    insert_activity(uow, logged)
    uow.emit(logged, cause=cause)


def log_returned_payment(uow: UnitOfWork, reversal: PaymentUnapplied) -> None:
    """Logs that the bank returned a payment, and the amount that is owed again."""
    owed_again = Money(reversal.amount + reversal.discount, reversal.currency)
    logged = activity(
        reversal.reversal_id,
        reversal.customer_id,
        "note",
        on=reversal.unapplied_on,
        by=SYSTEM_ACTOR,
        text=f"payment {reversal.payment_id}: {reversal.reason}; {owed_again} is owed again",
    )
    log_activity(uow, logged, reversal)


def log_dishonored_payment(uow: UnitOfWork, dishonored: PaymentDishonored) -> None:
    """Logs that the bank returned a payment that had not been applied to any item."""
    amount = Money(dishonored.amount, dishonored.currency)
    logged = activity(
        dishonored.dishonor_id,
        dishonored.customer_id,
        "note",
        on=dishonored.dishonored_on,
        by=SYSTEM_ACTOR,
        text=f"payment {dishonored.payment_id} of {amount}, which was not applied to any item: {dishonored.reason}",
    )
    log_activity(uow, logged, dishonored)
