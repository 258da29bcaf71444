"""Statements with their balances and lines, and what the reconciliation of an account compares."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import asdict, fields
from datetime import date
from decimal import Decimal
from typing import Any, Final, Protocol

from services.cash_app.bank_reconciliation.domain.line import StatementLine
from services.cash_app.bank_reconciliation.domain.own_accounts import OwnAccounts
from services.cash_app.bank_reconciliation.domain.reconciliation import Reconciliation, Unmatched, reconcile
from services.cash_app.bank_reconciliation.domain.statements import BankStatement, StatementChain, chain_of
from services.cash_app.bank_reconciliation.policy import OWN_ACCOUNTS
from shared.chassis.transaction.policy_book import PolicyBook
from shared.kernel.money import round_half_up

_UNMATCHED: Final = tuple(field.name for field in fields(Unmatched))


class Reader(Protocol):
    """What runs a named query: a unit of work, a read session, or the check of the books."""

    async def fetch(self, query: str, *arguments: Any) -> list[Any]: ...


async def own_accounts_on(day: date, reader: Reader) -> OwnAccounts:
    """The policy `own_accounts` in force on a day."""
    return (await PolicyBook(reader, (OWN_ACCOUNTS,)).of(OWN_ACCOUNTS)).on(day).document


def balance_row(statement: BankStatement) -> tuple[Any, ...]:
    """Of `insert_statement_balances`."""
    return (
        statement.import_id, statement.statement_no, statement.bank_account, statement.company_id, statement.currency,
        statement.number, statement.on, statement.opening, statement.closing, statement.available, statement.lines,
        statement.lines_total, statement.seen_before, statement.first_line_on, statement.content,
    )  # fmt: skip


def line_row(line: StatementLine) -> tuple[Any, ...]:
    """Of `insert_statement_lines`."""
    return tuple(asdict(line).values())


def line_from_row(row: Any) -> StatementLine:
    values = {name: row[name] for name in StatementLine.__slots__}
    return StatementLine(**{**values, "amount": round_half_up(row["amount"], row["currency"])})


async def reconcile_accounts(
    bank_accounts: Collection[str], as_of: date, own: OwnAccounts, reader: Reader
) -> list[Reconciliation]:
    """Each of the accounts at the end of the day of its last statement on or before `as_of`."""
    chains = await _chains(bank_accounts, as_of, reader)
    days = {account: chain.last.on for account, chain in chains.items() if chain.last is not None}
    if not days:
        return []
    cash, unmatched = await _cash_against(chains, days, own, reader)
    found = []
    for account in days:
        result = reconcile(
            chains[account], cash.get(account, Decimal(0)), unmatched.get(account, ()), own.in_transit_days_max
        )
        if result is not None:
            found.append(result)
    return found


async def chain_of_account(bank_account: str, as_of: date, reader: Reader) -> StatementChain | None:
    """The statements of an account up to a day; None where there are none."""
    return (await _chains([bank_account], as_of, reader)).get(bank_account)


async def statements_of(bank_account: str, as_of: date, reader: Reader) -> list[BankStatement]:
    """All statements of an account up to a day, the earliest first, also those that do not count."""
    return [_statement(row) for row in await reader.fetch("statements_of_accounts", [bank_account], as_of)]


async def defaults_of(own: OwnAccounts, reader: Reader) -> Mapping[tuple[str, str], str]:
    """The account of money that names none, by company and currency."""
    rows = await reader.fetch("known_bank_accounts")
    return own.defaults((row["company_id"], row["currency"], row["bank_account"]) for row in rows)


async def _chains(bank_accounts: Collection[str], as_of: date, reader: Reader) -> dict[str, StatementChain]:
    statements: defaultdict[str, list[BankStatement]] = defaultdict(list)
    for row in await reader.fetch("statements_of_accounts", sorted(bank_accounts), as_of):
        statements[row["bank_account"]].append(_statement(row))
    return {account: chain_of(of_account) for account, of_account in statements.items()}


async def _cash_against(
    chains: Mapping[str, StatementChain], days: Mapping[str, date], own: OwnAccounts, reader: Reader
) -> tuple[dict[str, Decimal], dict[str, Sequence[Unmatched]]]:
    counted = [one.statement_id for account in days for one in chains[account].counted]
    defaults = await defaults_of(own, reader)
    numbers = own.further_numbers()
    rows = await reader.fetch(
        "cash_against_statements", [one[0] for one in counted], [one[1] for one in counted], list(days),
        list(days.values()), [key[0] for key in defaults], [key[1] for key in defaults], list(defaults.values()),
        list(numbers), list(numbers.values()),
    )  # fmt: skip
    currencies = {account: chain.counted[-1].currency for account, chain in chains.items() if chain.counted}
    cash: dict[str, Decimal] = {}
    unmatched: defaultdict[str, list[Unmatched]] = defaultdict(list)
    for row in rows:
        account = row["bank_account"]
        if row["key"] is None:
            cash[account] = round_half_up(row["cash"], currencies[account])
        else:
            unmatched[account].append(_unmatched(row, currencies[account]))
    return cash, dict(unmatched)


def _unmatched(row: Any, currency: str) -> Unmatched:
    values = {name: row[name] for name in _UNMATCHED}
    for name, value in values.items():
        if isinstance(value, Decimal):
            values[name] = round_half_up(value, currency)
        elif value is None and not name.endswith("_on"):
            values[name] = ""
    return Unmatched(**values)


def _statement(row: Any) -> BankStatement:
    currency = row["currency"]
    amounts = {
        name: None if row[name] is None else round_half_up(row[name], currency)
        for name in ("opening", "closing", "available")
    }
    return BankStatement(
        import_id=row["import_id"], statement_no=row["statement_no"], bank_account=row["bank_account"],
        company_id=row["company_id"], currency=currency, number=row["statement_number"], on=row["statement_date"],
        lines=row["lines"], lines_total=round_half_up(row["lines_total"], currency), seen_before=row["seen_before"],
        first_line_on=row["first_line_on"], content=row["content"], **amounts,
    )  # fmt: skip
