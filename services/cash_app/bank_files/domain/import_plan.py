"""What a file that was read becomes: checked against itself and our accounts, with what becomes of each entry."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from functools import partial

from services.cash_app.bank_files.domain.bank_file import Advice, BankFile, Bundle, Statement
from services.cash_app.bank_files.domain.own_account import OwnAccount, accounts_by_number
from services.cash_app.bank_files.domain.planned_entries import (
    EntryPlanner,
    PlannedEntry,
    identifier,
    subject,
)
from services.cash_app.bank_files.domain.read_context import ERRORS_MAX, FileError
from shared.contracts.erp import RemittanceAdvised
from shared.contracts.event import AMOUNT_MAX
from shared.kernel.money import amount_text


@dataclass(slots=True)
class ImportPlan:
    """All that a file brings; to be taken whole, or not at all where there are `errors`."""

    errors: list[FileError] = field(default_factory=list)
    entries: list[PlannedEntry] = field(default_factory=list)
    statements: list[tuple[Statement, OwnAccount]] = field(default_factory=list)
    bundles: list[tuple[Bundle, OwnAccount, str]] = field(default_factory=list)
    statement_of: list[int] = field(default_factory=list)
    """By entry, the statement it is of: where in `statements`; -1 for an entry of none."""
    lines: list[tuple[int, str]] = field(default_factory=list)
    """Lines of statements that stand for a bundle: where in `entries`, and the kind of bundle."""

    def add_error(self, place: str, what: str, *, acceptable: bool = False) -> None:
        if len(self.errors) <= ERRORS_MAX:
            self.errors.append(FileError(place, what, acceptable))


def plan_import(
    file: BankFile,
    accounts: Mapping[str, OwnAccount],
    open_bundles: Mapping[str, frozenset[str]],
    payer_company: str | None = None,
    further_numbers: Mapping[str, str] | None = None,
) -> ImportPlan:
    """Checks the file and plans its entries. `open_bundles` are the ids that a line of an account may name.

    `further_numbers`: by another number of an account, the one under which it is kept.
    """
    result = ImportPlan()
    named_accounts = {one.account for one in file.statements} | {one.account for one in file.advices}
    accounts = accounts_by_number(accounts, named_accounts, further_numbers or {})
    for control in file.controls:
        if control.stated != control.found:
            result.add_error(
                control.place, f"{control.what} is {control.stated}, but adds up to {control.found}", acceptable=True
            )
    for inconsistency in file.inconsistencies:
        result.add_error(inconsistency.place, inconsistency.what, acceptable=True)
    numbers: Counter[tuple[str, str, str, date]] = Counter()
    planner = EntryPlanner(open_bundles)
    for statement in file.statements:
        identity = (statement.account, statement.source, statement.number, statement.on)
        numbers[identity] += 1
        if numbers[identity] == 2 and statement.number and statement.source != "interim":
            what = f"statement {statement.number} of {statement.account} is in the file twice"
            result.add_error(statement.place, what)
        _plan_statement(statement, accounts, planner, result)
    for advice in file.advices:
        _advise(advice, accounts, payer_company, result)
    if not result.entries and not result.statements and not result.errors:
        result.add_error("file", "there is nothing in it")
    return result


def _plan_statement(
    statement: Statement, accounts: Mapping[str, OwnAccount], planner: EntryPlanner, result: ImportPlan
) -> None:
    """A statement that the bank sends as a test is noted, whatever account it is of."""
    if statement.test:
        account: OwnAccount | None = OwnAccount(statement.account, "", statement.currency, None, False)
    else:
        account = _own(statement, accounts, result)
        _check(statement, result)
    if account is None:
        return
    statement = replace(statement, account=account.bank_account)
    if not statement.test:
        result.statements.append((statement, account))
        result.bundles += [(b, account, statement.source) for b in statement.bundles if b.payments]
    for entry in statement.entries:
        planned = planner.plan(entry, statement, account)
        if isinstance(planned, FileError):
            result.add_error(planned.place, planned.what, acceptable=True)
            continue
        result.entries.append(planned)
        result.statement_of.append(-1 if statement.test else len(result.statements) - 1)
        if planned.kind == "bundle":
            result.lines.append((len(result.entries) - 1, entry.bundle_kind or "deposit"))


def _own(statement: Statement, accounts: Mapping[str, OwnAccount], result: ImportPlan) -> OwnAccount | None:
    account = accounts.get(statement.account)
    if account is None or not account.active:
        result.add_error(
            statement.place,
            f"account {statement.account} is not known as ours: PUT /bank-accounts/{statement.account} makes it known",
        )
        return None
    if account.currency != statement.currency:
        result.add_error(
            statement.place, f"account {statement.account} is in {account.currency}, not {statement.currency}"
        )
        return None
    return account


def _check(statement: Statement, result: ImportPlan) -> None:
    """Opening and movements make the closing balance, all in one currency."""
    for entry in statement.entries:
        if entry.currency != statement.currency:
            result.add_error(entry.place, f"an entry in {entry.currency} on an account in {statement.currency}")
    if statement.opening is None or statement.closing is None:
        return
    moved = sum((entry.amount for entry in statement.entries if entry.kind != "pending"), Decimal(0))
    if statement.opening + moved != statement.closing:
        currency, shown = statement.currency, partial(amount_text, currency=statement.currency)
        result.add_error(
            statement.place,
            f"opening {shown(statement.opening)} and movements of {shown(moved)} make "
            f"{shown(statement.opening + moved)}, but the closing balance is {shown(statement.closing)} {currency}: "
            f"a difference of {shown(statement.closing - statement.opening - moved)}",
            acceptable=True,
        )


def _advise(advice: Advice, accounts: Mapping[str, OwnAccount], payer_company: str | None, result: ImportPlan) -> None:
    account = accounts.get(advice.account)
    if abs(advice.amount) > AMOUNT_MAX or any(abs(line.amount) > AMOUNT_MAX for line in advice.lines):
        result.add_error(advice.place, f"an amount above {AMOUNT_MAX:,} is taken for a mistake")
        return
    companies = {known.company_id for known in accounts.values() if known.active}
    company = account.company_id if account is not None else payer_company
    if company is None and len(companies) == 1:
        (company,) = companies
    if company is None:
        result.add_error(
            advice.place,
            f"account {advice.account or '(none)'} is not known as ours: PUT /bank-accounts makes it known",
        )
        return
    lines = [f"{line.document_number}={line.amount}-{line.discount}" for line in advice.lines]
    identity = "|".join([company, advice.advice_id, advice.payer_account, advice.customer_id, advice.trace_number,
                         str(advice.amount), *([] if advice.advice_id else lines)])  # fmt: skip
    event = RemittanceAdvised(
        advice_id=subject("ADV", identity), company_id=company, customer_id=identifier(advice.customer_id),
        payer_account=identifier(advice.payer_account), payer_name=advice.payer_name or None,
        trace_number=identifier(advice.trace_number), currency=advice.currency, amount=advice.amount,
        advised_on=advice.advised_on, lines=advice.lines,
    )  # fmt: skip
    result.entries.append(
        PlannedEntry(
            place=advice.place, kind="advice", outcome="post", subject_id=event.advice_id, source="advice",
            bank_account=advice.account, bank_reference=advice.advice_id or event.advice_id, currency=advice.currency,
            amount=advice.amount, value_date=advice.advised_on, note="", event=event,
        )
    )  # fmt: skip
    result.statement_of.append(-1)
