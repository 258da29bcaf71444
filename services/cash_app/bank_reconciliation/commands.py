"""Coding a line that is no customer's money to an account, and undoing that."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.cash_app.bank_reconciliation.domain.coding import GL_ACCOUNT, BankCodingRules
from services.cash_app.bank_reconciliation.domain.line import NotCodable, StatementLine
from services.cash_app.bank_reconciliation.policy import BANK_CODING_RULES
from services.cash_app.bank_reconciliation.schemas import CodeLine, LineRequest
from services.cash_app.bank_reconciliation.store import line_from_row
from services.cash_app.bank_reconciliation.suspense_coding import code_suspense, undo_suspense_coding
from services.cash_app.work import CashWork
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.transaction.command import Command
from shared.components import ledger
from shared.contracts.erp import PaymentReceived
from shared.kernel.authority import check_authority


async def code_line(line_id: str, body: CodeLine, command: Command, uow: CashWork) -> StatementLine:
    """Codes a line to the account of its purpose, within the person's authority; also a receipt that is in suspense.

    Raises NotFound, Conflict, AuthorityExceeded; Unprocessable for an account that the policy does not name.
    """
    line = await _locked(line_id, body.expected_version, uow)
    rules = await _rules_for(line, uow)
    _check(line, rules, command)
    account, before = _gl_account(body, rules), _facts(line)
    if line.state == "receipt":
        await code_suspense(line, account, body.reason, command, uow)
        line.purpose, line.coded_by, line.why = body.purpose, command.person.name, body.reason
    else:
        try:
            ledger.post(uow, [line.code(body.purpose, account, command.person.name, body.reason)])
        except NotCodable as error:
            raise Conflict(str(error)) from None
        closed = f"; coded as {body.purpose} by {command.person.name}"
        await uow.execute("close_reviews_of_line", line.import_id, line.entry_no, closed)
    await _save(line, uow)
    uow.audit(command, action="code_bank_line", subject=line_id, before=before, after=_facts(line))
    return line


async def undo_coding(line_id: str, body: LineRequest, command: Command, uow: CashWork) -> StatementLine:
    """Reverses the coding of a line, which is to be coded again. Raises NotFound, Conflict, AuthorityExceeded."""
    line = await _locked(line_id, body.expected_version, uow)
    rules = await _rules_for(line, uow)
    _check(line, rules, command)
    before = _facts(line)
    if line.state == "receipt":
        await undo_suspense_coding(line, body.reason, command, uow)
        line.purpose, line.coded_by, line.why = "", command.person.name, body.reason
    else:
        try:
            ledger.post(uow, [line.undo(command.person.name, body.reason)])
        except NotCodable as error:
            raise Conflict(str(error)) from None
    await _save(line, uow)
    uow.audit(command, action="undo_bank_line_coding", subject=line_id, before=before, after=_facts(line))
    return line


async def release_line(line_id: str, body: LineRequest, command: Command, uow: CashWork) -> StatementLine:
    """Posts a line as the customer's payment that it is after all.

    Raises NotFound; Conflict for a line that is coded or was not read as a receipt, and while its file is being posted.
    """
    line = await _locked(line_id, body.expected_version, uow)
    before = _facts(line)
    try:
        line.release(command.person.name, body.reason)
    except NotCodable as error:
        raise Conflict(str(error)) from None
    released = f"; released as a payment by {command.person.name}"
    row = await uow.fetchrow("release_line_as_payment", line.import_id, line.entry_no, released)
    if row is None:
        raise Conflict(
            f"line {line_id} cannot be released: import {line.import_id} is still being posted, or did not read it as "
            "a receipt; code it to an account instead"
        )
    await _save(line, uow)
    uow.emit(PaymentReceived.model_validate_json(row["event"]), cause=command)
    uow.audit(command, action="release_bank_line", subject=line_id, before=before, after=_facts(line))
    return line


async def _locked(line_id: str, expected_version: int | None, uow: CashWork) -> StatementLine:
    row = await uow.fetchrow("lock_statement_line", line_id)
    if row is None:
        raise NotFound(f"there is no line {line_id!r}: GET /bank-lines lists them")
    line = line_from_row(row)
    if expected_version not in (None, line.codings):
        raise Conflict(
            f"line {line_id} was changed in the meantime (it is at version {line.codings}, you saw "
            f"{expected_version}): read it again"
        )
    return line


async def _rules_for(line: StatementLine, uow: CashWork) -> BankCodingRules:
    """The policy in force on the business day of the line's company."""
    return (await uow.policy(BANK_CODING_RULES)).on(uow.business_date_of(line.company_id)).document


def _check(line: StatementLine, rules: BankCodingRules, command: Command) -> None:
    amount: Decimal = abs(line.amount)
    check_authority(
        rules.authority, command.person.name, command.person.roles, amount=amount, currency=line.currency,
        policy_name=BANK_CODING_RULES.name,
    )  # fmt: skip


def _gl_account(body: CodeLine, rules: BankCodingRules) -> str:
    if body.purpose != "other":
        if body.gl_account is not None:
            raise Unprocessable(f"gl_account is for the purpose other, not for {body.purpose}: leave it out")
        return GL_ACCOUNT[body.purpose]
    if body.gl_account is None or body.gl_account not in rules.other_numbers:
        known = ", ".join(f"{account.number} {account.name}" for account in rules.other_accounts) or "none yet"
        raise Unprocessable(
            f"GL account {body.gl_account or '(none)'} is not among other_accounts of the policy "
            f"{BANK_CODING_RULES.name} ({known}): name one of them, or have the controller add it"
        )
    return body.gl_account


async def _save(line: StatementLine, uow: CashWork) -> None:
    await uow.execute(
        "save_coding", line.line_id, line.state, line.purpose, line.gl_account, line.coded_by, line.why, line.codings
    )


def _facts(line: StatementLine) -> dict[str, Any]:
    return {
        "state": line.state, "purpose": line.purpose, "gl_account": line.gl_account, "amount": line.amount,
        "currency": line.currency, "reason": line.why,
    }  # fmt: skip
