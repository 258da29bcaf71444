"""Who belongs to a group, as a credit manager says it."""

from __future__ import annotations

from decimal import Decimal

from services.credit.decisions import Occasion, judge_again
from services.credit.domain.account import CreditAccount
from services.credit.domain.groups import MEMBERS_MAX, CreditGroup
from services.credit.exposure_views import GroupChanged, SetGroup
from services.credit.lookup import exact, no_account
from services.credit.store import CreditWork
from services.credit.valuing import group_from_row
from shared.chassis.http import Command, Conflict, Unprocessable
from shared.contracts.credit import CreditReleased


async def set_group(group_id: str, body: SetGroup, command: Command, uow: CreditWork) -> GroupChanged:
    """Replaces the group's members and limit. Raises NotFound, Conflict, Unprocessable; nothing is changed then."""
    rows = await uow.fetch("lock_group", group_id)
    before = rows[0] if rows else None
    members = set(body.members)
    left = {row["customer_id"] for row in await uow.fetch("members_of_groups", [group_id])}
    if len(members) > MEMBERS_MAX:
        raise Unprocessable(f"a group has at most {MEMBERS_MAX} members, not {len(members)}: split it")
    if body.pooled_limit is not None:
        exact(body.pooled_limit, body.currency)
    known = {row["customer_id"] for row in await uow.fetch("view_accounts_of", sorted(members))}
    for customer_id in sorted(members - known):
        raise no_account(customer_id)
    accounts = await uow.lock(members | left, [body.currency])
    for customer_id in sorted(members):
        _check_member(accounts[customer_id], group_id, body)
    await uow.execute("save_group", group_id, body.name, body.currency, body.pooled_limit)
    group = CreditGroup(group_id, body.name, body.currency, body.pooled_limit)
    for customer_id, account in accounts.items():
        account.group_id, account.group = (group_id, group) if customer_id in members else (None, None)
        if customer_id in members:
            group.members[customer_id] = account
    shown = None if before is None else {**_shown(group_from_row(before)), "members": sorted(left)}
    uow.audit(command, "set_group", group_id, shown, {**_shown(group), "members": sorted(members)})
    words = "The group's limit or members changed."
    await judge_again(uow, {c: Occasion(command, uow.business_date, words) for c in accounts})
    released = [event.order_id for event in uow.pending_events if isinstance(event, CreditReleased)]
    any_member = next(iter(group.members.values()), None)
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


def _check_member(account: CreditAccount, group_id: str, body: SetGroup) -> None:
    if account.group_id not in (None, group_id):
        raise Conflict(f"{account.customer_id} belongs to group {account.group_id}: take it out of that one first")
    rates = account.valuation.rates
    if body.pooled_limit is not None and rates.converted(Decimal(1), account.currency, body.currency) is None:
        raise Unprocessable(
            f"no exchange rate from {account.currency}, the currency of {account.customer_id}, to {body.currency} is "
            f"known: the ERP must tell one before {account.customer_id} can share a limit in {body.currency}"
        )


def _shown(group: CreditGroup) -> dict[str, str | None]:
    limit = None if group.pooled_limit is None else str(group.pooled_limit)
    return {"name": group.name, "currency": group.currency, "pooled_limit": limit}
