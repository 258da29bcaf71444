"""Events that hold or close accounts, and the daily review of accounts."""

from __future__ import annotations

from services.credit.account_status.domain.holds import Hold
from services.credit.account_status.domain.reasons import written_off
from services.credit.accounts.domain.account import SYSTEM_ACTOR
from services.credit.accounts.domain.account_state import StateCause
from services.credit.credit_requests.deadlines import follow_up_requests
from services.credit.limits.limit_changes import apply_due_limits, load_credit_files, revoke_limit
from services.credit.order_authorization.domain import reasons
from services.credit.order_authorization.policy import CREDIT_RULES
from services.credit.order_authorization.reevaluation import (
    Trigger,
    decline_overdue_holds,
    reevaluate_held_orders,
    stop_approved_orders,
)
from services.credit.work import CreditWork
from shared.chassis.declare.daily_run import DailyRun
from shared.contracts.cash_app import OpenItemChanged
from shared.contracts.collections import CreditHoldLifted, CreditHoldRequested, PromiseBroken


async def hold_accounts(requests: list[CreditHoldRequested], uow: CreditWork) -> None:
    """Collections holds an account: no new order is approved until the same hold is lifted."""
    accounts = await uow.lock(request.customer_id for request in requests)
    await uow.holds.load((request.customer_id, request.hold_id) for request in requests)
    policy = await uow.policy(CREDIT_RULES)
    held: dict[str, Trigger] = {}
    for request in requests:
        account, on = accounts[request.customer_id], request.requested_on
        hold = _hold_of(request.customer_id, request.hold_id, uow)
        hold.requested(request)
        if hold.in_force:
            account.holds[hold.hold_id] = hold.reason
            held[request.customer_id] = Trigger(request, on, hold.reason)
            uow.emit_all(account.update_state(policy.on(on).document, on), cause=request)
    await stop_approved_orders(uow, held)


async def lift_holds(lifts: list[CreditHoldLifted], uow: CreditWork) -> None:
    """With its last hold lifted the account is free again: held orders that fit are released."""
    accounts = await uow.lock(lift.customer_id for lift in lifts)
    await uow.holds.load((lift.customer_id, lift.hold_id) for lift in lifts)
    policy = await uow.policy(CREDIT_RULES)
    for lift in lifts:
        account, on = accounts[lift.customer_id], lift.lifted_on
        _hold_of(lift.customer_id, lift.hold_id, uow).lifted(lift)
        if lift.promise_id is not None:
            account.profile.set_broken_promise(lift.promise_id, None)
        uow.emit_all(account.hold_lifted(lift.hold_id, policy.on(on).document, on), cause=lift)
    why = reasons.ROOM_AFTER_HOLD_LIFTED
    await reevaluate_held_orders(uow, {lift.customer_id: Trigger(lift, lift.lifted_on, why) for lift in lifts})


def _hold_of(customer_id: str, hold_id: str, uow: CreditWork) -> Hold:
    """The hold; a new one is added."""
    return uow.holds.get((customer_id, hold_id)) or uow.holds.put(Hold(customer_id, hold_id))


async def record_broken_promises(promises: list[PromiseBroken], uow: CreditWork) -> None:
    """A broken promise counts in the rules on orders until its hold is lifted, which may have happened already."""
    accounts = await uow.lock(promise.customer_id for promise in promises)
    keys = sorted({(promise.customer_id, promise.promise_id) for promise in promises})
    await uow.holds.fetch("load_holds_of_promises", *map(list, zip(*keys, strict=True)))
    lifted = {(hold.customer_id, hold.promise_id) for hold in uow.holds.held() if hold.lifted_on is not None}
    for promise in promises:
        if (promise.customer_id, promise.promise_id) not in lifted:
            accounts[promise.customer_id].profile.set_broken_promise(promise.promise_id, promise.judged_on)


async def close_written_off_accounts(changes: list[OpenItemChanged], uow: CreditWork) -> None:
    """If the policy requires it, a suspended account is closed when an item of it is written off."""
    write_offs = [change for change in changes if change.cause == "write_off"]
    if not write_offs:
        return
    accounts = await uow.lock(change.customer_id for change in write_offs)
    suspended = [account for account in accounts.values() if account.state == "Suspended"]
    if not suspended:
        return
    rules, files = await uow.policy(CREDIT_RULES), await load_credit_files(suspended, uow)
    for change in write_offs:
        account, on = accounts[change.customer_id], change.business_date
        if account.state != "Suspended" or not rules.on(on).document.write_off_closes:
            continue
        reason = written_off(-change.change, change.currency, change.document_number, on)
        uow.emit_all(account.change_state(StateCause.WRITTEN_OFF, [reason], on), cause=change)
        file = files[account.customer_id]
        revoke_limit(account, file, by=SYSTEM_ACTOR, reason=reason.text, on=on, cause=change, uow=uow)


async def review_accounts(run: DailyRun, uow: CreditWork) -> str | None:
    """What is due today: limits that begin or end, deadlines of credit requests, rules that hold from today on."""
    rows = await uow.fetch("next_accounts", run.company_id, run.after, run.limit)
    accounts = await uow.lock(row["customer_id"] for row in rows)
    await apply_due_limits(run, accounts, uow)
    await follow_up_requests(run, accounts, uow)
    for account in accounts.values():
        account.drop_cleared()
    await decline_overdue_holds(uow, accounts, run.business_date, run)
    why = reasons.ROOM_AFTER_DAILY_REVIEW
    await reevaluate_held_orders(uow, {customer_id: Trigger(run, run.business_date, why) for customer_id in accounts})
    return max(accounts) if len(rows) == run.limit else None
