"""Orders over HTTP: the queue of those held, the decisions on them, and what people decide."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query

from services.credit import order_handling
from services.credit.access import Db, Decider, Viewer
from services.credit.domain.account import CreditAccount
from services.credit.domain.order_decisions import judged, waits_for_a_person
from services.credit.domain.orders import OpenOrder
from services.credit.lookup import no_order, rule_versions, rules_today, value, valued_account
from services.credit.order_views import (
    DecisionView,
    DeclineOrder,
    HeldOrderView,
    HoldOrder,
    OrderChanged,
    OrderView,
    ReleaseOrder,
)
from services.credit.store import CreditWork, account_from_row, order_from_row
from services.credit.views import AccountView, ExposureView
from shared.chassis.http import (
    Command,
    Cursor,
    Limit,
    Page,
    ReadSession,
    decode_cursor,
    encode_cursor,
)

router = APIRouter()

Filter = Annotated[str | None, Query(max_length=80)]
AmountAsked = Annotated[Decimal, Query(gt=0, le=Decimal("999999999999.999"), decimal_places=3)]


@router.get("/held-orders")
async def list_held_orders(
    viewer: Viewer,
    db: Db,
    customer_id: Filter = None,
    company_id: Filter = None,
    group_id: Filter = None,
    reason: Annotated[str | None, Query(max_length=90, description="A code among the reasons it was held for.")] = None,
    amount_min: AmountAsked | None = None,
    days_held_min: Annotated[int | None, Query(ge=0, le=3650)] = None,
    sort: Annotated[
        Literal["age", "amount", "ship_date"],
        Query(description="The oldest first, or the largest; no ship date is known before stock is, so by order date."),
    ] = "age",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HeldOrderView]:
    """Orders that wait for room or for a person, each with every reason, the exposure and the history."""
    by_amount = sort == "amount"
    after, after_id = decode_cursor(cursor, 2, Decimal if by_amount else date.fromisoformat, str)
    held_by = None if days_held_min is None else (db.today or date.max) - timedelta(days=days_held_min)
    query = "view_held_orders_by_amount" if by_amount else "view_held_orders_by_age"
    rows = await db.fetch(
        query, customer_id, company_id, amount_min, group_id, reason, held_by, after, after_id, limit + 1
    )
    shown = [order_from_row(row) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    position = [last["open_amount" if by_amount else "order_date"], last["order_id"]] if last is not None else None
    return Page(items=await _held(shown, db), next_cursor=encode_cursor(position) if position is not None else None)


async def _held(orders: Sequence[OpenOrder], db: ReadSession) -> list[HeldOrderView]:
    """The orders with their accounts and histories: one question for all accounts, one for all histories."""
    owners = sorted({order.customer_id for order in orders})
    accounts = {a.customer_id: a for a in map(account_from_row, await db.fetch("view_accounts_of", owners))}
    await value(list(accounts.values()), db, {order.currency for order in orders})
    history = await _histories(orders, db)
    rules, today = (await rules_today(db)).document, db.today or date.max
    views = []
    for order in orders:
        account = accounts[order.customer_id]
        assert order.order_date is not None
        assert order.decided_on is not None
        on = max(order.order_date, min(today, date(2099, 12, 31)) if db.today else order.order_date)
        views.append(
            HeldOrderView(
                order_id=order.order_id,
                customer_id=order.customer_id,
                company_id=order.company_id,
                order_date=order.order_date,
                held_on=order.decided_on,
                days_held=max((on - order.decided_on).days, 0),
                currency=order.currency,
                open_amount=order.open_amount,
                reasons=[*waits_for_a_person(account, order), *judged(account, order, rules, on).reasons],
                first_signature=order.handling.signed_by,
                account=AccountView.of(account, rules),
                exposure=ExposureView.of(account),
                history=history[order.order_id],
            )
        )
    return views


async def _histories(orders: Sequence[OpenOrder], db: ReadSession) -> dict[str, list[DecisionView]]:
    currency = {(order.customer_id, order.order_id): order.currency for order in orders}
    found: dict[str, list[DecisionView]] = {order.order_id: [] for order in orders}
    if not orders:
        return found
    versions = await rule_versions(db)
    keys = [list(part) for part in zip(*currency, strict=True)]
    for row in await db.fetch("view_decisions_of_orders", *keys):
        values: dict[str, Any] = dict(row)
        customer_id, order_id = values.pop("customer_id"), values.pop("order_id")
        view = DecisionView.of(values, customer_id, currency[customer_id, order_id], versions)
        found[order_id].append(view)
    return found


@router.get("/orders/{order_id}")
async def show_order(order_id: str, viewer: Viewer, db: Db) -> OrderView:
    """What was decided on an order, with the rules as they were evaluated, and what happened to it before."""
    row = await db.fetchrow("view_order", order_id)
    if row is None:
        raise no_order(order_id)
    order = order_from_row(row)
    rows = await db.fetch("view_accounts_of", [order.customer_id])
    account = account_from_row(rows[0])
    if account.known:
        account = await valued_account(order.customer_id, db, [order.currency])
    return OrderView.of(order, account, (await _histories([order], db))[order_id])


@router.post("/held-orders/{order_id}/release")
async def release_order(order_id: str, body: ReleaseOrder, command: Decider) -> OrderChanged:
    """Lets a held order go on within what the person's role may release: whole, in part, or on a condition."""

    async def work(uow: CreditWork) -> OrderChanged:
        account, order = await order_handling.release_by_hand(order_id, body, command, uow)
        return await _changed(account, order, command, uow, "A person released the order before this one.")

    return await command.run(work, body)


@router.post("/held-orders/{order_id}/decline")
async def decline_order(order_id: str, body: DeclineOrder, command: Decider) -> OrderChanged:
    """A held order is not to be delivered on credit; invoicing cancels it."""

    async def work(uow: CreditWork) -> OrderChanged:
        account, order = await order_handling.decline_by_hand(order_id, body, command, uow)
        return await _changed(account, order, command, uow, "A person declined the order before this one.")

    return await command.run(work, body)


@router.post("/orders/{order_id}/hold")
async def hold_order(order_id: str, body: HoldOrder, command: Decider) -> OrderChanged:
    """Holds an order until a person lets it go; of one let through before, what is not on its way yet."""

    async def work(uow: CreditWork) -> OrderChanged:
        account, order = await order_handling.hold_by_hand(order_id, body, command, uow)
        return await _changed(account, order, command, uow, "A person held the order before this one.")

    return await command.run(work, body)


async def _changed(
    account: CreditAccount, order: OpenOrder, command: Command, uow: CreditWork, words: str
) -> OrderChanged:
    released = await order_handling.judged_again(account, command, uow, words)
    awaits = waits_for_a_person(account, order) if order.decision == "held" else []
    rules = await order_handling.rules_in_force(uow)
    return OrderChanged(
        decision=order.decision,
        awaits=[*awaits, *order_handling.second_person(order)],
        account=AccountView.of(account, rules.document),
        released_orders=released,
    )
