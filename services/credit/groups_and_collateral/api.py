"""Credit groups and collateral over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.credit.access import Db, Manager, Viewer
from services.credit.accounts.domain.exposure import DEFAULT_VALUATION
from services.credit.accounts.store import account_from_row
from services.credit.accounts.valuation_loader import group_from_row
from services.credit.groups_and_collateral import commands
from services.credit.groups_and_collateral.schemas import (
    CollateralView,
    EnterCollateral,
    GroupChanged,
    GroupView,
    SetGroup,
    WithdrawCollateral,
)
from services.credit.order_authorization.account_lookup import load_valued_account, value
from services.credit.work import CreditWork
from shared.chassis.http import Cursor, Limit, NotFound, Page, decode_cursor
from shared.contracts.event import Identifier

router = APIRouter()


@router.get("/accounts/{customer_id}/collateral")
async def list_collateral(customer_id: str, viewer: Viewer, db: Db) -> list[CollateralView]:
    """Collateral that secures or secured the account, the newest first."""
    await load_valued_account(customer_id, db)
    return [CollateralView.of(row) for row in await db.fetch("view_collateral", customer_id, None)]


@router.put("/accounts/{customer_id}/collateral/{collateral_id}")
async def enter_collateral(
    customer_id: str, collateral_id: Identifier, body: EnterCollateral, command: Manager
) -> CollateralView:
    """Collateral lowers exposure from its first to its last day. Held orders that fit now are released."""

    async def work(uow: CreditWork) -> CollateralView:
        await commands.enter_collateral(customer_id, collateral_id, body, command, uow)
        return CollateralView.of((await uow.fetch("view_collateral", customer_id, collateral_id))[0])

    return await command.run(work, body)


@router.post("/accounts/{customer_id}/collateral/{collateral_id}/withdraw")
async def withdraw_collateral(
    customer_id: str, collateral_id: str, body: WithdrawCollateral, command: Manager
) -> CollateralView:
    """From today on it no longer secures the account."""

    async def work(uow: CreditWork) -> CollateralView:
        await commands.withdraw_collateral(customer_id, collateral_id, body.reason, command, uow)
        return CollateralView.of((await uow.fetch("view_collateral", customer_id, collateral_id))[0])

    return await command.run(work, body)


@router.get("/groups")
async def list_groups(viewer: Viewer, db: Db, cursor: Cursor = None, limit: Limit = 50) -> Page[GroupView]:
    """Credit groups by the parent's customer id. Exposure is shown for a single group only."""
    (after,) = decode_cursor(cursor, 1, str)
    rows = await db.fetch("view_groups", after, limit + 1)
    return Page[GroupView].of(rows, limit, lambda row: GroupView.of(row, None), lambda row: [row["group_id"]])


@router.get("/groups/{group_id}")
async def show_group(group_id: str, viewer: Viewer, db: Db) -> GroupView:
    """A group, its members, its pooled limit, and what they owe and have on order together."""
    row = await db.fetchrow("view_group", group_id)
    if row is None:
        raise NotFound(f"there is no credit group {group_id!r}: PUT /groups/{group_id} opens one")
    members = [account_from_row(account) for account in await db.fetch("view_accounts_of", row["members"])]
    await value(members, db)
    group = members[0].group if members else group_from_row(row)
    assert group is not None
    return GroupView.of(row, group.exposure(members[0].valuation if members else DEFAULT_VALUATION))


@router.put("/groups/{group_id}")
async def put_group(group_id: Identifier, body: SetGroup, command: Manager) -> GroupChanged:
    """Opens or changes a group: its members and the limit above their own. Held orders that fit now are released."""

    async def work(uow: CreditWork) -> GroupChanged:
        return await commands.set_group(group_id, body, command, uow)

    return await command.run(work, body)
