"""Credit over HTTP: accounts, limits, held orders, and what would be decided."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from services.credit.decisions import Occasion, judge_again
from services.credit.domain.account import CreditAccount
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.orders import OpenOrder
from services.credit.store import CREDIT_RULES, CreditWork, account_from_row, order_from_row
from services.credit.views import (
    AccountChanged,
    AccountDetail,
    AccountView,
    DecisionView,
    DeclineOrder,
    HeldOrderView,
    HoldView,
    OrderView,
    OtherCurrency,
    ReleaseOrder,
    SetLimit,
    WhatIf,
)
from shared.chassis.http import (
    Command,
    Conflict,
    Cursor,
    Forbidden,
    Limit,
    NotFound,
    Page,
    Person,
    Reading,
    Unprocessable,
    commanded_by,
    decode_cursor,
    may,
    reading,
)
from shared.chassis.policies import PolicyBook, PolicyVersion
from shared.contracts.credit import CreditReleased, CreditState
from shared.kernel.money import is_exact

router = APIRouter()

Viewer = Annotated[Person, may("credit_analyst", "credit_manager", "collector", "controller")]
Db = Annotated[Reading, reading()]
Manager = Annotated[Command, commanded_by("credit_manager")]
Decider = Annotated[Command, commanded_by("credit_analyst", "credit_manager")]
Filter = Annotated[str | None, Query(max_length=80)]
AmountAsked = Annotated[Decimal, Query(gt=0, le=Decimal("999999999999.999"), decimal_places=3)]


@router.get("/accounts")
async def list_accounts(
    viewer: Viewer,
    db: Db,
    state: CreditState | None = None,
    over_limit: Annotated[bool | None, Query(description="Only those with exposure above the limit, or not.")] = None,
    company_id: Filter = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AccountView]:
    """Credit accounts by customer id."""
    (after,) = decode_cursor(cursor, 1, str)
    rules = (await _rules(db)).document
    rows = await db.fetch("view_accounts", state, over_limit, company_id, after, limit + 1)
    return Page[AccountView].of(
        rows, limit, lambda row: AccountView.of(account_from_row(row), rules), lambda row: [row["customer_id"]]
    )


@router.get("/accounts/{customer_id}")
async def show_account(customer_id: str, viewer: Viewer, db: Db) -> AccountDetail:
    """An account: its limit, exposure by part, headroom, state, holds and held orders."""
    account = await _account(customer_id, db)
    held = await db.fetch("view_held_orders_by_age", customer_id, None, None, None, None, 200)
    other = await db.fetch("view_other_currencies", customer_id, account.currency)
    return AccountDetail(
        account=AccountView.of(account, (await _rules(db)).document),
        holds=[HoldView.model_validate(dict(row)) for row in await db.fetch("view_holds", customer_id)],
        held_orders=[HeldOrderView.of(row) for row in held],
        not_counted=[OtherCurrency.of(row) for row in other],
    )


@router.get("/accounts/{customer_id}/what-if")
async def what_if(customer_id: str, amount: AmountAsked, viewer: Viewer, db: Db) -> WhatIf:
    """What would be decided on an order of this amount, incl. tax, in the account's currency; decides nothing."""
    account, policy = await _account(customer_id, db), await _rules(db)
    _exact(amount, account.currency)
    reasons = account.reasons_against(amount, account.currency, policy.document)
    return WhatIf(
        decision="held" if reasons else "approved",
        reasons=list(reasons),
        currency=account.currency,
        amount=amount,
        exposure_with_it=account.exposure + amount,
        headroom_left=account.headroom(policy.document) - amount,
        policy_version=policy.version,
    )


@router.put("/accounts/{customer_id}/limit")
async def set_limit(customer_id: str, body: SetLimit, command: Manager) -> AccountChanged:
    """Sets the credit limit; the ERP's no longer counts. Held orders that fit now go on."""

    async def work(uow: CreditWork) -> AccountChanged:
        account = (await uow.accounts.load([customer_id])).get(customer_id)
        if account is None or not account.known:
            raise _no_account(customer_id)
        if body.currency != account.currency:
            raise Unprocessable(
                f"the limit is given in {body.currency}, but the account of {customer_id} is kept in "
                f"{account.currency}: give the limit in {account.currency}"
            )
        _exact(body.credit_limit, account.currency)
        limit_set = account.set_limit(body.credit_limit, command.person.name, body.reason, uow.business_date)
        uow.audit(command, "set_limit", customer_id, limit_set.previous_limit, limit_set.credit_limit)
        uow.emit(limit_set, cause=command)
        return await _judged_again(account, command, uow, "The credit limit was set anew.")

    return await command.run(work, body)


@router.get("/held-orders")
async def list_held_orders(
    viewer: Viewer,
    db: Db,
    customer_id: Filter = None,
    company_id: Filter = None,
    amount_min: AmountAsked | None = None,
    sort: Annotated[Literal["age", "amount"], Query(description="The oldest first, or the largest first.")] = "age",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HeldOrderView]:
    """Orders that wait for room or for a person."""
    by_age = sort == "age"
    after, after_id = decode_cursor(cursor, 2, date.fromisoformat if by_age else Decimal, str)
    query = "view_held_orders_by_age" if by_age else "view_held_orders_by_amount"
    rows = await db.fetch(query, customer_id, company_id, amount_min, after, after_id, limit + 1)
    column = "order_date" if by_age else "open_amount"
    return Page[HeldOrderView].of(rows, limit, HeldOrderView.of, lambda row: [row[column], row["order_id"]])


@router.get("/orders/{order_id}")
async def show_order(order_id: str, viewer: Viewer, db: Db) -> OrderView:
    """What was decided on an order, with reasons, and what happened to it before."""
    row = await db.fetchrow("view_order", order_id)
    if row is None:
        raise _no_order(order_id)
    order = order_from_row(row)
    decisions = await db.fetch("view_order_decisions", order.customer_id, order_id)
    return OrderView.of(order, [DecisionView.of(decision, order.currency) for decision in decisions])


@router.post("/held-orders/{order_id}/release")
async def release_order(order_id: str, body: ReleaseOrder, command: Decider) -> AccountChanged:
    """Lets a held order go on, whatever the headroom, within what the person's role may release."""

    async def work(uow: CreditWork) -> AccountChanged:
        account, order = await _held_order(order_id, uow)
        rules = (await uow.policy(CREDIT_RULES)).on(uow.business_date).document
        if not rules.may_release(command.person.roles, order.open_amount):
            raise Forbidden(
                f"order {order_id} of {order.open_amount} {order.currency} is above what "
                f"{command.person.name} may release: ask a credit manager"
            )
        uow.say([account.release(order, command.person.name, body.reason, uow.business_date)], cause=command)
        uow.audit(command, "release_order", order_id, "held", "released")
        return await _judged_again(account, command, uow, "A person released the order before this one.")

    return await command.run(work, body)


@router.post("/held-orders/{order_id}/decline")
async def decline_order(order_id: str, body: DeclineOrder, command: Decider) -> AccountChanged:
    """A held order is not to be delivered on credit; invoicing cancels it."""

    async def work(uow: CreditWork) -> AccountChanged:
        account, order = await _held_order(order_id, uow)
        uow.say([account.decline(order, command.person.name, body.reason, uow.business_date)], cause=command)
        uow.audit(command, "decline_order", order_id, "held", "declined")
        return await _judged_again(account, command, uow, "A person declined the order before this one.")

    return await command.run(work, body)


async def _judged_again(account: CreditAccount, command: Command, uow: CreditWork, words: str) -> AccountChanged:
    await judge_again(uow, {account.customer_id: Occasion(command, uow.business_date, words)})
    rules = (await uow.policy(CREDIT_RULES)).on(uow.business_date).document
    released = [event.order_id for event in uow.said if isinstance(event, CreditReleased)]
    return AccountChanged(account=AccountView.of(account, rules), released_orders=released)


async def _held_order(order_id: str, uow: CreditWork) -> tuple[CreditAccount, OpenOrder]:
    """The order with its account, both locked. Raises NotFound, or Conflict where it is not held."""
    owner = await uow.fetchrow("find_order", order_id)
    if owner is None:
        raise _no_order(order_id)
    customer_id = owner["customer_id"]
    account = (await uow.lock([customer_id]))[customer_id]
    order = (await uow.orders.load([(customer_id, order_id)]))[customer_id, order_id]
    if order.decision != "held":
        raise Conflict(f"order {order_id} is {order.decision}, not held: only a held order can be released or declined")
    return account, order


async def _account(customer_id: str, db: Reading) -> CreditAccount:
    row = await db.fetchrow("view_account", customer_id)
    if row is None:
        raise _no_account(customer_id)
    return account_from_row(row)


async def _rules(db: Reading) -> PolicyVersion[CreditRules]:
    return (await PolicyBook(db, (CREDIT_RULES,)).of(CREDIT_RULES)).on(db.today or date.min)


def _exact(amount: Decimal, currency: str) -> None:
    if not is_exact(amount, currency):
        raise Unprocessable(f"{amount} has more decimal places than {currency} is accounted in: round it")


def _no_account(customer_id: str) -> NotFound:
    return NotFound(f"customer {customer_id!r} has no credit account: it opens when the ERP tells of the customer")


def _no_order(order_id: str) -> NotFound:
    return NotFound(f"credit knows no order {order_id!r}: it hears of orders once invoicing has validated them")
