"""What a unit of work needs beside the accounts themselves: their groups, and the rates to value them by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, Protocol

from services.credit.domain.account import CreditAccount
from services.credit.domain.exchange import Pair, Rates
from services.credit.domain.groups import CreditGroup, OtherMembers
from services.credit.domain.standing import Standing
from shared.kernel.money import round_half_up


class Reader(Protocol):
    """What runs a named query: a unit of work, or a reading."""

    async def fetch(self, query: str, *arguments: Any) -> list[Any]: ...


class Groups:
    """The groups a unit of work has locked.

    Whoever changes an account locks its group first. So what the members owe that are not at hand does not change
    until the end of the unit of work, and is added up by PostgreSQL instead of being loaded and locked.
    """

    def __init__(self) -> None:
        self._groups: dict[str, CreditGroup] = {}
        self._asked: set[str] = set()
        self._to_add_up: dict[str, CreditGroup] = {}

    async def lock_those_of(self, customer_ids: Iterable[str], reader: Reader) -> None:
        """Locks the groups of these customers, in key order."""
        unknown = sorted(set(customer_ids) - self._asked)
        if unknown:
            self._asked.update(unknown)
            for row in await reader.fetch("lock_groups", unknown):
                self._groups.setdefault(row["group_id"], group_from_row(row))

    def joined(self, accounts: Iterable[CreditAccount]) -> bool:
        """Each account knows its group, and each group those of its members that are at hand.

        False where one has come into a group since its group was asked for: it has to be asked for again.
        """
        complete = True
        for account in accounts:
            if account.group_id is None or account.group is not None:
                continue
            group = self._groups.get(account.group_id)
            if group is None:
                self._asked.discard(account.customer_id)
                complete = False
                continue
            account.group = group
            group.members[account.customer_id] = account
            if group.pooled_limit is not None:
                self._to_add_up[group.group_id] = group
        return complete

    async def add_up(self, at_hand: Iterable[CreditAccount], reader: Reader) -> None:
        """Where another member came to hand, the others are added up anew."""
        if self._to_add_up:
            await add_up_others(self._to_add_up.values(), at_hand, reader)
            self._to_add_up = {}


async def add_up_others(groups: Iterable[CreditGroup], at_hand: Iterable[CreditAccount], reader: Reader) -> None:
    """What the members owe that are not at hand, of groups with a pooled limit: one query for all."""
    pooled = {group.group_id: group for group in groups if group.pooled_limit is not None}
    if not pooled:
        return
    left_out = sorted(account.customer_id for account in at_hand)
    found: dict[str, list[OtherMembers]] = {group_id: [] for group_id in pooled}
    for row in await reader.fetch("other_members_of_groups", sorted(pooled), left_out):
        found[row["group_id"]].append(_others_from_row(row))
    for group_id, others in found.items():
        pooled[group_id].add_up(tuple(others))


def _others_from_row(row: Any) -> OtherMembers:
    currency = row["currency"]
    return OtherMembers(
        currency,
        round_half_up(row["open_items_total"], currency),
        round_half_up(row["open_orders_total"], currency),
        round_half_up(row["open_orders_tax"], currency),
        tuple(Standing(text) for text in row["standings"] or ()),
    )


def group_from_row(row: Any) -> CreditGroup:
    limit = row["pooled_limit"]
    currency = row["currency"]
    return CreditGroup(
        row["group_id"], row["name"], currency, None if limit is None else round_half_up(limit, currency)
    )


def pairs_needed(accounts: Iterable[CreditAccount], currencies: Collection[str]) -> set[Pair]:
    """Pairs of currencies without whose rates something of these accounts could not be valued."""
    pairs: set[Pair] = set()
    groups: dict[str, CreditGroup] = {}
    for account in accounts:
        if not account.known:
            continue
        mine = account.currency
        pairs.update((other, mine) for other in currencies if other != mine)
        if account.standing.has_more_than(mine):
            pairs.update((other, mine) for other in account.standing.currencies() if other != mine)
        if account.group is not None:
            groups[account.group.group_id] = account.group
            theirs = account.group.currency
            pairs.update((other, theirs) for other in (mine, *currencies) if other != theirs)
    for group in groups.values():
        for others in group.others:
            mine = others.currency
            pairs.update((other, mine) for kept in others.standings for other in kept.currencies() if other != mine)
            if mine != group.currency:
                pairs.add((mine, group.currency))
    return pairs


async def rates_on(day: date, pairs: Collection[Pair], reader: Reader) -> Rates:
    """The rates of these pairs on a day, over a third currency where they have none; no question without pairs."""
    if not pairs:
        return Rates()
    ones, others = zip(*sorted(pairs), strict=True)
    rows = await reader.fetch("rates_on", list(ones), list(others), day)
    rates = _rates(rows)
    missing = sorted(pair for pair in pairs if not rates.knows(*pair))
    if not missing:
        return rates
    currencies = sorted({currency for pair in missing for currency in pair})
    return rates.joined(_rates(await reader.fetch("rates_with", currencies, day)).crossed(missing))


def _rates(rows: Iterable[Any]) -> Rates:
    return Rates({(row["from_currency"], row["to_currency"]): row["rate"] for row in rows})
