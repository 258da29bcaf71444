"""A file's stages: received > parsed > validated > posted; or refused, whole, with every error.

The file is read outside of any transaction and in a thread of its own; what it brings is checked and written in one
transaction; its events are published in chunks, each of which commits on its own and remembers where it ended.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Final

import asyncpg
import structlog

from services.cash_app.bank_files.domain.accepted_file import differences, queue_what_is_wrong
from services.cash_app.bank_files.domain.bank_file import BankFile, Format
from services.cash_app.bank_files.domain.delimited import RemittanceMapping
from services.cash_app.bank_files.domain.import_plan import ImportPlan, plan_import
from services.cash_app.bank_files.domain.own_account import OwnAccount
from services.cash_app.bank_files.domain.read_context import FileError, Limits, UnreadableFile
from services.cash_app.bank_files.domain.recognise import FORMATS, not_read, read, recognise
from services.cash_app.bank_files.earlier_imports import compare_with_earlier_imports
from services.cash_app.bank_files.import_run import ImportRun
from services.cash_app.bank_files.returned_refunds import match_returned_refunds
from services.cash_app.bank_files.statement_keeping import code_lines_by_rule, keep_statements
from services.cash_app.bank_files.store import CHUNK, save_import
from services.cash_app.bank_reconciliation.policy import OWN_ACCOUNTS
from services.cash_app.work import CashWork
from shared.chassis.declare.handlers import Begin
from shared.chassis.transaction.transient_errors import is_transient
from shared.contracts.erp import PaymentReceived, PaymentReturned, RemittanceAdvised
from shared.contracts.event import Event

log = structlog.get_logger(__name__)

SECONDS_MAX: Final = 120.0
"""Reading a file may take so long; 100,000 payments take a few seconds."""
_PLURALS: Final = {"own_payment_returned": "own_payments_returned", "pending": "pendings"}
STEPS: Final = ("parsing", "validating", "refusing", "posting")
"""The transactions of a file that change something."""
EVENT_OF_KIND: Final[dict[str, type[Event]]] = {
    "payment": PaymentReceived, "bundle": PaymentReceived, "return": PaymentReturned, "advice": RemittanceAdvised,
}  # fmt: skip


async def take_a_step(begin: Begin) -> bool:
    """Posts the next chunk of the oldest file that is taken, else reads the oldest one received."""
    return await _post_chunk(begin) or await _read_next(begin)


async def _post_chunk(begin: Begin) -> bool:
    steps: set[str] = set()
    async with begin(steps) as uow:
        file = await uow.fetchrow("claim_posting")
        if file is None:
            return False
        steps.add("posting")
        entries = await uow.fetch("entries_to_post", file["import_id"], file["position"], CHUNK)
        run = ImportRun(file["import_id"])
        for entry in entries:
            uow.emit(EVENT_OF_KIND[entry["kind"]].model_validate_json(entry["event"]), cause=run)
        last = entries[-1]["entry_no"] if entries else file["position"]
        await uow.execute("advance_posting", file["import_id"], last, len(entries))
    return True


async def _read_next(begin: Begin) -> bool:
    async with begin(()) as uow:
        file = await uow.fetchrow("next_import_to_read")
        if file is None:
            return False
        accounts = {row["bank_account"]: _own(row) for row in await uow.fetch("own_accounts")}
        bundles: dict[str, set[str]] = {}
        for row in await uow.fetch("open_bundles"):
            bundles.setdefault(row["bank_account"], set()).add(row["bundle_id"])
        mapping = await uow.fetchrow("remittance_mapping", file["payer"]) if file["payer"] else None
        further = (await uow.policy(OWN_ACCOUNTS)).on(uow.days.latest or date.max).document.further_numbers()
    rules = RemittanceMapping.model_validate_json(mapping["mapping"]) if mapping else None
    frozen = {account: frozenset(ids) for account, ids in bundles.items()}
    try:
        await _read_and_check(
            begin, file, rules, partial(plan_import, accounts=accounts, open_bundles=frozen, further_numbers=further)
        )
    except UnreadableFile as error:
        await _refuse(begin, file["import_id"], _format_of(file), error.errors)
    except Exception as error:
        if is_transient(error):
            raise
        # The fault is this service's; one file must not keep all that come after it from being read.
        log.exception("a file could not be handled", import_id=file["import_id"])
        what = f"this service failed on it ({type(error).__name__}: {error}); its log shows where"
        await _refuse(begin, file["import_id"], None, [FileError("file", what)])
    return True


async def _read_and_check(
    begin: Begin,
    file: asyncpg.Record,
    rules: RemittanceMapping | None,
    plan: Callable[..., ImportPlan],
) -> None:
    parsed, unread = await asyncio.to_thread(_read, file, rules)
    async with begin({"parsing"}) as uow:
        counts = {"statements": len(parsed.statements), "entries": _entries_in(parsed)}
        await uow.execute("mark_import_parsed", file["import_id"], parsed.format, json.dumps(counts))
    planned = await asyncio.to_thread(plan, parsed, payer_company=rules.company_id if rules else None)
    rejected = queue_what_is_wrong(planned, unread, file["import_id"]) if file["accepted_by"] is not None else 0
    await _validate(begin, file, parsed, planned, rejected)


def _read(file: asyncpg.Record, rules: RemittanceMapping | None) -> tuple[BankFile, list[FileError]]:
    """The file, and of one that was accepted as it is what cannot be read."""
    format_ = _format_of(file)
    if format_ is None:
        raise UnreadableFile([FileError("file", _unrecognised(file["content"]))])
    deadline = time.monotonic() + SECONDS_MAX
    limits = Limits(expired=lambda: time.monotonic() > deadline, accepted=file["accepted_by"] is not None)
    parsed = read(file["content"], format_, limits, mapping=rules, received_on=file["received_at"].date())
    return parsed, limits.rejected


def _unrecognised(content: bytes) -> str:
    known = not_read(content)
    if known is not None:
        return f"this is {known}"
    return f"its format cannot be recognised: give format=, one of {', '.join(FORMATS)}"


def _format_of(file: asyncpg.Record) -> Format | None:
    return file["format"] or recognise(file["content"], file["payer"])


def _entries_in(parsed: BankFile) -> int:
    return sum(len(statement.entries) for statement in parsed.statements) + len(parsed.advices)


async def _validate(begin: Begin, file: asyncpg.Record, parsed: BankFile, planned: ImportPlan, rejected: int) -> None:
    """Takes the file whole, or refuses it whole; `rejected` lines of an accepted file are in a queue."""
    import_id = file["import_id"]
    steps: set[str] = set()
    async with begin(steps) as uow:
        await uow.execute("lock_imports")
        if await uow.fetchrow("claim_import", import_id) is None:
            return
        steps.add("validating")
        errors = list(planned.errors)
        before = await uow.fetchrow("imports_of_content", file["content_sha256"], import_id)
        if before is not None:
            errors = [FileError("file", f"the same file came before, as import {before['import_id']}")]
        elif not errors:
            errors = await compare_with_earlier_imports(planned, import_id, uow)
        if errors:
            await uow.execute("refuse_import", import_id, parsed.format, _as_json(errors), *_at_stake(planned))
            uow.count("bank_files_refused")
            return
        uow.count("bank_lines_rejected", rejected)
        await _take(file, parsed, planned, uow)


async def _take(file: asyncpg.Record, parsed: BankFile, planned: ImportPlan, uow: CashWork) -> None:
    codings = await code_lines_by_rule(planned, uow)
    codings |= await match_returned_refunds(planned, file["import_id"], uow)
    await save_import(file["import_id"], file["file_name"], planned, uow)
    await keep_statements(file["import_id"], planned, codings, uow)
    outcomes = Counter(one.outcome for one in planned.entries)
    kinds = Counter(_PLURALS.get(one.kind, f"{one.kind}s") for one in planned.entries)
    counts = {
        "statements": len(parsed.statements), "entries": len(planned.entries), **dict(sorted(kinds.items())),
        "seen_before": outcomes["seen_before"], "for_review": outcomes["review"],
    }  # fmt: skip
    await uow.execute("mark_import_validated", file["import_id"], outcomes["post"], json.dumps(counts))


async def _refuse(begin: Begin, import_id: str, format_: Format | None, errors: list[FileError]) -> None:
    async with begin({"refusing"}) as uow:
        await uow.execute("refuse_import", import_id, format_, _as_json(errors), None, None, None)
        uow.count("bank_files_refused")


def _at_stake(planned: ImportPlan) -> tuple[str | None, str | None, Decimal | None]:
    """Company, currency and the difference of the statements of a file that is refused."""
    if not planned.statements:
        return None, None, None
    _, account = planned.statements[0]
    return account.company_id, account.currency, sum(map(abs, differences(planned).values()), Decimal(0))


def _as_json(errors: list[FileError]) -> str:
    return json.dumps([{"place": fault.place, "what": fault.what, "acceptable": fault.acceptable} for fault in errors])


def _own(row: asyncpg.Record) -> OwnAccount:
    return OwnAccount(row["bank_account"], row["company_id"], row["currency"], row["deposits_to"], row["active"])
