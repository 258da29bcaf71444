"""What collections says when something happened: the event, the activity beside it, the hold behind it."""

from __future__ import annotations

from datetime import date

from services.collections.domain.credit_holds import SYSTEM, CreditHold
from services.collections.domain.deductions import Deduction
from services.collections.domain.dunning_ladder import Notice
from services.collections.domain.identity import identifier
from services.collections.domain.promises import Promise, PromiseState
from services.collections.domain.receipts import Receipts
from services.collections.store import CollectionsWork
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.cash_app import PaymentDishonored, PaymentUnapplied
from shared.contracts.collections import (
    ActivityLogged,
    CreditHoldLifted,
    CreditHoldRequested,
    DunningSent,
    PromiseBroken,
    PromiseKept,
    PromiseMade,
)


def say_activity(uow: CollectionsWork, activity: ActivityLogged, cause: Cause) -> None:
    """Keeps an activity and says it."""
    uow.keep_activity(activity)
    uow.emit(activity, cause=cause)


def say_promise_activity(
    uow: CollectionsWork, promise: Promise, what: str, on: date, by: str, cause: Cause, note: str = ""
) -> None:
    """Notes on the customer what became of a promise; each of it happens to a promise once."""
    activity = ActivityLogged(
        activity_id=identifier(promise.promise_id, what.replace(" ", "-")),
        customer_id=promise.customer_id,
        kind="promise",
        on=on,
        by=by,
        text=f"{promise.describe()}: {what}{f'. {note}' if note else ''}"[:500],
    )
    say_activity(uow, activity, cause)


def say_returned(uow: CollectionsWork, undone: PaymentUnapplied) -> None:
    """Notes on the customer that the bank took a payment back, with what is owed again."""
    activity = ActivityLogged(
        activity_id=undone.reversal_id,
        customer_id=undone.customer_id,
        kind="note",
        on=undone.unapplied_on,
        by=SYSTEM,
        text=f"payment {undone.payment_id}: {undone.reason}; {undone.amount + undone.discount} {undone.currency} "
        "is owed again"[:500],
    )
    say_activity(uow, activity, undone)


def say_dishonored(uow: CollectionsWork, dishonored: PaymentDishonored) -> None:
    """Notes on the customer that the bank took a payment back that had settled nothing."""
    activity = ActivityLogged(
        activity_id=dishonored.dishonor_id,
        customer_id=dishonored.customer_id,
        kind="note",
        on=dishonored.dishonored_on,
        by=SYSTEM,
        text=f"payment {dishonored.payment_id} of {dishonored.amount} {dishonored.currency}, which had settled "
        f"nothing: {dishonored.reason}"[:500],
    )
    say_activity(uow, activity, dishonored)


def say_about_deduction(uow: CollectionsWork, deduction: Deduction, on: date, by: str, why: str, cause: Cause) -> None:
    """Notes on the customer what became of a deduction."""
    activity = ActivityLogged(
        activity_id=str(cause.context.id),
        customer_id=deduction.customer_id,
        kind="note",
        on=on,
        by=by,
        text=(
            f"deduction {deduction.deduction_id} of {deduction.amount} {deduction.currency} ({deduction.reason}) is "
            f"{deduction.state.replace('_', ' ')}: {why}"
        )[:500],
    )
    say_activity(uow, activity, cause)


def say_dunned(uow: CollectionsWork, notice: Notice, policy_version: int, cause: Cause) -> None:
    """The notice goes out; its items are told this step, never again."""
    uow.keep_notice(notice, policy_version)
    uow.emit(
        DunningSent(
            notice_id=notice.notice_id,
            customer_id=notice.customer_id,
            company_id=notice.company_id,
            step=notice.step.step,
            step_name=notice.step.name,
            sent_on=notice.sent_on,
            currency=notice.currency,
            total=notice.total,
            policy_version=policy_version,
            items=notice.dunned,
        ),
        cause=cause,
    )
    activity = ActivityLogged(
        activity_id=notice.notice_id,
        customer_id=notice.customer_id,
        kind="dunning",
        on=notice.sent_on,
        by=SYSTEM,
        text=notice.describe(),
    )
    say_activity(uow, activity, cause)
    notice.told()


def say_promised(uow: CollectionsWork, promise: Promise, cause: Cause) -> None:
    uow.emit(
        PromiseMade(
            promise_id=promise.promise_id,
            customer_id=promise.customer_id,
            made_on=promise.made_on,
            due_on=promise.due_on,
            currency=promise.currency,
            amount=promise.amount,
            made_by=promise.made_by,
        ),
        cause=cause,
    )
    say_promise_activity(uow, promise, "made", promise.made_on, promise.made_by, cause, promise.note)


def judge(promise: Promise, receipts: Receipts, on: date, uow: CollectionsWork, cause: Cause) -> None:
    """Judges a promise on a business day, if there is something to judge, and says what came of it."""
    if not promise.judge(receipts, on):
        return
    say_judged(uow, promise, cause)
    # The money may have come after the day it was promised for, yet before the promise was judged.
    if promise.pay_late(receipts):
        say_paid_later(uow, promise, uow.holds.get((promise.customer_id, promise.hold_id)), cause)


def say_judged(uow: CollectionsWork, promise: Promise, cause: Cause) -> None:
    """The promise was just judged: kept, or broken and followed by a credit hold."""
    assert promise.judged_on is not None, f"promise {promise.promise_id} has not been judged"
    kept = promise.state is PromiseState.KEPT
    judged = PromiseKept if kept else PromiseBroken
    uow.emit(
        judged(
            promise_id=promise.promise_id,
            customer_id=promise.customer_id,
            judged_on=promise.judged_on,
            currency=promise.currency,
            amount=promise.amount,
            applied=promise.applied,
        ),
        cause=cause,
    )
    say_promise_activity(uow, promise, "kept" if kept else "broken", promise.judged_on, SYSTEM, cause)
    if not kept:
        hold = uow.holds.put(CreditHold.for_broken(promise, promise.judged_on))
        uow.emit(
            CreditHoldRequested(
                hold_id=hold.hold_id,
                customer_id=hold.customer_id,
                requested_on=hold.requested_on,
                reason=hold.reason,
            ),
            cause=cause,
        )


def say_paid_later(uow: CollectionsWork, promise: Promise, hold: CreditHold | None, cause: Cause) -> None:
    """A broken promise was paid after all; its hold ends, unless a person has lifted it already."""
    assert promise.paid_on is not None, f"promise {promise.promise_id} has not been paid"
    say_promise_activity(uow, promise, "paid later", promise.paid_on, SYSTEM, cause)
    if hold is not None and hold.is_active:
        lift_hold(uow, hold, promise.paid_on, SYSTEM, f"{promise.describe()} was paid by {promise.paid_on}", cause)


def lift_hold(uow: CollectionsWork, hold: CreditHold, on: date, by: str, reason: str, cause: Cause) -> None:
    """Ends a hold and tells credit. Raises HoldAlreadyLifted."""
    hold.lift(on, by, reason)
    assert hold.lifted_on is not None
    uow.emit(
        CreditHoldLifted(
            hold_id=hold.hold_id,
            customer_id=hold.customer_id,
            lifted_on=hold.lifted_on,
            lifted_by=by,
            reason=reason,
        ),
        cause=cause,
    )
