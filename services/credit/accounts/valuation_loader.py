"""What valuing accounts needs in addition to the accounts themselves: their groups, and exchange rates."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence
from datetime import date
from typing import Any

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.account_profile import AccountProfile
from services.credit.accounts.domain.account_rules import ExposureRules
from services.credit.accounts.domain.exposure import Valuation
from services.credit.accounts.domain.group_exposure import CreditGroup, OtherMembers
from shared.chassis.transaction.policy_book import Reader
from shared.components.exchange_rates import load_rates
from shared.kernel.business_days import BusinessDays
from shared.kernel.exchange_rates import CurrencyPair, DatedExchangeRates, ExchangeRates
from shared.kernel.money import round_half_up


class LockedGroups:
    """The groups a unit of work has locked.

    A transaction that changes an account locks its group first. So the exposure of the members that are not loaded
    does not change until the end of the unit of work: PostgreSQL adds it up, and those members need no lock.
    """

    def __init__(self) -> None:
        self._groups: dict[str, CreditGroup] = {}
        self._asked: set[str] = set()
        self._to_add_up: dict[str, CreditGroup] = {}

    async def lock_groups_of(self, customer_ids: Iterable[str], reader: Reader) -> None:
        """Locks the groups of these customers, in key order."""
        unknown = sorted(set(customer_ids) - self._asked)
        if unknown:
            self._asked.update(unknown)
            for row in await reader.fetch("lock_groups", unknown):
                self._groups.setdefault(row["group_id"], group_from_row(row))

    def attach(self, accounts: Iterable[CreditAccount]) -> bool:
        """Connects each account with its group.

        False if an account joined a group after its group was looked up: look it up again.
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

    async def add_up(self, loaded: Iterable[CreditAccount], reader: Reader) -> None:
        """Adds up the other members of groups of which another member was loaded."""
        if self._to_add_up:
            await add_up_other_members(self._to_add_up.values(), loaded, reader)
            self._to_add_up = {}


async def add_up_other_members(groups: Iterable[CreditGroup], loaded: Iterable[CreditAccount], reader: Reader) -> None:
    """What the members that are not loaded owe, of groups with a pooled limit: one query for all groups."""
    pooled = {group.group_id: group for group in groups if group.pooled_limit is not None}
    if not pooled:
        return
    left_out = sorted(account.customer_id for account in loaded)
    found: dict[str, list[OtherMembers]] = {group_id: [] for group_id in pooled}
    for row in await reader.fetch("other_members_of_groups", sorted(pooled), left_out):
        found[row["group_id"]].append(_others_from_row(row))
    for group_id, others in found.items():
        pooled[group_id].set_others(tuple(others))


def _others_from_row(row: Any) -> OtherMembers:
    currency = row["currency"]
    return OtherMembers(
        currency,
        round_half_up(row["open_items_total"], currency),
        round_half_up(row["open_orders_total"], currency),
        round_half_up(row["open_orders_tax"], currency),
        tuple(AccountProfile(text) for text in row["profiles"] or ()),
    )


def group_from_row(row: Any) -> CreditGroup:
    limit = row["pooled_limit"]
    currency = row["currency"]
    return CreditGroup(
        row["group_id"], row["name"], currency, None if limit is None else round_half_up(limit, currency)
    )


def pairs_needed(accounts: Iterable[CreditAccount], currencies: Collection[str]) -> set[CurrencyPair]:
    """Pairs of currencies whose rates are needed to value these accounts and orders in `currencies`."""
    pairs: set[CurrencyPair] = set()
    groups: dict[str, CreditGroup] = {}
    for account in accounts:
        if not account.has_master_data:
            continue
        mine = account.currency
        pairs.update((other, mine) for other in currencies if other != mine)
        if account.profile.has_other_exposure(mine):
            pairs.update((other, mine) for other in account.profile.currencies() if other != mine)
        if account.group is not None:
            groups[account.group.group_id] = account.group
            theirs = account.group.currency
            pairs.update((other, theirs) for other in (mine, *currencies) if other != theirs)
    for group in groups.values():
        for others in group.others:
            mine = others.currency
            pairs.update((other, mine) for kept in others.profiles for other in kept.currencies() if other != mine)
            if mine != group.currency:
                pairs.add((mine, group.currency))
    return pairs


async def load_rates_on(
    day: date, pairs: Collection[CurrencyPair], reader: Reader, known: DatedExchangeRates | None = None
) -> ExchangeRates:
    """The rates of these pairs on a day. No query without pairs, nor for currencies that are in `known`."""
    currencies = sorted({currency for pair in pairs for currency in pair})
    return (await load_rates(reader, currencies, [day], known)).on(day)


async def value_accounts(
    accounts: Sequence[CreditAccount],
    rules_on: Callable[[date], ExposureRules],
    days: BusinessDays,
    reader: Reader,
    currencies: Collection[str] = (),
) -> None:
    """For a view: connects the accounts with their groups, and values each by its company's day."""
    group_ids = sorted({account.group_id for account in accounts if account.group_id is not None})
    if group_ids:
        groups = {row["group_id"]: group_from_row(row) for row in await reader.fetch("view_groups_of", group_ids)}
        for account in accounts:
            if account.group_id is not None:
                account.group = groups[account.group_id]
                account.group.members[account.customer_id] = account
        await add_up_other_members(groups.values(), accounts, reader)
    day_of = {account.company_id: days.of(account.company_id) for account in accounts}
    asked = {currency for pair in pairs_needed(accounts, currencies) for currency in pair}
    rates = await load_rates(reader, sorted(asked), sorted({day or date.max for day in day_of.values()}))
    valuations = {
        day: Valuation(day or date.min, rules_on(day or date.min), rates.on(day or date.max)) for day in day_of.values()
    }
    for account in accounts:
        account.valuation = valuations[day_of[account.company_id]]
