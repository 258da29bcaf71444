"""What credit hears. The order of the functions is the order in which a batch is handled.

What frees credit comes before what takes it, so that an order finds the room a payment beside it made.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.credit.closing import close_what_is_written_off
from services.credit.decisions import Occasion, decline_old_holds, follow_amendment, judge_again, stop_orders
from services.credit.domain.order_decisions import authorise, check_again
from services.credit.following import NOTHING, count_exposure, follow_item, hold_of, invoiced, order_of
from services.credit.limits import follow_customers, limits_that_fall_due
from services.credit.requests import (
    follow_up,
    judge_those_that_waited,
    receive_reports,
    remember_broken_promises,
    take_in,
)
from services.credit.store import CREDIT_RULES, CreditWork
from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.declare.handlers import DailyWork, HandlerTable, on
from shared.contracts.cash_app import OnAccountChanged, OpenItemChanged
from shared.contracts.collections import CreditHoldLifted, CreditHoldRequested, DunningSent, PromiseBroken
from shared.contracts.credit_bureau import CreditReportReceived
from shared.contracts.erp import CreditRequested, CustomerChanged, ExchangeRateSet
from shared.contracts.invoicing import CreditCheckRequested, OpenOrderChanged, OrderValidated
from shared.kernel.money import round_half_up

HOLD_OF_PROMISE = "/H"
"""Collections names the hold after the broken promise it comes from."""


async def keep_exchange_rates(rates: list[ExchangeRateSet], uow: CreditWork) -> None:
    """The latest version of a day's rate counts; held orders meet it at the next occasion, at the latest tomorrow."""
    newest = {
        (rate.from_currency, rate.to_currency, rate.valid_from): rate
        for rate in sorted(rates, key=lambda rate: rate.version)
    }
    await uow.write(
        "save_rates", [(*key, rate.version, rate.rate) for key, rate in sorted(newest.items(), key=lambda kv: kv[0])]
    )


async def open_or_update_accounts(customers: list[CustomerChanged], uow: CreditWork) -> None:
    """A customer's account opens with the ERP's limit; orders that waited for the customer are judged."""
    accounts = await uow.lock(customer.customer_id for customer in customers)
    last = {customer.customer_id: customer for customer in customers}
    newly_counted = [accounts[c.customer_id] for c in customers if accounts[c.customer_id].customer_changed(c)]
    await count_exposure(newly_counted, uow)
    await uow.lock(accounts)
    await follow_customers(accounts.values(), newly_counted, uow)
    policy = await uow.policy(CREDIT_RULES)
    undecided = await uow.undecided_orders(accounts)
    await uow.have_rates_for(order for queue in undecided.values() for order in queue)
    for customer_id in sorted(accounts):
        for order in undecided[customer_id]:
            if order.order_date is not None and order.to_be_judged:
                on = max(order.order_date, uow.today or order.order_date)
                rules = policy.on(on)
                decided = authorise(accounts[customer_id], order, rules.document, rules.version, on)
                uow.emit_all(decided, cause=last[customer_id], facts=order.facts)
                uow.order_moved(order, NOTHING, on)
    words = "The customer's credit limit was changed in the ERP."
    await judge_again(uow, {id: Occasion(last[id], uow.business_date, words) for id in accounts})
    await judge_those_that_waited(last, uow)


async def hold_accounts(requests: list[CreditHoldRequested], uow: CreditWork) -> None:
    """Collections holds an account: no new order goes on until the same hold is lifted."""
    accounts = await uow.lock(request.customer_id for request in requests)
    await uow.holds.load((request.customer_id, request.hold_id) for request in requests)
    policy = await uow.policy(CREDIT_RULES)
    held: dict[str, Occasion] = {}
    for request in requests:
        account = accounts[request.customer_id]
        hold = hold_of(request.customer_id, request.hold_id, uow)
        hold.requested(request)
        if hold.in_force:
            account.holds[hold.hold_id] = hold.reason
            held[request.customer_id] = Occasion(request, request.requested_on, hold.reason)
            uow.emit_all(
                account.settle_state(policy.on(request.requested_on).document, request.requested_on), cause=request
            )
    await stop_orders(uow, held)


async def lift_holds(lifts: list[CreditHoldLifted], uow: CreditWork) -> None:
    """With its last hold the account is free again: held orders that fit go on."""
    accounts = await uow.lock(lift.customer_id for lift in lifts)
    await uow.holds.load((lift.customer_id, lift.hold_id) for lift in lifts)
    policy = await uow.policy(CREDIT_RULES)
    for lift in lifts:
        account = accounts[lift.customer_id]
        hold_of(lift.customer_id, lift.hold_id, uow).lifted(lift)
        account.standing.promise_broken(lift.hold_id.removesuffix(HOLD_OF_PROMISE), None)
        uow.emit_all(account.hold_lifted(lift.hold_id, policy.on(lift.lifted_on).document, lift.lifted_on), cause=lift)
    words = "The hold on the account was lifted."
    await judge_again(uow, {lift.customer_id: Occasion(lift, lift.lifted_on, words) for lift in lifts})


async def follow_open_orders(changes: list[OpenOrderChanged], uow: CreditWork) -> None:
    """What was cancelled frees credit; what was invoiced moves from the order to the open item."""
    accounts = await uow.lock(change.customer_id for change in changes)
    await uow.orders.load((change.customer_id, change.order_id) for change in changes)
    await uow.items.load((c.customer_id, c.invoice_id) for c in changes if c.invoice_id is not None)
    for change in changes:
        account = accounts[change.customer_id]
        order = order_of(change, uow)
        before = order.exposure, order.exposure_tax
        order.changed(change)
        account.order_moved(before, order)
        uow.order_moved(order, before[0], change.business_date)
        if change.invoice_id is not None:
            invoiced(change, change.invoice_id, account, uow)
    await judge_again(uow, _by_customer(changes, "Another order was cancelled or invoiced and made room."))


async def follow_open_items(changes: list[OpenItemChanged], uow: CreditWork) -> None:
    """What is owed counts against the limit; money that came in makes room for held orders.

    A suspended account is closed by a write-off.
    """
    accounts = await uow.lock(change.customer_id for change in changes)
    await uow.items.load((change.customer_id, change.item_id) for change in changes)
    for change in changes:
        follow_item(change, accounts[change.customer_id], uow)
    await close_what_is_written_off(changes, uow)
    await judge_again(uow, _by_customer(changes, "What the customer owes went down and made room."))


async def authorise_orders(validated: list[OrderValidated], uow: CreditWork) -> None:
    """An order that fits the customer's credit is approved, any other held with every reason.

    A later revision is judged where it asks for more than was approved; what it asks less for makes room.
    """
    accounts = await uow.lock({order.customer_id for order in validated}, {order.currency for order in validated})
    await uow.orders.load((order.customer_id, order.order_id) for order in validated)
    policy = await uow.policy(CREDIT_RULES)
    amended: dict[str, Occasion] = {}
    for event in validated:
        account, order = accounts[event.customer_id], order_of(event, uow)
        if order.is_amended_by(event):
            amended[event.customer_id] = follow_amendment(event, order, policy, uow)
            continue
        order.validated(event)
        if account.known and order.to_be_judged:
            rules = policy.on(event.order_date)
            decided = authorise(account, order, rules.document, rules.version, event.order_date)
            uow.emit_all(decided, cause=event, facts=order.facts)
            uow.order_moved(order, NOTHING, event.order_date)
    if amended:
        await judge_again(uow, amended)


async def check_orders_again(asked: list[CreditCheckRequested], uow: CreditWork) -> None:
    """An order approved some time ago is judged as if it came now, before more of it is set aside."""
    accounts = await uow.lock({event.customer_id for event in asked}, {event.currency for event in asked})
    orders = await uow.orders.load((event.customer_id, event.order_id) for event in asked)
    policy = await uow.policy(CREDIT_RULES)
    for event in asked:
        order = orders.get((event.customer_id, event.order_id))
        if order is not None and order.granted and order.open_amount:
            rules, before = policy.on(event.business_date), order.exposure
            account = accounts[event.customer_id]
            decided = check_again(account, order, rules.document, rules.version, event.business_date)
            uow.emit_all(decided, cause=event, facts=order.facts)
            uow.order_moved(order, before, event.business_date)


async def hear_of_broken_promises(promises: list[PromiseBroken], uow: CreditWork) -> None:
    """A broken promise counts against the customer's history."""
    remember_broken_promises(promises, uow)
    accounts = await uow.lock(promise.customer_id for promise in promises)
    holds = await uow.holds.load((p.customer_id, p.promise_id + HOLD_OF_PROMISE) for p in promises)
    for promise in promises:
        hold = holds.get((promise.customer_id, promise.promise_id + HOLD_OF_PROMISE))
        if hold is None or hold.lifted_on is None:
            accounts[promise.customer_id].standing.promise_broken(promise.promise_id, promise.judged_on)


async def hear_of_dunning(notices: list[DunningSent], uow: CreditWork) -> None:
    """The step an open item was dunned with counts until the item is paid."""
    accounts = await uow.lock(notice.customer_id for notice in notices)
    items = await uow.items.load((n.customer_id, dunned.item_id) for n in notices for dunned in n.items)
    for notice in notices:
        for dunned in notice.items:
            item = items.get((notice.customer_id, dunned.item_id))
            if item is not None and item.open_amount:
                accounts[notice.customer_id].standing.dunned(dunned.item_id, notice.step)


async def follow_money_on_account(changes: list[OnAccountChanged], uow: CreditWork) -> None:
    """Money on the customer's account lowers exposure until it is used."""
    accounts = await uow.lock((change.customer_id for change in changes), {change.currency for change in changes})
    for change in changes:
        amount = round_half_up(change.change, change.currency)
        accounts[change.customer_id].standing.on_account_changed(change.currency, amount)
        uow.moved(change.customer_id, change.business_date, "on_account", change.currency, -amount, change.payment_id)
    await judge_again(uow, _by_customer(changes, "Money came on the customer's account."))


async def hear_the_bureau(reports: list[CreditReportReceived], uow: CreditWork) -> None:
    """The bureau's score approves or declines the request that waits for it, or hands it to a person."""
    await receive_reports(reports, uow)


async def hear_credit_requests(asked: list[CreditRequested], uow: CreditWork) -> None:
    """Good history is approved by itself, poor goes to a person, and for a new customer the bureau is asked."""
    await take_in(asked, uow)


async def review_accounts(run: DailyRun, uow: CreditWork) -> str | None:
    """What falls due today: limits that begin or end, answers waited for, rules that hold from today on."""
    rows = await uow.fetch("next_accounts", run.company_id, run.after, run.limit)
    accounts = await uow.lock(row["customer_id"] for row in rows)
    await limits_that_fall_due(run, accounts, uow)
    await follow_up(run, accounts, uow)
    words = "Limits or rules changed today."
    for account in accounts.values():
        account.forget_cleared()
    await decline_old_holds(uow, accounts, run.business_date, run)
    await judge_again(uow, {customer_id: Occasion(run, run.business_date, words) for customer_id in accounts})
    return max(accounts) if len(rows) == run.limit else None


def _by_customer(
    changes: Sequence[OpenOrderChanged | OpenItemChanged | OnAccountChanged], words: str
) -> dict[str, Occasion]:
    """Each customer's last change is the occasion to judge again."""
    in_time = sorted(changes, key=lambda change: (change.business_date, change.business_order))
    return {change.customer_id: Occasion(change, change.business_date, words) for change in in_time}


handlers = HandlerTable(
    "credit",
    [
        on(ExchangeRateSet, keep_exchange_rates),
        on(CustomerChanged, open_or_update_accounts),
        on(CreditHoldRequested, hold_accounts),
        on(CreditHoldLifted, lift_holds),
        on(OpenOrderChanged, follow_open_orders),
        on(OpenItemChanged, follow_open_items),
        on(OrderValidated, authorise_orders),
        on(CreditCheckRequested, check_orders_again),
        on(PromiseBroken, hear_of_broken_promises),
        on(DunningSent, hear_of_dunning),
        on(OnAccountChanged, follow_money_on_account),
        on(CreditReportReceived, hear_the_bureau),
        on(CreditRequested, hear_credit_requests),
    ],
    daily=[
        DailyWork("review", review_accounts, chunk=2_000),
    ],
)
