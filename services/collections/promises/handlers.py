"""Promises are judged by what was applied, and on every business day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from services.collections.activities.activity_log import log_activity
from services.collections.activities.domain import SYSTEM_ACTOR
from services.collections.credit_holds.domain import CreditHold
from services.collections.promises.domain.promise import Promise, PromiseState
from services.collections.promises.domain.receipts import Receipts
from services.collections.promises.store import ReceiptKey, add_receipts, claim_due, load_receipts
from services.collections.work import CollectionsWork
from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.cash_app import PaymentApplied, PaymentUnapplied
from shared.contracts.collections import PromiseDue


async def count_receipts(payments: list[PaymentApplied], uow: CollectionsWork) -> None:
    """Applied money keeps an open or due promise; a broken one is then paid late."""
    receipts: defaultdict[ReceiptKey, Decimal] = defaultdict(Decimal)
    last: dict[str, PaymentApplied] = {}
    for payment in payments:
        receipts[payment.customer_id, payment.currency, payment.applied_on] += payment.amount + payment.discount
        last[payment.customer_id] = payment
    # Before the promises are read: a promise that is made on the same day waits for this row, or this for it.
    await add_receipts(uow, receipts)
    promises = await uow.promises.fetch("load_unsettled_promises", sorted(last))
    applied = await load_receipts(uow, promises)
    paid_late = []
    for promise in promises:
        if promise.keep_if_paid(applied[promise.promise_id]):
            publish_judgement(uow, promise, last[promise.customer_id])
        elif promise.mark_paid_late(applied[promise.promise_id]):
            paid_late.append(promise)
    holds = await uow.holds.load((promise.customer_id, promise.hold_id) for promise in paid_late)
    for promise in paid_late:
        publish_paid_late(uow, promise, holds.get((promise.customer_id, promise.hold_id)), last[promise.customer_id])


async def reverse_receipts(reversals: list[PaymentUnapplied], uow: CollectionsWork) -> None:
    """Money that was unapplied keeps no promise: a promise that a returned payment had kept is broken.

    A corrected application leaves kept promises as they are: the money still belongs to the customer.
    """
    receipts: defaultdict[ReceiptKey, Decimal] = defaultdict(Decimal)
    lost: dict[str, PaymentUnapplied] = {}
    for reversal in reversals:
        receipts[reversal.customer_id, reversal.currency, reversal.applied_on] -= reversal.amount + reversal.discount
        if reversal.cause != "reversed":
            lost[reversal.customer_id] = reversal
    await add_receipts(uow, receipts)
    promises = await uow.promises.fetch("load_kept_promises", sorted(lost))
    applied = await load_receipts(uow, promises)
    for promise in promises:
        reversal = lost[promise.customer_id]
        if promise.mark_broken_after_return(applied[promise.promise_id], reversal.unapplied_on):
            publish_judgement(uow, promise, reversal)


async def judge_due_promises(dues: list[PromiseDue], uow: CollectionsWork) -> None:
    """Judges promises that are due. Money may still arrive on the due day itself."""
    promises = await uow.promises.load((due.customer_id, due.promise_id) for due in dues)
    applied = await load_receipts(uow, promises.values())
    for due in dues:
        promise = promises.get((due.customer_id, due.promise_id))
        if promise is not None:
            _judge(uow, promise, applied[promise.promise_id], due.business_date, due)


async def publish_and_judge_due_promises(run: DailyRun, uow: CollectionsWork) -> str | None:
    """Daily: publishes which promises are due, and judges those whose day is over; in chunks of customers."""
    day = run.business_date
    found = await uow.fetch("customers_with_promises_to_judge", run.company_id, run.after, day, run.limit)
    customer_ids = [row["customer_id"] for row in found]
    promises = await uow.promises.fetch("load_promises_to_judge", customer_ids, run.company_id, day)
    falling_due = [promise for promise in promises if promise.state is PromiseState.OPEN]
    past_due = [promise for promise in promises if promise.state is PromiseState.DUE]
    await _publish_due(uow, falling_due, run)
    applied = await load_receipts(uow, past_due)
    for promise in past_due:
        _judge(uow, promise, applied[promise.promise_id], day, run)
    return customer_ids[-1] if len(customer_ids) == run.limit else None


async def _publish_due(uow: CollectionsWork, promises: list[Promise], run: DailyRun) -> None:
    if not promises:
        return
    claimed = await claim_due(uow, promises, run.business_date)
    for promise in promises:
        promise.fall_due()
        if promise.promise_id in claimed:
            uow.emit(promise.fallen_due(run.business_date), cause=run)


def _judge(uow: CollectionsWork, promise: Promise, receipts: Receipts, on: date, cause: Cause) -> None:
    if not promise.judge(receipts, on):
        return
    publish_judgement(uow, promise, cause)
    # The money may have arrived after the due day, but before the promise was judged.
    if promise.mark_paid_late(receipts):
        publish_paid_late(uow, promise, uow.holds.get((promise.customer_id, promise.hold_id)), cause)


def publish_judgement(uow: CollectionsWork, promise: Promise, cause: Cause) -> None:
    """Publishes and logs that a promise was kept, or broken; a credit hold follows a broken one."""
    judged = promise.judged()
    uow.emit(judged, cause=cause)
    kept = promise.state is PromiseState.KEPT
    log_activity(uow, promise.activity("kept" if kept else "broken", on=judged.judged_on, by=SYSTEM_ACTOR), cause)
    if not kept:
        hold = uow.holds.put(promise.credit_hold())
        uow.emit(hold.requested(), cause=cause)


def publish_paid_late(uow: CollectionsWork, promise: Promise, hold: CreditHold | None, cause: Cause) -> None:
    """Logs that a broken promise was paid late, and lifts its hold unless a person has lifted it already."""
    assert promise.paid_on is not None, f"promise {promise.promise_id} has not been paid"
    log_activity(uow, promise.activity("paid later", on=promise.paid_on, by=SYSTEM_ACTOR), cause)
    if hold is not None and hold.is_active:
        reason = f"{promise.describe()} was paid by {promise.paid_on}"
        uow.emit(hold.lift(promise.paid_on, SYSTEM_ACTOR, reason), cause=cause)
