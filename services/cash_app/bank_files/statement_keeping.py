"""What the bank reconciliation keeps of a file: statements with balances and lines, and what other messages report.

Lines that are no customer's money are coded by rule, or wait for a person; a receipt that a rule takes for the bank's
own money is not posted as a payment.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any, Final

from services.cash_app.bank_files.domain.bank_file import Statement
from services.cash_app.bank_files.domain.import_plan import ImportPlan
from services.cash_app.bank_files.domain.own_account import OwnAccount
from services.cash_app.bank_files.domain.planned_entries import PlannedEntry
from services.cash_app.bank_reconciliation.domain.coding import Coding, UncodedLine, code_by_rule
from services.cash_app.bank_reconciliation.domain.line import StatementLine
from services.cash_app.bank_reconciliation.domain.own_accounts import OwnAccounts
from services.cash_app.bank_reconciliation.domain.statements import BankStatement
from services.cash_app.bank_reconciliation.policy import BANK_CODING_RULES, OWN_ACCOUNTS
from services.cash_app.bank_reconciliation.store import balance_row, line_row
from services.cash_app.work import CashWork
from shared.components import ledger

_CHUNK: Final = 2_000
_NOT_BOOKED: Final = frozenset({"pending", "test"})
_NO_RECEIPT: Final = frozenset({"debit", "own_payment_returned", "difference"})
Codings = dict[int, Coding]
"""By entry of the plan, what a rule takes it for."""


async def code_lines_by_rule(planned: ImportPlan, uow: CashWork) -> Codings:
    """What rules take lines of statements for. Money in that fits a rule is not posted as a payment: its event is held,
    for a person may release it."""
    candidates = [
        (at, one) for at, one in enumerate(planned.entries)
        if one.source == "statement" and planned.statement_of[at] >= 0
        and (one.kind in _NO_RECEIPT or (one.kind == "payment" and one.outcome == "post"))
    ]  # fmt: skip
    if not candidates:
        return {}
    rules, own = await uow.policy(BANK_CODING_RULES), await _own_accounts(planned, uow)
    ours = {row["bank_account"] for row in await uow.fetch("known_bank_accounts")} | set(own.further_numbers())
    found: Codings = {}
    for at, one in candidates:
        statement, account = planned.statements[planned.statement_of[at]]
        coding = code_by_rule(_uncoded(one, account), rules.on(statement.on).document, ours - {account.bank_account})
        if coding is None:
            continue
        found[at] = coding
        if one.kind == "payment":
            note = f"no customer's money, but {coding.purpose.replace('_', ' ')}: {coding.why}"
            planned.entries[at] = replace(one, outcome="held", note=note)
    return found


async def keep_statements(import_id: str, planned: ImportPlan, codings: Codings, uow: CashWork) -> None:
    """Writes balances, lines and reported receipts, and posts what rules coded."""
    own = await _own_accounts(planned, uow)
    by_statement: defaultdict[int, list[int]] = defaultdict(list)
    for at, of_statement in enumerate(planned.statement_of):
        if of_statement >= 0 and planned.entries[at].kind not in _NOT_BOOKED:
            by_statement[of_statement].append(at)
    balances: list[tuple[Any, ...]] = []
    lines: list[StatementLine] = []
    reported: list[tuple[Any, ...]] = []
    postings = []
    for number, (statement, account) in enumerate(planned.statements):
        entries = by_statement[number]
        if statement.source != "statement":
            reported += _reported(statement, account, [planned.entries[at] for at in entries])
            continue
        of_this = [_line(import_id, at, planned, own) for at in entries]
        for at, line in zip(entries, of_this, strict=True):
            coding = codings.get(at)
            if coding is not None and coding.decided:
                postings.append(line.code(coding.purpose, coding.gl_account, "rule", coding.why))
            elif coding is not None:
                line.purpose, line.why = coding.purpose, coding.why
        balances.append(balance_row(_balance(import_id, number, planned, entries, own)))
        lines += of_this
    ledger.post(uow, postings)
    await uow.write("insert_statement_balances", balances)
    for start in range(0, len(lines), _CHUNK):
        await uow.write("insert_statement_lines", [line_row(line) for line in lines[start : start + _CHUNK]])
    for start in range(0, len(reported), _CHUNK):
        await uow.write("insert_reported_receipts", reported[start : start + _CHUNK])


async def _own_accounts(planned: ImportPlan, uow: CashWork) -> OwnAccounts:
    """The policy in force on the day of the latest statement of the file."""
    day = max((statement.on for statement, _ in planned.statements), default=date.min)
    return (await uow.policy(OWN_ACCOUNTS)).on(day).document


def _uncoded(one: PlannedEntry, account: OwnAccount) -> UncodedLine:
    entry = one.entry
    other = (entry.payee_account or entry.payer_account) if entry is not None else ""
    return UncodedLine(
        bank_account=account.bank_account, currency=one.currency, amount=one.amount,
        bank_code=entry.bank_code if entry is not None else "", details=entry.details if entry is not None else "",
        other_account="" if other == account.bank_account else other,
    )  # fmt: skip


def _line(import_id: str, at: int, planned: ImportPlan, own: OwnAccounts) -> StatementLine:
    one, number = planned.entries[at], planned.statement_of[at]
    statement, account = planned.statements[number]
    is_receipt = one.kind not in _NO_RECEIPT and not (one.kind == "payment" and one.outcome == "held")
    return StatementLine(
        line_id=f"{import_id}-{at + 1}", import_id=import_id, entry_no=at + 1, statement_no=number,
        bank_account=own.main_number(account.bank_account), company_id=account.company_id, currency=one.currency,
        statement_date=statement.on, value_date=one.value_date, amount=one.amount, subject_id=one.subject_id,
        bank_reference=one.bank_reference, bank_code=one.entry.bank_code if one.entry is not None else "",
        state="receipt" if is_receipt else "to_code",
    )  # fmt: skip


def _balance(
    import_id: str, number: int, planned: ImportPlan, entries: Sequence[int], own: OwnAccounts
) -> BankStatement:
    statement, account = planned.statements[number]
    of_this = [planned.entries[at] for at in entries]
    return BankStatement(
        import_id=import_id, statement_no=number, bank_account=own.main_number(account.bank_account),
        company_id=account.company_id, currency=statement.currency, number=statement.number, on=statement.on,
        opening=statement.opening, closing=statement.closing, available=statement.available, lines=len(of_this),
        lines_total=sum((one.amount for one in of_this), Decimal(0)),
        seen_before=sum(1 for one in of_this if one.outcome == "seen_before"),
        first_line_on=min((min(_booked_on(one), statement.on) for one in of_this), default=statement.on),
        content=_content(of_this),
    )  # fmt: skip


def _booked_on(one: PlannedEntry) -> date:
    return (one.entry.booked_on if one.entry is not None else None) or one.value_date


def _content(entries: Sequence[PlannedEntry]) -> str:
    """A mark of all amounts and dates: statements with one mark report the same."""
    parts = sorted(f"{one.amount.normalize():f} {one.value_date}" for one in entries)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:24]


def _reported(statement: Statement, account: OwnAccount, entries: Sequence[PlannedEntry]) -> list[tuple[Any, ...]]:
    """Of a lockbox batch or card settlement, the bundle is the whole; of a notification, a collective booking."""
    bundles = [bundle.bundle_id for bundle in statement.bundles]
    whole = bundles[0] if statement.source in {"lockbox", "card"} and len(bundles) == 1 else None
    rows = []
    for one in entries:
        if one.outcome not in {"post", "booked"}:
            continue
        booking = one.entry.collective_reference if one.entry is not None else ""
        booked_on = (one.entry.booked_on if one.entry is not None else None) or statement.on
        bundle = whole or (booking if booking in bundles else None)
        rows.append((one.subject_id, statement.source, account.deposits_to or account.bank_account, bundle, booked_on))
    return rows
