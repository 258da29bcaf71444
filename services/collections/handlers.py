"""What collections hears, and what it does every business day."""

from __future__ import annotations

from collections import defaultdict
from datetime import date, timedelta
from decimal import Decimal

from services.collections.domain.customers import Customer
from services.collections.domain.deductions import Deduction
from services.collections.domain.dunning_ladder import notices
from services.collections.domain.finance_charges import assess, month_ended
from services.collections.domain.open_items import OpenItem
from services.collections.domain.promises import Promise, PromiseState
from services.collections.outcomes import (
    judge,
    say_about_deduction,
    say_dishonored,
    say_dunned,
    say_judged,
    say_paid_later,
    say_returned,
)
from services.collections.store import (
    DEDUCTION_RULES,
    DUNNING_LADDER,
    FINANCE_CHARGES,
    CollectionsWork,
    late_item_from_row,
)
from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.declare.handlers import DailyWork, HandlerTable, on
from shared.contracts.cash_app import (
    DeductionOpened,
    OpenItemChanged,
    PaymentApplied,
    PaymentDishonored,
    PaymentUnapplied,
)
from shared.contracts.collections import PromiseDue
from shared.contracts.erp import CustomerChanged
from shared.contracts.invoicing import CreditMemoDeclined


async def know_customers(changes: list[CustomerChanged], uow: CollectionsWork) -> None:
    """A customer's name and company are the ERP's newest word."""
    customers = await uow.lock_customers({change.customer_id: change.company_id for change in changes})
    for change in changes:
        customers[change.customer_id].master_changed(change)


async def follow_items(changes: list[OpenItemChanged], uow: CollectionsWork) -> None:
    """What is owed is cash_app's newest word; what is overdue is summed up anew where it may have changed."""
    await uow.lock_customers({change.customer_id: change.company_id for change in changes})
    items = await uow.items.load((change.customer_id, change.item_id) for change in changes)
    overdue_changed = set()
    for change in changes:
        key = change.customer_id, change.item_id
        item = items.get(key)
        was_overdue = item is not None and item.is_overdue(uow.today)
        if item is None:
            item = items[key] = uow.items.put(OpenItem.from_change(change))
        else:
            item.changed(change)
        if was_overdue or item.is_overdue(uow.today):
            overdue_changed.add(change.customer_id)
    uow.refresh_aging(overdue_changed, uow.today)


async def take_in_deductions(opened: list[DeductionOpened], uow: CollectionsWork) -> None:
    """What a payer kept back is a case for a collector; for some reasons it is charged back at once, by policy."""
    rules = await uow.policy(DEDUCTION_RULES)
    known = await uow.deductions.load((event.customer_id, event.deduction_id) for event in opened)
    for event in opened:
        if (event.customer_id, event.deduction_id) not in known:
            uow.deductions.put(Deduction.of(event, rules.on(event.business_date).document))


async def look_again_at_deductions(declined: list[CreditMemoDeclined], uow: CollectionsWork) -> None:
    """What was granted and is not credited goes back to its collector."""
    granted = await uow.deductions.fetch("load_deductions_by_request", [event.request_id for event in declined])
    of_request = {deduction.request_id: deduction for deduction in granted}
    for event in declined:
        deduction = of_request.get(event.request_id)
        if deduction is not None:
            deduction.not_granted(f"not credited by {event.declined_by}: {event.reason}")
            say_about_deduction(uow, deduction, event.declined_on, event.declined_by, deduction.decision, event)


async def count_receipts(payments: list[PaymentApplied], uow: CollectionsWork) -> None:
    """Money applied keeps a promise, and makes a broken one good."""
    receipts: defaultdict[tuple[str, str, date], Decimal] = defaultdict(Decimal)
    last: dict[str, PaymentApplied] = {}
    for payment in payments:
        receipts[payment.customer_id, payment.currency, payment.applied_on] += payment.amount + payment.discount
        last[payment.customer_id] = payment
    # Before the promises are read: a promise being made on the same day waits for this row, or this for it.
    await uow.write("add_receipts", [(*key, amount) for key, amount in sorted(receipts.items())])
    promises = await uow.promises.fetch("load_unsettled_promises", sorted(last))
    applied = await uow.receipts_of(promises)
    paid_later = []
    for promise in promises:
        if promise.keep_if_paid(applied[promise.promise_id]):
            say_judged(uow, promise, last[promise.customer_id])
        elif promise.pay_late(applied[promise.promise_id]):
            paid_later.append(promise)
    holds = await uow.holds.load((promise.customer_id, promise.hold_id) for promise in paid_later)
    for promise in paid_later:
        say_paid_later(uow, promise, holds.get((promise.customer_id, promise.hold_id)), last[promise.customer_id])


async def take_back_receipts(undone: list[PaymentUnapplied], uow: CollectionsWork) -> None:
    """Money that went away again keeps no promise: one that a returned payment had kept is broken after all.

    An application that was only corrected leaves kept promises as they are: the money is still the customer's.
    """
    receipts: defaultdict[tuple[str, str, date], Decimal] = defaultdict(Decimal)
    gone: dict[str, PaymentUnapplied] = {}
    for reversal in undone:
        receipts[reversal.customer_id, reversal.currency, reversal.applied_on] -= reversal.amount + reversal.discount
        if reversal.cause != "reversed":
            gone[reversal.customer_id] = reversal
        if reversal.cause == "returned":
            say_returned(uow, reversal)
    await uow.write("add_receipts", [(*key, amount) for key, amount in sorted(receipts.items())])
    promises = await uow.promises.fetch("load_kept_promises", sorted(gone))
    applied = await uow.receipts_of(promises)
    for promise in promises:
        reversal = gone[promise.customer_id]
        if promise.break_again(applied[promise.promise_id], reversal.unapplied_on):
            say_judged(uow, promise, reversal)


async def note_dishonored(dishonored: list[PaymentDishonored], uow: CollectionsWork) -> None:
    """A collector sees that the bank took money back, also where it had settled nothing; else the reversal says so."""
    await uow.lock_customers({event.customer_id: event.company_id for event in dishonored})
    for event in dishonored:
        if not event.applications_undone:
            say_dishonored(uow, event)


async def judge_due_promises(dues: list[PromiseDue], uow: CollectionsWork) -> None:
    """A promise that came due is kept or broken; money may still come on the day itself."""
    promises = await uow.promises.load((due.customer_id, due.promise_id) for due in dues)
    applied = await uow.receipts_of(promises.values())
    for due in dues:
        promise = promises.get((due.customer_id, due.promise_id))
        if promise is not None:
            judge(promise, applied[promise.promise_id], due.business_date, uow, due)


async def call_promises_due(run: DailyRun, uow: CollectionsWork) -> str | None:
    """Says which promises are due, and judges those whose day is over; chunk by chunk of customers."""
    day = run.business_date
    found = await uow.fetch("customers_with_promises_to_judge", run.company_id, run.after, day, run.limit)
    customer_ids = [row["customer_id"] for row in found]
    promises = await uow.promises.fetch("load_promises_to_judge", customer_ids, run.company_id, day)
    falling_due = [promise for promise in promises if promise.state is PromiseState.OPEN]
    over = [promise for promise in promises if promise.state is PromiseState.DUE]
    await _say_due(falling_due, run, uow)
    applied = await uow.receipts_of(over)
    for promise in over:
        judge(promise, applied[promise.promise_id], day, uow, run)
    return customer_ids[-1] if len(customer_ids) == run.limit else None


async def _say_due(promises: list[Promise], run: DailyRun, uow: CollectionsWork) -> None:
    if not promises:
        return
    claims = [(p.customer_id, p.promise_id, p.due_on, run.business_date) for p in promises]
    claimed = {row["promise_id"] for row in await uow.fetch("claim_due_promises", *zip(*claims, strict=True))}
    for promise in promises:
        promise.fall_due()
        if promise.promise_id in claimed:
            due = PromiseDue(
                promise_id=promise.promise_id,
                customer_id=promise.customer_id,
                due_on=promise.due_on,
                business_date=run.business_date,
            )
            uow.emit(due, cause=run)


async def age_and_dun(run: DailyRun, uow: CollectionsWork) -> str | None:
    """Ages the items of every customer with overdue ones, and sends the notices they are due for."""
    day = run.business_date
    found = await uow.fetch("customers_to_age", run.company_id, run.after, day, run.limit)
    customers: dict[str, Customer] = await uow.customers.load(row["customer_id"] for row in found)
    ladder = (await uow.policy(DUNNING_LADDER)).on(day)
    steps = ladder.document.steps
    items = await uow.items.fetch(
        "load_items_to_dun",
        sorted(customers),
        run.company_id,
        day,
        [step.from_days for step in steps],
        [step.step for step in steps],
    )
    for notice in notices(items, ladder.document, day):
        say_dunned(uow, notice, ladder.version, run)
    uow.refresh_aging(customers, day)
    return found[-1]["customer_id"] if len(found) == run.limit else None


async def charge_late_payers(run: DailyRun, uow: CollectionsWork) -> str | None:
    """On the first business day of a month, who pays late is charged for the days up to the end of the month before."""
    version = (await uow.policy(FINANCE_CHARGES)).on(run.business_date)
    policy = version.document
    if not policy.currencies:
        return None
    before = await uow.fetchrow("business_day_before", run.company_id, run.business_date)
    through = month_ended(run.business_date, before["business_date"] if before else None)
    if through is None:
        return None
    found = await uow.fetch("customers_to_age", run.company_id, run.after, run.business_date, run.limit)
    customers = await uow.customers.load(row["customer_id"] for row in found)
    rows = await uow.fetch(
        "items_to_charge",
        sorted(customers),
        run.company_id,
        through - timedelta(days=policy.grace_days),
        list(policy.kinds),
        policy.currencies,
        policy.disputed,
    )
    items = [late_item_from_row(row) for row in rows]
    for charge in assess(items, policy, through, run.business_date, version.version):
        for item in charge.items:
            uow.append("mark_items_charged", (charge.customer_id, item.item_id, through))
        uow.emit(charge, cause=run)
    return found[-1]["customer_id"] if len(found) == run.limit else None


handlers = HandlerTable(
    "collections",
    [
        on(CustomerChanged, know_customers),
        on(OpenItemChanged, follow_items),
        on(DeductionOpened, take_in_deductions),
        on(CreditMemoDeclined, look_again_at_deductions),
        on(PaymentApplied, count_receipts),
        on(PaymentUnapplied, take_back_receipts),
        on(PaymentDishonored, note_dishonored),
        on(PromiseDue, judge_due_promises),
    ],
    daily=[
        DailyWork("promises", call_promises_due, chunk=2000),
        DailyWork("aging", age_and_dun, chunk=1000),
        DailyWork("finance_charges", charge_late_payers, chunk=1000),
    ],
)
