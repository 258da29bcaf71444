"""What a credit manager changes: the members and limit of a group, and collateral."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.account_profile import Collateral
from services.credit.accounts.domain.group_exposure import CreditGroup
from services.credit.accounts.valuation_loader import group_from_row
from services.credit.groups_and_collateral.domain import (
    MEMBERS_MAX,
    collateral_movements,
    collateral_problem,
    member_problem,
)
from services.credit.groups_and_collateral.schemas import EnterCollateral, GroupChanged, SetGroup
from services.credit.order_authorization.account_lookup import check_exact, lock_account, no_account
from services.credit.order_authorization.domain import reasons
from services.credit.order_authorization.reevaluation import Trigger, reevaluate_after_command, reevaluate_held_orders
from services.credit.work import CreditWork
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.transaction.command import Command
from shared.contracts.credit import CreditReleased


async def set_group(group_id: str, body: SetGroup, command: Command, uow: CreditWork) -> GroupChanged:
    """Replaces the group's members and limit. Raises NotFound, Conflict, Unprocessable; nothing is changed then."""
    rows = await uow.fetch("lock_group", group_id)
    before = rows[0] if rows else None
    members = set(body.members)
    left = {row["customer_id"] for row in await uow.fetch("members_of_groups", [group_id])}
    await _check_group(members, body, uow)
    accounts = await uow.lock(members | left, [body.currency])
    for customer_id in sorted(members):
        _check_member(accounts[customer_id], group_id, body)
    await uow.execute("save_group", group_id, body.name, body.currency, body.pooled_limit)
    group = CreditGroup(group_id, body.name, body.currency, body.pooled_limit)
    _move_members(group, members, accounts)
    shown = None if before is None else {**_shown(group_from_row(before)), "members": sorted(left)}
    uow.audit(command, "set_group", group_id, shown, {**_shown(group), "members": sorted(members)})
    why = reasons.ROOM_AFTER_GROUP_CHANGE
    await reevaluate_held_orders(
        uow,
        {
            customer_id: Trigger(command, uow.business_date_of(account.company_id), why)
            for customer_id, account in accounts.items()
        },
    )
    released = [event.order_id for event in uow.pending_events if isinstance(event, CreditReleased)]
    any_member = next((accounts[customer_id] for customer_id in sorted(members)), None)
    exposure = group.exposure(any_member.valuation) if any_member is not None else None
    return GroupChanged(
        group_id=group_id,
        name=body.name,
        currency=body.currency,
        pooled_limit=body.pooled_limit,
        members=sorted(members),
        exposure=exposure,
        released_orders=released,
    )


async def _check_group(members: set[str], body: SetGroup, uow: CreditWork) -> None:
    if len(members) > MEMBERS_MAX:
        raise Unprocessable(f"a group has at most {MEMBERS_MAX} members, not {len(members)}: split it")
    if body.pooled_limit is not None:
        check_exact(body.pooled_limit, body.currency)
    known = {row["customer_id"] for row in await uow.fetch("view_accounts_of", sorted(members))}
    for customer_id in sorted(members - known):
        raise no_account(customer_id)


def _check_member(account: CreditAccount, group_id: str, body: SetGroup) -> None:
    if account.group_id not in (None, group_id):
        raise Conflict(f"{account.customer_id} belongs to group {account.group_id}: remove it from that group first")
    problem = member_problem(account, group_id, body.pooled_limit, body.currency)
    if problem is not None:
        raise Unprocessable(problem)


def _move_members(group: CreditGroup, members: set[str], accounts: Mapping[str, CreditAccount]) -> None:
    for customer_id, account in accounts.items():
        if customer_id in members:
            account.group_id, account.group = group.group_id, group
            group.members[customer_id] = account
        else:
            account.group_id, account.group = None, None


def _shown(group: CreditGroup) -> dict[str, Any]:
    limit = None if group.pooled_limit is None else str(group.pooled_limit)
    return {"name": group.name, "currency": group.currency, "pooled_limit": limit}


async def enter_collateral(
    customer_id: str, collateral_id: str, body: EnterCollateral, command: Command, uow: CreditWork
) -> None:
    """Collateral lowers exposure from its first to its last day. Raises NotFound, Conflict, Unprocessable."""
    account = await lock_account(customer_id, uow, [body.currency])
    if await uow.fetch("view_collateral", customer_id, collateral_id):
        raise Conflict(f"collateral {collateral_id} of {customer_id} exists: withdraw it and enter it under a new id")
    check_exact(body.amount, body.currency)
    today = uow.business_date_of(account.company_id)
    first_day = body.valid_from or today
    collateral = Collateral(collateral_id, body.kind, body.currency, body.amount, first_day, body.expires_on)
    problem = collateral_problem(collateral, account, today)
    if problem is not None:
        raise Unprocessable(problem)
    row = (
        customer_id, collateral_id, body.kind, body.currency, body.amount, first_day, body.expires_on, body.reference,
        command.person.name,
    )  # fmt: skip
    await uow.execute("insert_collateral", *row)
    account.profile.set_collateral(collateral_id, collateral)
    for movement in collateral_movements(customer_id, collateral):
        uow.record_movement(movement)
    uow.audit(command, "enter_collateral", f"{customer_id}/{collateral_id}", None, body.model_dump(mode="json"))
    await reevaluate_after_command(account, command, uow, reasons.ROOM_AFTER_MORE_COLLATERAL)


async def withdraw_collateral(
    customer_id: str, collateral_id: str, reason: str, command: Command, uow: CreditWork
) -> None:
    """From today on it no longer secures the account. Raises NotFound."""
    account = await lock_account(customer_id, uow)
    collateral = next((c for c in account.profile.collateral() if c.collateral_id == collateral_id), None)
    if collateral is None:
        raise NotFound(f"{customer_id} has no collateral {collateral_id!r}: GET /accounts/{customer_id}/collateral")
    account.profile.set_collateral(collateral_id, None)
    today = uow.business_date_of(account.company_id)
    for movement in collateral_movements(customer_id, collateral, max(today, collateral.valid_from)):
        uow.record_movement(movement)
    await uow.execute("withdraw_collateral", customer_id, collateral_id, today)
    uow.audit(command, "withdraw_collateral", f"{customer_id}/{collateral_id}", str(collateral), reason)
    await reevaluate_after_command(account, command, uow, reasons.ROOM_AFTER_LESS_COLLATERAL)
