"""What credit hears. The order of the functions is the order in which a batch is handled.

What frees credit comes before what takes it, so that an order finds the room a payment beside it made.
"""

from __future__ import annotations

from collections.abc import Sequence

from services.credit.decisions import Occasion, judge_again
from services.credit.domain.account import CreditAccount
from services.credit.domain.holds import Hold
from services.credit.domain.open_items import OpenItem
from services.credit.domain.orders import OpenOrder
from services.credit.store import CREDIT_RULES, CreditWork
from shared.chassis.daily import DailyRun
from shared.chassis.handlers import Handlers
from shared.contracts.cash_app import OpenItemChanged
from shared.contracts.collections import CreditHoldLifted, CreditHoldRequested
from shared.contracts.erp import CustomerChanged
from shared.contracts.invoicing import OpenOrderChanged, OrderValidated
from shared.kernel.money import round_half_up

handlers = Handlers("credit")


@handlers.handles(CustomerChanged)
async def open_or_update_accounts(customers: list[CustomerChanged], uow: CreditWork) -> None:
    """A customer's account opens with the ERP's limit; orders that waited for the customer are judged."""
    accounts = await uow.lock(customer.customer_id for customer in customers)
    last = {customer.customer_id: customer for customer in customers}
    newly_counted = [accounts[c.customer_id] for c in customers if accounts[c.customer_id].customer_changed(c)]
    await _count_exposure(newly_counted, uow)
    policy = await uow.policy(CREDIT_RULES)
    undecided = await uow.undecided_orders(accounts)
    for customer_id in sorted(accounts):
        for order in undecided[customer_id]:
            if order.order_date is not None and order.to_be_judged:
                on = max(order.order_date, uow.today or order.order_date)
                rules = policy.on(on)
                decided = accounts[customer_id].authorise(order, rules.document, rules.version, on)
                uow.say(decided, cause=last[customer_id])
    words = "The customer's credit limit was changed in the ERP."
    await judge_again(uow, {id: Occasion(last[id], uow.business_date, words) for id in accounts})


@handlers.handles(CreditHoldRequested)
async def hold_accounts(requests: list[CreditHoldRequested], uow: CreditWork) -> None:
    """Collections holds an account: no new order goes on until the same hold is lifted."""
    accounts = await uow.lock(request.customer_id for request in requests)
    await uow.holds.load((request.customer_id, request.hold_id) for request in requests)
    policy = await uow.policy(CREDIT_RULES)
    for request in requests:
        account = accounts[request.customer_id]
        hold = _hold(request.customer_id, request.hold_id, uow)
        hold.requested(request)
        if hold.in_force:
            account.holds[hold.hold_id] = hold.reason
            uow.say(account.settle_state(policy.on(request.requested_on).document, request.requested_on), cause=request)


@handlers.handles(CreditHoldLifted)
async def lift_holds(lifts: list[CreditHoldLifted], uow: CreditWork) -> None:
    """With its last hold the account is free again: held orders that fit go on."""
    accounts = await uow.lock(lift.customer_id for lift in lifts)
    await uow.holds.load((lift.customer_id, lift.hold_id) for lift in lifts)
    policy = await uow.policy(CREDIT_RULES)
    for lift in lifts:
        account = accounts[lift.customer_id]
        _hold(lift.customer_id, lift.hold_id, uow).lifted(lift)
        uow.say(account.hold_lifted(lift.hold_id, policy.on(lift.lifted_on).document, lift.lifted_on), cause=lift)
    words = "The hold on the account was lifted."
    await judge_again(uow, {lift.customer_id: Occasion(lift, lift.lifted_on, words) for lift in lifts})


@handlers.handles(OpenOrderChanged)
async def follow_open_orders(changes: list[OpenOrderChanged], uow: CreditWork) -> None:
    """What was cancelled frees credit; what was invoiced moves from the order to the open item."""
    accounts = await uow.lock(change.customer_id for change in changes)
    await uow.orders.load((change.customer_id, change.order_id) for change in changes)
    await uow.items.load((c.customer_id, c.invoice_id) for c in changes if c.invoice_id is not None)
    for change in changes:
        account = accounts[change.customer_id]
        order = _order(change, uow)
        account.orders_changed(order.changed(change), order.currency)
        if change.invoice_id is not None and (change.customer_id, change.invoice_id) not in uow.items:
            item = OpenItem.invoiced(change.customer_id, change.invoice_id, change.currency, change.invoiced_amount)
            account.items_changed(uow.items.put(item).open_amount, item.currency)
    await judge_again(uow, _by_customer(changes, "Another order was cancelled or invoiced and made room."))


@handlers.handles(OpenItemChanged)
async def follow_open_items(changes: list[OpenItemChanged], uow: CreditWork) -> None:
    """What is owed counts against the limit; money that came in makes room for held orders."""
    accounts = await uow.lock(change.customer_id for change in changes)
    await uow.items.load((change.customer_id, change.item_id) for change in changes)
    for change in changes:
        item = _item(change, uow)
        accounts[change.customer_id].items_changed(item.changed(change), item.currency)
    await judge_again(uow, _by_customer(changes, "What the customer owes went down and made room."))


@handlers.handles(OrderValidated)
async def authorise(validated: list[OrderValidated], uow: CreditWork) -> None:
    """An order that fits the customer's credit is approved, any other held with every reason."""
    accounts = await uow.lock(order.customer_id for order in validated)
    await uow.orders.load((order.customer_id, order.order_id) for order in validated)
    policy = await uow.policy(CREDIT_RULES)
    for event in validated:
        account, order = accounts[event.customer_id], _order(event, uow)
        order.validated(event)
        if account.known and order.to_be_judged:
            rules = policy.on(event.order_date)
            uow.say(account.authorise(order, rules.document, rules.version, event.order_date), cause=event)


@handlers.daily("review", chunk=2_000)
async def review_accounts(run: DailyRun, uow: CreditWork) -> str | None:
    """Credit rules that hold from today on are applied to the orders held and the accounts' states."""
    rows = await uow.fetch("next_accounts", run.company_id, run.after, run.limit)
    accounts = await uow.lock(row["customer_id"] for row in rows)
    words = "The credit rules changed."
    await judge_again(uow, {customer_id: Occasion(run, run.business_date, words) for customer_id in accounts})
    return max(accounts) if len(rows) == run.limit else None


def _by_customer(changes: Sequence[OpenOrderChanged | OpenItemChanged], words: str) -> dict[str, Occasion]:
    """Each customer's last change is the occasion to judge again."""
    in_time = sorted(changes, key=lambda change: (change.business_date, change.business_order))
    return {change.customer_id: Occasion(change, change.business_date, words) for change in in_time}


def _order(event: OrderValidated | OpenOrderChanged, uow: CreditWork) -> OpenOrder:
    known = uow.orders.get((event.customer_id, event.order_id))
    return known or uow.orders.put(OpenOrder(event.customer_id, event.order_id, event.company_id, event.currency))


def _item(event: OpenItemChanged, uow: CreditWork) -> OpenItem:
    known = uow.items.get((event.customer_id, event.item_id))
    return known or uow.items.put(OpenItem(event.customer_id, event.item_id, event.currency))


def _hold(customer_id: str, hold_id: str, uow: CreditWork) -> Hold:
    return uow.holds.get((customer_id, hold_id)) or uow.holds.put(Hold(customer_id, hold_id))


async def _count_exposure(accounts: list[CreditAccount], uow: CreditWork) -> None:
    """For a new account, or one in a new currency, the totals are counted once; then they follow by differences."""
    if not accounts:
        return
    ids, currencies = [a.customer_id for a in accounts], [a.currency for a in accounts]
    for row in await uow.fetch("count_exposure", ids, currencies):
        account = uow.accounts[row["customer_id"]]
        account.open_items_total = round_half_up(row["open_items_total"], account.currency)
        account.open_orders_total = round_half_up(row["open_orders_total"], account.currency)
