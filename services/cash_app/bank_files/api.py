"""Where payments come from, over HTTP: files and their stages, our accounts, payers' mappings, bundles, deposits."""

from __future__ import annotations

import asyncio
import hashlib
import json
from datetime import date, datetime
from typing import Annotated, Any, Final

from fastapi import APIRouter, Query, Request
from pydantic import BaseModel

from services.cash_app.access import Books, Clerk
from services.cash_app.bank_files import commands
from services.cash_app.bank_files.domain.bank_file import Format
from services.cash_app.bank_files.domain.delimited import RemittanceMapping
from services.cash_app.bank_files.schemas import (
    AdviceView,
    BundleLineView,
    BundleView,
    CloseReview,
    Deposit,
    Deposited,
    EntryTaken,
    EntryView,
    ImportView,
    MappingView,
    OwnAccountBody,
    OwnAccountView,
    Released,
    ReviewClosed,
    ReviewEntryView,
    Stage,
)
from services.cash_app.payments.domain.account_number import account_key
from services.cash_app.work import CashWork
from shared.chassis.http import (
    Command,
    Cursor,
    Limit,
    NotFound,
    Page,
    Person,
    ReadSession,
    Unprocessable,
    command_for_roles,
    decode_cursor,
    require_roles,
)
from shared.chassis.http.schemas import WithReason
from shared.components.approvals.schemas import ApprovalView
from shared.contracts.event import Identifier

router = APIRouter()

IMPORTS_PATH: Final = "/imports"
Reader = Annotated[Person, require_roles("cash_clerk", "controller")]
Controller = Annotated[Command, command_for_roles("controller")]
FileName = Annotated[str, Query(max_length=200, description="What the file is called; for people only.")]
_BYTES: Final[dict[str, Any]] = {
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    }
}


class _Received(BaseModel):
    """What identifies a file, so that a repeated request is recognised."""

    sha256: str
    name: str
    format: str | None
    payer: str | None


@router.post(IMPORTS_PATH, status_code=202, openapi_extra=_BYTES)
async def receive(
    request: Request,
    command: Clerk,
    name: FileName = "",
    format: Annotated[Format | None, Query(description="Recognised by its content where it is not given.")] = None,
    payer: Annotated[str | None, Query(max_length=80, description="Whose mapping reads a remittance list.")] = None,
) -> ImportView:
    """Receives a file as the body. It is read and posted afterwards: GET /imports/{import_id} shows its stage."""
    content = await request.body()
    if not content:
        raise Unprocessable("the body is empty: send the file's bytes as the body")
    digest = await asyncio.to_thread(lambda: hashlib.sha256(content).hexdigest())
    import_id = f"IMP-{command.id.hex[:24]}"

    async def work(uow: CashWork) -> ImportView:
        if payer is not None and await uow.fetchrow("remittance_mapping", payer) is None:
            raise Unprocessable(f"payer {payer!r} has no mapping: PUT /remittance-mappings/{payer} keeps one")
        row = (import_id, digest, name or "file", format, payer, len(content), command.person.name)
        await uow.execute("insert_import", *row)
        await uow.execute("insert_import_content", import_id, content)
        uow.audit(command, action="import_file", subject=import_id, before={}, after={"name": name, "sha256": digest})
        return ImportView.of(await uow.fetchrow("view_import", import_id))

    return await command.run(work, _Received(sha256=digest, name=name, format=format, payer=payer))


@router.get(IMPORTS_PATH)
async def imports(
    person: Reader, db: Books, stage: Stage | None = None, cursor: Cursor = None, limit: Limit = 50
) -> Page[ImportView]:
    """Files and how far they got, the latest first."""
    before = decode_cursor(cursor, 2, datetime.fromisoformat, str) if cursor else (None, None)
    rows = await db.fetch("view_imports", stage, *before, limit + 1)
    return Page[ImportView].of(rows, limit, ImportView.of, lambda row: (row["received_at"], row["import_id"]))


@router.get("/imports/{import_id}")
async def import_of(import_id: str, person: Reader, db: Books) -> ImportView:
    """One file: its stage, what is in it, how much of it is posted, and everything that is wrong with it."""
    return ImportView.of(await _file(import_id, db))


@router.get("/imports/{import_id}/entries")
async def import_entries(
    *,
    import_id: str,
    person: Reader,
    db: Books,
    kind: Annotated[str | None, Query(max_length=20)] = None,
    outcome: Annotated[str | None, Query(max_length=20)] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[EntryView]:
    """What a file reports, entry by entry, and what became of it."""
    await _file(import_id, db)
    (after,) = decode_cursor(cursor, 1, int) if cursor else (0,)
    rows = await db.fetch("view_import_entries", import_id, kind, outcome, after, limit + 1)
    return Page[EntryView].of(rows, limit, EntryView.of, lambda row: (row["entry_no"],))


@router.post("/imports/{import_id}/request-acceptance", status_code=202)
async def request_acceptance(import_id: str, body: CloseReview, command: Clerk) -> ApprovalView:
    """Requests that a refused file goes in as it is; POST /approvals/{approval_id}/approve lets a second person agree.

    Lines that cannot be taken then wait in GET /bank-entries/review, and so does the difference of a statement that
    does not balance.
    """

    async def work(uow: CashWork) -> ApprovalView:
        return ApprovalView.of(await commands.request_acceptance(import_id, body.reason, command, uow))

    return await command.run(work, body)


@router.get("/bank-accounts")
async def own_accounts(person: Reader, db: Books, cursor: Cursor = None, limit: Limit = 50) -> Page[OwnAccountView]:
    """Our bank accounts, lockboxes and card acquirers' accounts."""
    (after,) = decode_cursor(cursor, 1)
    rows = await db.fetch("own_account_page", after, limit + 1)
    return Page[OwnAccountView].of(rows, limit, lambda row: OwnAccountView(**row), lambda row: (row["bank_account"],))


@router.put("/bank-accounts/{bank_account}")
async def keep_own_account(bank_account: Identifier, body: OwnAccountBody, command: Controller) -> OwnAccountView:
    """Makes an account known as ours, or changes it; a file of another account is refused."""
    key = account_key(bank_account)

    async def work(uow: CashWork) -> OwnAccountView:
        target = account_key(body.deposits_to) if body.deposits_to else None
        into = await uow.fetchrow("own_account", target) if target else None
        if target and (into is None or into["currency"] != body.currency):
            raise Unprocessable(f"deposits_to {target} is no account of ours in {body.currency}: make it known first")
        before = await uow.fetchrow("own_account", key)
        row = (key, body.company_id, body.currency, body.name, target, body.active)
        await uow.execute("save_own_account", *row)
        view = OwnAccountView(bank_account=key, **{**body.model_dump(), "deposits_to": target})
        was = dict(before) if before else {}
        uow.audit(command, action="keep_bank_account", subject=key, before=was, after=view.model_dump())
        return view

    return await command.run(work, body)


@router.get("/remittance-mappings")
async def mappings(person: Reader, db: Books, cursor: Cursor = None, limit: Limit = 50) -> Page[MappingView]:
    """How each payer writes remittance lists."""
    (after,) = decode_cursor(cursor, 1)
    rows = await db.fetch("remittance_mapping_page", after, limit + 1)
    return Page[MappingView].of(rows, limit, _mapping, lambda row: (row["payer"],))


@router.put("/remittance-mappings/{payer}")
async def keep_mapping(payer: Identifier, body: RemittanceMapping, command: Clerk) -> MappingView:
    """Keeps which column of a payer's remittance lists holds what."""

    async def work(uow: CashWork) -> MappingView:
        before = await uow.fetchrow("remittance_mapping", payer)
        await uow.execute("save_remittance_mapping", payer, body.model_dump_json())
        was = json.loads(before["mapping"]) if before else {}
        uow.audit(command, action="keep_remittance_mapping", subject=payer, before=was, after=body.model_dump())
        return MappingView(payer=payer, mapping=body)

    return await command.run(work, body)


@router.get("/remittances")
async def remittances(
    person: Reader, db: Books, waiting: bool = False, cursor: Cursor = None, limit: Limit = 50
) -> Page[AdviceView]:
    """Remittance advice, the latest first; with `waiting` only advice that awaits its payment."""
    before = decode_cursor(cursor, 2, date.fromisoformat, str) if cursor else (None, None)
    rows = await db.fetch("view_advices", waiting, *before, limit + 1)
    return Page[AdviceView].of(rows, limit, AdviceView.of, lambda row: (row["advised_on"], row["advice_id"]))


@router.get("/bundles")
async def bundles(
    person: Reader, db: Books, waiting: bool = False, cursor: Cursor = None, limit: Limit = 50
) -> Page[BundleView]:
    """Lockbox batches, card settlements and deposits; with `waiting` only those no statement has shown yet."""
    after = decode_cursor(cursor, 2)
    rows = await db.fetch("view_bundles", waiting, *after, limit + 1)
    return Page[BundleView].of(rows, limit, BundleView.of, lambda row: (row["bank_account"], row["bundle_id"]))


@router.get("/bundle-lines")
async def bundle_lines(
    person: Reader, db: Books, waiting: bool = False, cursor: Cursor = None, limit: Limit = 50
) -> Page[BundleLineView]:
    """Lines of statements for many payments; with `waiting` only those whose payments are not reported."""
    (after,) = decode_cursor(cursor, 1)
    rows = await db.fetch("view_bundle_lines", waiting, after, limit + 1)
    return Page[BundleLineView].of(rows, limit, BundleLineView.of, lambda row: (row["line_id"],))


@router.post("/bundle-lines/{line_id}/release")
async def release_line(line_id: str, body: WithReason, command: Clerk) -> Released:
    """Posts a line as a payment itself, where no message will report payments behind it."""

    async def work(uow: CashWork) -> Released:
        return await commands.release_line(line_id, body.reason, command, uow)

    return await command.run(work, body)


@router.get("/bank-entries/review")
async def entries_for_review(
    person: Reader, db: Books, cursor: Cursor = None, limit: Limit = 50
) -> Page[ReviewEntryView]:
    """Entries of bank files that wait for a person, such as payments of ours that came back."""
    (after,) = decode_cursor(cursor, 1)
    rows = await db.fetch("view_entries_for_review", after, limit + 1)
    return Page[ReviewEntryView].of(rows, limit, ReviewEntryView.of, lambda row: (row["subject_id"],))


@router.post("/bank-entries/{subject_id}/take")
async def take_entry(subject_id: str, body: CloseReview, command: Clerk) -> EntryTaken:
    """Posts an entry that waits for a person as money of its own."""

    async def work(uow: CashWork) -> EntryTaken:
        return await commands.take_entry(subject_id, body.reason, command, uow)

    return await command.run(work, body)


@router.post("/bank-entries/{subject_id}/close-review")
async def close_review(subject_id: str, body: CloseReview, command: Clerk) -> ReviewClosed:
    """Closes the review of an entry, with the reason that is recorded for it."""

    async def work(uow: CashWork) -> ReviewClosed:
        return await commands.close_review(subject_id, body.reason, command, uow)

    return await command.run(work, body)


@router.post("/deposits", status_code=201)
async def key_in_deposit(body: Deposit, command: Clerk) -> Deposited:
    """Checks and cash with their deposit slip, which must balance; each item becomes a payment."""

    async def work(uow: CashWork) -> Deposited:
        return await commands.deposit(body, command, uow)

    return await command.run(work, body)


async def _file(import_id: str, db: ReadSession) -> Any:
    row = await db.fetchrow("view_import", import_id)
    if row is None:
        raise NotFound(f"there is no import {import_id!r}: GET /imports lists them")
    return row


def _mapping(row: Any) -> MappingView:
    return MappingView(payer=row["payer"], mapping=RemittanceMapping.model_validate_json(row["mapping"]))
