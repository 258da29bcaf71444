"""Bank reconciliation over HTTP: the state of each account, lines of statements, and coding them."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.cash_app.access import Books, ClerkOrController, Reader
from services.cash_app.bank_reconciliation import commands
from services.cash_app.bank_reconciliation.domain.line import LineState
from services.cash_app.bank_reconciliation.domain.own_accounts import OwnAccounts
from services.cash_app.bank_reconciliation.domain.reconciliation import Reconciliation
from services.cash_app.bank_reconciliation.schemas import (
    AccountReconciliation,
    AccountState,
    BankLineView,
    CashWithoutAccount,
    CodedLine,
    CodeLine,
    ItemView,
    LineRequest,
    StatementView,
)
from services.cash_app.bank_reconciliation.store import (
    chain_of_account,
    defaults_of,
    own_accounts_on,
    reconcile_accounts,
    statements_of,
)
from services.cash_app.payments.domain.account_number import account_key
from services.cash_app.work import CashWork
from shared.chassis.http import Cursor, Limit, NotFound, Page, ReadSession, Unprocessable, decode_cursor
from shared.chassis.http.paging import encode_cursor

router = APIRouter()

AsOf = Annotated[date | None, Query(description="End of this day; the business day of the company unless given.")]
Account = Annotated[str | None, Query(max_length=80)]
Company = Annotated[str | None, Query(max_length=80)]


@router.get("/bank-reconciliations")
async def reconciliations(
    *,
    person: Reader,
    db: Books,
    as_of: AsOf = None,
    company_id: Company = None,
    bank_account: Account = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[AccountState]:
    """Our bank accounts with statements: each one's closing balance against the journal, with what lies between."""
    latest, (after,) = _day(as_of, None, db), decode_cursor(cursor, 1)
    own = await own_accounts_on(latest, db)
    number = own.main_number(account_key(bank_account)) if bank_account else None
    rows = await db.fetch("accounts_with_statements", latest, after, company_id, number, limit + 1)
    by_day: defaultdict[date, list[str]] = defaultdict(list)
    for row in rows[:limit]:
        by_day[_day(as_of, row["company_id"], db)].append(row["bank_account"])
    found = [one for day, accounts in by_day.items() for one in await reconcile_accounts(accounts, day, own, db)]
    return Page[AccountState](
        items=[AccountState.of(one) for one in sorted(found, key=lambda one: one.statement.bank_account)],
        next_cursor=encode_cursor([rows[limit - 1]["bank_account"]]) if len(rows) > limit else None,
    )


@router.get("/bank-reconciliations/{bank_account}")
async def reconciliation(
    *, bank_account: str, person: Reader, db: Books, as_of: AsOf = None, cursor: Cursor = None, limit: Limit = 50
) -> AccountReconciliation:
    """One account at the end of the day of its last statement, with each item; what is unexplained comes first."""
    (after,) = decode_cursor(cursor, 1, int)
    found = await _reconciliation(bank_account, as_of, db)
    first = after or 0
    items = sorted(found.items, key=lambda item: (item.kind not in {"unknown", "gap"}, item.kind, item.on, item.why))
    page = Page[ItemView](
        items=[ItemView.of(item) for item in items[first : first + limit]],
        next_cursor=encode_cursor([first + limit]) if len(items) > first + limit else None,
    )
    return AccountReconciliation.in_full(found, page)


@router.get("/bank-reconciliations/{bank_account}/statements")
async def statements(
    *, bank_account: str, person: Reader, db: Books, as_of: AsOf = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[StatementView]:
    """The statements of an account, the latest first: their balances, and which of them count."""
    (after,) = decode_cursor(cursor, 1, int)
    number, day, _ = await _account(bank_account, as_of, db)
    chain = await chain_of_account(number, day, db)
    if chain is None:
        raise _no_statement(bank_account, day)
    latest_first, first = [*reversed(await statements_of(number, day, db))], after or 0
    return Page[StatementView](
        items=[StatementView.of(one, chain) for one in latest_first[first : first + limit]],
        next_cursor=encode_cursor([first + limit]) if len(latest_first) > first + limit else None,
    )


@router.get("/cash-without-bank-account")
async def cash_without_account(person: Reader, db: Books, as_of: AsOf = None) -> list[CashWithoutAccount]:
    """Cash in the journal that is on no bank account of ours: the policy own_accounts names a default account."""
    day = _day(as_of, None, db)
    own = await own_accounts_on(day, db)
    defaults = await defaults_of(own, db)
    rows = await db.fetch(
        "cash_without_account", day, [key[0] for key in defaults], [key[1] for key in defaults],
        list(own.further_numbers()),
    )  # fmt: skip
    return [CashWithoutAccount.of(row) for row in rows]


@router.get("/bank-lines")
async def bank_lines(
    *,
    person: Reader,
    db: Books,
    state: LineState | None = None,
    bank_account: Account = None,
    company_id: Company = None,
    purpose: Annotated[str | None, Query(max_length=20)] = None,
    from_date: Annotated[date | None, Query(description="First day of statement.")] = None,
    to_date: Annotated[date | None, Query(description="Last day of statement, included.")] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[BankLineView]:
    """Lines of statements, the oldest first; with `state=to_code` those that are no customer's money and not coded."""
    after = decode_cursor(cursor, 2, date.fromisoformat, str)
    number = account_key(bank_account) if bank_account else None
    rows = await db.fetch("view_bank_lines", state, number, company_id, purpose, from_date, to_date, *after, limit + 1)
    return Page[BankLineView].of(rows, limit, BankLineView.of, lambda row: (row["statement_date"], row["line_id"]))


@router.get("/bank-lines/{line_id}")
async def bank_line(line_id: str, person: Reader, db: Books) -> BankLineView:
    """One line of a statement."""
    row = await db.fetchrow("view_bank_line", line_id)
    if row is None:
        raise NotFound(f"there is no line {line_id!r}: GET /bank-lines lists them")
    return BankLineView.of(row)


@router.post("/bank-lines/{line_id}/code")
async def code_line(line_id: str, body: CodeLine, command: ClerkOrController) -> CodedLine:
    """Codes a line that is no customer's money: bank charges, interest, transfer, refund paid, or a further account."""

    async def work(uow: CashWork) -> CodedLine:
        return CodedLine.of(await commands.code_line(line_id, body, command, uow))

    return await command.run(work, body)


@router.post("/bank-lines/{line_id}/undo-coding")
async def undo_coding(line_id: str, body: LineRequest, command: ClerkOrController) -> CodedLine:
    """Reverses the coding of a line, which is to be coded again."""

    async def work(uow: CashWork) -> CodedLine:
        return CodedLine.of(await commands.undo_coding(line_id, body, command, uow))

    return await command.run(work, body)


@router.post("/bank-lines/{line_id}/release-as-payment")
async def release_line(line_id: str, body: LineRequest, command: ClerkOrController) -> CodedLine:
    """Posts money in that a rule took for no customer's money as the payment that it is after all."""

    async def work(uow: CashWork) -> CodedLine:
        return CodedLine.of(await commands.release_line(line_id, body, command, uow))

    return await command.run(work, body)


async def _reconciliation(bank_account: str, as_of: date | None, db: ReadSession) -> Reconciliation:
    number, day, own = await _account(bank_account, as_of, db)
    found = await reconcile_accounts([number], day, own, db)
    if not found:
        raise _no_statement(bank_account, day)
    return found[0]


async def _account(bank_account: str, as_of: date | None, db: ReadSession) -> tuple[str, date, OwnAccounts]:
    """The number under which the account is kept, the day asked for or else that of its company, and the policy."""
    own = await own_accounts_on(_day(as_of, None, db), db)
    number = own.main_number(account_key(bank_account))
    known = await db.fetchrow("own_account", number)
    return number, _day(as_of, known["company_id"] if known else None, db), own


def _no_statement(bank_account: str, day: date) -> NotFound:
    return NotFound(
        f"account {bank_account} has no statement with a closing balance up to {day}: "
        "GET /bank-reconciliations lists the accounts that have one"
    )


def _day(as_of: date | None, company_id: str | None, db: ReadSession) -> date:
    """The day asked for, else that of the company, else the latest."""
    day = as_of or (db.days.of(company_id) if company_id else db.days.latest)
    if day is None:
        raise Unprocessable("no business day has begun yet: give as_of, e.g. ?as_of=2025-01-31")
    return day
