"""What exposure is made of, over HTTP: as of any day, collateral, groups with a pooled limit, exchange rates."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.credit.access import Db, Manager, Viewer
from services.credit.collateral import check_collateral, collateral_movements
from services.credit.domain.exposure import AS_SHIPPED
from services.credit.domain.standing import Security
from services.credit.exposure_views import (
    CollateralView,
    EnterCollateral,
    ExposureAsOf,
    GroupChanged,
    GroupView,
    RateView,
    SetGroup,
    Withdraw,
)
from services.credit.grouping import set_group
from services.credit.lookup import known_account, rule_versions, value, valued_account
from services.credit.order_handling import judged_again
from services.credit.store import CreditWork, account_from_row
from services.credit.valuing import group_from_row, rates_on
from shared.chassis.http import (
    Conflict,
    Cursor,
    Limit,
    NotFound,
    Page,
    decode_cursor,
)
from shared.contracts.event import BusinessDate, Currency, Identifier

router = APIRouter()


@router.get("/accounts/{customer_id}/exposure")
async def exposure_as_of(
    customer_id: str,
    viewer: Viewer,
    db: Db,
    as_of: Annotated[BusinessDate | None, Query(description="The end of a past day; today unless given.")] = None,
) -> ExposureAsOf:
    """Exposure by part as of the end of a day, from its dated changes, by that day's rates and rules."""
    account = await valued_account(customer_id, db)
    day = as_of or db.today or date.max
    rows = await db.fetch("exposure_as_of", customer_id, day)
    taxes = {row["currency"]: row["amount"] for row in await db.fetch("order_tax_as_of", customer_id, day)}
    pairs = {(row["currency"], account.currency) for row in rows if row["currency"] != account.currency}
    rules = (await rule_versions(db)).on(day).document.exposure
    return ExposureAsOf.of(customer_id, account.currency, day, rows, taxes, rules, await rates_on(day, pairs, db))


@router.get("/accounts/{customer_id}/collateral")
async def list_collateral(customer_id: str, viewer: Viewer, db: Db) -> list[CollateralView]:
    """What secures or secured the account, the newest first."""
    await valued_account(customer_id, db)
    return [CollateralView.of(row) for row in await db.fetch("view_collateral", customer_id, None)]


@router.put("/accounts/{customer_id}/collateral/{collateral_id}")
async def enter_collateral(
    customer_id: str, collateral_id: Identifier, body: EnterCollateral, command: Manager
) -> CollateralView:
    """Collateral lowers exposure from its first to its last day. Held orders that fit now go on."""

    async def work(uow: CreditWork) -> CollateralView:
        account = await known_account(customer_id, uow, [body.currency])
        if await uow.fetch("view_collateral", customer_id, collateral_id):
            raise Conflict(
                f"collateral {collateral_id} of {customer_id} exists: withdraw it and enter it under a new id"
            )
        first_day = body.valid_from or uow.business_date
        check_collateral(account, body.currency, body.amount, first_day, body.expires_on, uow.business_date)
        security = Security(collateral_id, body.kind, body.currency, body.amount, first_day, body.expires_on)
        row = (
            customer_id, collateral_id, body.kind, body.currency, body.amount, first_day, body.expires_on,
            body.reference, command.person.name,
        )  # fmt: skip
        await uow.execute("insert_collateral", *row)
        account.standing.secured(security, collateral_id)
        for on, change in collateral_movements(security, None):
            uow.moved(customer_id, on, f"collateral:{body.kind}", body.currency, change, collateral_id)
        uow.audit(command, "enter_collateral", f"{customer_id}/{collateral_id}", None, body.model_dump(mode="json"))
        await judged_again(account, command, uow, "The account is secured by more.")
        return CollateralView.of((await uow.fetch("view_collateral", customer_id, collateral_id))[0])

    return await command.run(work, body)


@router.post("/accounts/{customer_id}/collateral/{collateral_id}/withdraw")
async def withdraw_collateral(customer_id: str, collateral_id: str, body: Withdraw, command: Manager) -> CollateralView:
    """From today on it secures the account no longer."""

    async def work(uow: CreditWork) -> CollateralView:
        account = await known_account(customer_id, uow)
        security = next((s for s in account.standing.securities() if s.collateral_id == collateral_id), None)
        if security is None:
            raise NotFound(f"nothing secures {customer_id} under the id {collateral_id!r}: GET its collateral")
        account.standing.secured(None, collateral_id)
        for on, change in collateral_movements(security, max(uow.business_date, security.valid_from)):
            uow.moved(customer_id, on, f"collateral:{security.kind}", security.currency, change, collateral_id)
        await uow.execute("withdraw_collateral", customer_id, collateral_id, uow.business_date)
        uow.audit(command, "withdraw_collateral", f"{customer_id}/{collateral_id}", str(security), body.reason)
        await judged_again(account, command, uow, "The account is secured by less.")
        return CollateralView.of((await uow.fetch("view_collateral", customer_id, collateral_id))[0])

    return await command.run(work, body)


@router.get("/groups")
async def list_groups(viewer: Viewer, db: Db, cursor: Cursor = None, limit: Limit = 50) -> Page[GroupView]:
    """Credit groups by the parent's customer id; the single group tells its exposure as well."""
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
    return GroupView.of(row, group.exposure(members[0].valuation if members else AS_SHIPPED))


@router.put("/groups/{group_id}")
async def put_group(group_id: Identifier, body: SetGroup, command: Manager) -> GroupChanged:
    """Opens or changes a group: its members and the limit above their own. Held orders that fit now go on."""

    async def work(uow: CreditWork) -> GroupChanged:
        return await set_group(group_id, body, command, uow)

    return await command.run(work, body)


@router.get("/exchange-rates")
async def list_rates(
    viewer: Viewer,
    db: Db,
    from_currency: Annotated[Currency | None, Query()] = None,
    to_currency: Annotated[Currency | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[RateView]:
    """Exchange rates as the ERP told them, the newest first."""
    after = decode_cursor(cursor, 3, date.fromisoformat, str, str)
    rows = await db.fetch("view_rates", from_currency, to_currency, *after, limit + 1)
    position = ("valid_from", "from_currency", "to_currency")
    return Page[RateView].of(
        rows, limit, lambda row: RateView.model_validate(dict(row)), lambda row: [row[name] for name in position]
    )
