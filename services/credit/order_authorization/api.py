"""Orders over HTTP: the queue of held orders, the decisions on an order, and what people decide."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Annotated, Literal

from fastapi import APIRouter, Query

from services.credit.access import Db, Decider, Viewer
from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.schemas import AccountView
from services.credit.accounts.store import account_from_row
from services.credit.order_authorization import commands
from services.credit.order_authorization.account_lookup import load_valued_account, no_order, rules_in_force
from services.credit.order_authorization.domain import reasons
from services.credit.order_authorization.domain.order_decisions import instruction_reasons
from services.credit.order_authorization.domain.orders import OpenOrder
from services.credit.order_authorization.held_orders import load_histories, view_held_orders
from services.credit.order_authorization.reevaluation import reevaluate_after_command
from services.credit.order_authorization.schemas import (
    DeclineOrder,
    HeldOrderView,
    HoldOrder,
    OrderChanged,
    OrderView,
    ReleaseOrder,
)
from services.credit.order_authorization.store import order_from_row
from services.credit.work import CreditWork
from shared.chassis.http import Command, Cursor, Limit, Page, decode_cursor, encode_cursor

router = APIRouter()

Filter = Annotated[str | None, Query(max_length=80)]
AmountAsked = Annotated[Decimal, Query(gt=0, le=Decimal("999999999999.999"), decimal_places=3)]


@router.get("/held-orders")
async def list_held_orders(
    *,
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
        Query(
            description="The oldest first, or the largest. The ship date is not known before stock is allocated, so "
            "that sort is by order date."
        ),
    ] = "age",
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[HeldOrderView]:
    """Orders that wait for room or for a person, each with every reason, the exposure and the history."""
    by_amount = sort == "amount"
    after, after_id = decode_cursor(cursor, 2, Decimal if by_amount else date.fromisoformat, str)
    query = "view_held_orders_by_amount" if by_amount else "view_held_orders_by_age"
    found = customer_id, company_id, amount_min, group_id, reason, days_held_min
    rows = await db.fetch(query, *found, after, after_id, limit + 1, db.days.latest)
    shown = [order_from_row(row) for row in rows[:limit]]
    last = rows[limit - 1] if len(rows) > limit else None
    position = [last["open_amount" if by_amount else "order_date"], last["order_id"]] if last is not None else None
    next_cursor = encode_cursor(position) if position is not None else None
    return Page(items=await view_held_orders(shown, db), next_cursor=next_cursor)


@router.get("/orders/{order_id}")
async def show_order(order_id: str, viewer: Viewer, db: Db) -> OrderView:
    """What was decided on an order, with the rules as they were evaluated, and all earlier decisions."""
    row = await db.fetchrow("view_order", order_id)
    if row is None:
        raise no_order(order_id)
    order = order_from_row(row)
    rows = await db.fetch("view_accounts_of", [order.customer_id])
    account = account_from_row(rows[0])
    if account.has_master_data:
        account = await load_valued_account(order.customer_id, db, [order.currency])
    return OrderView.of(order, account, (await load_histories([order], db))[order_id])


@router.post("/held-orders/{order_id}/release")
async def release_order(order_id: str, body: ReleaseOrder, command: Decider) -> OrderChanged:
    """Releases a held order within what the person's role may release: whole, in part, or on a condition."""

    async def work(uow: CreditWork) -> OrderChanged:
        account, order = await commands.release_order(order_id, body, command, uow)
        return await _changed(account, order, command, uow, reasons.ROOM_AFTER_RELEASE)

    return await command.run(work, body)


@router.post("/held-orders/{order_id}/decline")
async def decline_order(order_id: str, body: DeclineOrder, command: Decider) -> OrderChanged:
    """A held order is not delivered on credit; invoicing cancels it."""

    async def work(uow: CreditWork) -> OrderChanged:
        account, order = await commands.decline_order(order_id, body, command, uow)
        return await _changed(account, order, command, uow, reasons.ROOM_AFTER_DECLINE)

    return await command.run(work, body)


@router.post("/orders/{order_id}/hold")
async def hold_order(order_id: str, body: HoldOrder, command: Decider) -> OrderChanged:
    """Holds an order until a person releases it; of an approved order, what is not shipped yet."""

    async def work(uow: CreditWork) -> OrderChanged:
        account, order = await commands.hold_order(order_id, body, command, uow)
        return await _changed(account, order, command, uow, reasons.ROOM_AFTER_MANUAL_HOLD)

    return await command.run(work, body)


async def _changed(
    account: CreditAccount, order: OpenOrder, command: Command, uow: CreditWork, description: str
) -> OrderChanged:
    released = await reevaluate_after_command(account, command, uow, description)
    awaits = instruction_reasons(account, order) if order.decision == "held" else []
    rules = await rules_in_force(account.company_id, uow)
    return OrderChanged(
        decision=order.decision,
        awaits=[*awaits, *commands.second_approval_reasons(order)],
        account=AccountView.of(account, rules.document),
        released_orders=released,
    )
