"""What a unit of work needs beside the accounts themselves: their groups, and the rates to value them by."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from datetime import date
from typing import Any, Protocol

from services.credit.domain.account import CreditAccount
from services.credit.domain.exchange import Rates
from services.credit.domain.groups import CreditGroup
from shared.kernel.money import round_half_up

Pair = tuple[str, str]


class Reader(Protocol):
    """What runs a named query: a unit of work, or a reading."""

    async def fetch(self, query: str, *arguments: Any) -> list[Any]: ...


class Groups:
    """The groups a unit of work has locked, each with all its members."""

    def __init__(self) -> None:
        self._groups: dict[str, CreditGroup] = {}
        self._of_member: dict[str, str] = {}
        self._asked: set[str] = set()

    async def lock_those_of(self, customer_ids: Collection[str], reader: Reader) -> set[str]:
        """Locks the groups of these customers, and says who belongs to them."""
        unknown = sorted(set(customer_ids) - self._asked)
        if unknown:
            self._asked.update(unknown)
            locked = {row["group_id"]: group_from_row(row) for row in await reader.fetch("lock_groups", unknown)}
            self._groups = {**locked, **self._groups}
            # Asked after the lock: whoever changed the members before has committed by now.
            members = await reader.fetch("members_of_groups", sorted(locked)) if locked else []
            self._of_member |= {row["customer_id"]: row["group_id"] for row in members}
            self._asked.update(row["customer_id"] for row in members)
        together: set[str] = set()
        for group_id in {self._of_member[c] for c in customer_ids if c in self._of_member}:
            together.update(member for member, of in self._of_member.items() if of == group_id)
        return together

    def joined(self, accounts: Iterable[CreditAccount]) -> list[str]:
        """Each account knows its group, and each group its members.

        Returns who has come into a group since it was asked for: they have to be asked for again.
        """
        unknown = []
        for account in accounts:
            group_id = account.group_id
            if group_id is None or account.group is not None:
                continue
            if self._of_member.get(account.customer_id) != group_id:
                self._asked.discard(account.customer_id)
                unknown.append(account.customer_id)
                continue
            account.group = self._groups[group_id]
            account.group.members[account.customer_id] = account
        return unknown


def group_from_row(row: Any) -> CreditGroup:
    limit = row["pooled_limit"]
    currency = row["currency"]
    return CreditGroup(
        row["group_id"], row["name"], currency, None if limit is None else round_half_up(limit, currency)
    )


def pairs_needed(accounts: Iterable[CreditAccount], currencies: Collection[str]) -> set[Pair]:
    """Pairs of currencies without whose rates something of these accounts could not be valued."""
    pairs: set[Pair] = set()
    for account in accounts:
        if not account.known:
            continue
        mine = account.currency
        pairs.update((other, mine) for other in (*account.standing.currencies(), *currencies) if other != mine)
        if account.group is not None:
            theirs = account.group.currency
            pairs.update((other, theirs) for other in (mine, *currencies) if other != theirs)
    return pairs


async def rates_on(day: date, pairs: Collection[Pair], reader: Reader) -> Rates:
    """The rates of these pairs on a day; no question where there are none."""
    if not pairs:
        return Rates()
    ones, others = zip(*sorted(pairs), strict=True)
    rows = await reader.fetch("rates_on", list(ones), list(others), day)
    return Rates({(row["from_currency"], row["to_currency"]): row["rate"] for row in rows})
