"""Credit accounts and their limits over HTTP."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.access import Db, Manager, Viewer
from services.credit.limit_by_hand import set_by_hand
from services.credit.lookup import known_account, rules_today, value, valued_account
from services.credit.order_handling import judged_again, rules_in_force
from services.credit.store import CreditWork, account_from_row, order_from_row
from services.credit.views import (
    AccountChanged,
    AccountDetail,
    AccountView,
    ExposureView,
    HeldOrderLine,
    HoldView,
    OtherCurrency,
    SetLimit,
    StateView,
)
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.contracts.credit import CreditState

router = APIRouter()

Filter = Annotated[str | None, Query(max_length=80)]


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
    rules = (await rules_today(db)).document
    rows = await db.fetch("view_accounts", state, over_limit, company_id, after, limit + 1)
    accounts = {row["customer_id"]: account_from_row(row) for row in rows}
    await value(list(accounts.values()), db)
    return Page[AccountView].of(
        rows, limit, lambda row: AccountView.of(accounts[row["customer_id"]], rules), lambda row: [row["customer_id"]]
    )


@router.get("/accounts/{customer_id}")
async def show_account(customer_id: str, viewer: Viewer, db: Db) -> AccountDetail:
    """An account: its limit, exposure by part, headroom, holds, held orders, state and how it came there."""
    account = await valued_account(customer_id, db)
    held = await db.fetch("view_held_orders_by_age", customer_id, *[None] * 7, 200)
    other = await db.fetch("view_other_currencies", customer_id, account.currency)
    return AccountDetail(
        account=AccountView.of(account, (await rules_today(db)).document),
        exposure=ExposureView.of(account),
        holds=[HoldView.model_validate(dict(row)) for row in await db.fetch("view_holds", customer_id)],
        held_orders=[HeldOrderLine.of(order_from_row(row)) for row in held],
        not_counted=[OtherCurrency.of(row) for row in other if row["currency"] in account.without_rate],
        how_it_came_there=[StateView.of(row, account.currency) for row in await db.fetch("view_states", customer_id)],
    )


@router.put("/accounts/{customer_id}/limit")
async def set_limit(customer_id: str, body: SetLimit, command: Manager) -> AccountChanged:
    """Sets the credit limit, from a day and until a day; the ERP's no longer counts. Held orders that fit now go on."""

    async def work(uow: CreditWork) -> AccountChanged:
        account = await known_account(customer_id, uow)
        await set_by_hand(account, body, command, uow)
        released = await judged_again(account, command, uow, "The credit limit was set anew.")
        rules = (await rules_in_force(uow)).document
        return AccountChanged(account=AccountView.of(account, rules), released_orders=released)

    return await command.run(work, body)
