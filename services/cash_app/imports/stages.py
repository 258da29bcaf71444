"""A file's stages: received > parsed > validated > posted; or refused, whole, with every error.

The file is read outside of any transaction and in a thread of its own; what it brings is checked and written in one
transaction; what it says is said in chunks, each of which commits on its own and remembers where it ended.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any, Final
from uuid import uuid5

import asyncpg
import structlog

from services.cash_app.domain.files.delimited import RemittanceMapping
from services.cash_app.domain.files.normal_form import BankFile, Bundle, Fault, Format, Limits, Unreadable
from services.cash_app.domain.files.plan import OwnAccount, Plan, plan
from services.cash_app.domain.files.recognise import FORMATS, read, recognise
from services.cash_app.domain.payments import NOBODY
from services.cash_app.imports.seen import settle_against_the_past
from services.cash_app.store import CashWork
from shared.chassis.declare.handlers import Begin
from shared.chassis.envelope import O2C_NAMESPACE
from shared.chassis.transaction.transient_errors import is_transient
from shared.components import ledger
from shared.contracts.erp import PaymentReceived, PaymentReturned, RemittanceAdvised
from shared.contracts.event import Event, EventContext
from shared.kernel.journal import Account, Posting

log = structlog.get_logger(__name__)

CHUNK: Final = 2_000
"""So many entries are posted, or written, at a time."""
SECONDS_MAX: Final = 120.0
"""Reading a file may take so long; 100,000 payments take a few seconds."""
STEPS: Final = ("parsing", "validating", "refusing", "posting")
"""The transactions of a file that change something."""
SAID: Final[dict[str, type[Event]]] = {
    "payment": PaymentReceived, "bundle": PaymentReceived, "return": PaymentReturned, "advice": RemittanceAdvised,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class ImportRun:
    """What is said of a file is caused by the file: the same file causes the same event ids, however often."""

    import_id: str

    @property
    def context(self) -> EventContext:
        identity = uuid5(O2C_NAMESPACE, f"cash_app/import/{self.import_id}")
        return EventContext(id=identity, source="cash_app", time=datetime.now(UTC), correlation_id=identity)


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
            uow.emit(SAID[entry["kind"]].model_validate_json(entry["event"]), cause=run)
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
    rules = RemittanceMapping.model_validate_json(mapping["mapping"]) if mapping else None
    frozen = {account: frozenset(ids) for account, ids in bundles.items()}
    try:
        await _read_and_check(begin, file, rules, accounts, frozen)
    except Unreadable as error:
        await _refuse(begin, file["import_id"], _format_of(file), error.faults)
    except Exception as error:
        if is_transient(error):
            raise
        # The fault is this service's; one file must not keep all that come after it from being read.
        log.exception("a file could not be handled", import_id=file["import_id"])
        what = f"this service failed on it ({type(error).__name__}: {error}); its log says where"
        await _refuse(begin, file["import_id"], None, [Fault("file", what)])
    return True


async def _read_and_check(
    begin: Begin,
    file: asyncpg.Record,
    rules: RemittanceMapping | None,
    accounts: dict[str, OwnAccount],
    bundles: dict[str, frozenset[str]],
) -> None:
    parsed = await asyncio.to_thread(_read, file, rules)
    async with begin({"parsing"}) as uow:
        counts = {"statements": len(parsed.statements), "entries": _entries_in(parsed)}
        await uow.execute("mark_import_parsed", file["import_id"], parsed.format, json.dumps(counts))
    planned = await asyncio.to_thread(plan, parsed, accounts, bundles, rules.company_id if rules else None)
    await _validate(begin, file, parsed, planned)


def _read(file: asyncpg.Record, rules: RemittanceMapping | None) -> BankFile:
    format_ = _format_of(file)
    if format_ is None:
        raise Unreadable([Fault("file", f"its format cannot be recognised: give format=, one of {', '.join(FORMATS)}")])
    deadline = time.monotonic() + SECONDS_MAX
    limits = Limits(expired=lambda: time.monotonic() > deadline)
    return read(file["content"], format_, limits, mapping=rules, received_on=file["received_at"].date())


def _format_of(file: asyncpg.Record) -> Format | None:
    return file["format"] or recognise(file["content"], file["payer"])


def _entries_in(parsed: BankFile) -> int:
    return sum(len(statement.entries) for statement in parsed.statements) + len(parsed.advices)


async def _validate(begin: Begin, file: asyncpg.Record, parsed: BankFile, planned: Plan) -> None:
    """Takes the file whole, or refuses it whole."""
    import_id = file["import_id"]
    steps: set[str] = set()
    async with begin(steps) as uow:
        await uow.execute("lock_imports")
        if await uow.fetchrow("claim_import", import_id) is None:
            return
        steps.add("validating")
        faults = list(planned.faults)
        before = await uow.fetchrow("imports_of_content", file["content_sha256"], import_id)
        if before is not None:
            faults = [Fault("file", f"the same file came before, as import {before['import_id']}")]
        elif not faults:
            faults = await settle_against_the_past(planned, uow)
        if faults:
            await uow.execute("refuse_import", import_id, parsed.format, _told(faults))
            return
        await _take(import_id, parsed, planned, uow)


async def _take(import_id: str, parsed: BankFile, planned: Plan, uow: CashWork) -> None:
    await _write(uow, "insert_bank_statements", [
        (s.account, s.source, s.number, s.on, import_id, s.currency, s.opening, s.closing)
        for s, _ in planned.statements if s.number
    ])  # fmt: skip
    await _write(uow, "insert_import_entries", [
        (
            import_id, number, d.place, d.kind, d.outcome, d.subject_id, d.source, d.bank_account, d.bank_reference,
            d.currency, d.amount, d.value_date, d.note,
            d.event.model_dump_json() if d.event is not None and d.outcome in {"post", "held"} else None,
        )
        for number, d in enumerate(planned.drafts, start=1)
    ])  # fmt: skip
    await _write(uow, "insert_bundles", [
        (
            a.deposits_to or a.bank_account, b.bundle_id, b.kind, a.currency, b.gross, b.fee, b.net, b.value_date,
            b.payments, source,
        )
        for b, a, source in planned.bundles
    ])  # fmt: skip
    ledger.post(uow, [_fee_of(bundle, account) for bundle, account, _ in planned.bundles if bundle.fee])
    held = [(planned.drafts[at], kind) for at, kind in planned.lines if planned.drafts[at].outcome == "held"]
    await _write(uow, "insert_bundle_lines", [
        (d.subject_id, d.bank_account, kind, d.currency, d.amount, d.value_date, _words(d.event), import_id)
        for d, kind in held
    ])  # fmt: skip
    touched = {a.deposits_to or a.bank_account for _, a, _ in planned.bundles} | {d.bank_account for d, _ in held}
    if touched:
        await uow.execute("join_bundles", sorted(touched))
    outcomes = Counter(d.outcome for d in planned.drafts)
    kinds = Counter(f"{d.kind}s" for d in planned.drafts)
    counts = {
        "statements": len(parsed.statements), "entries": len(planned.drafts), **dict(sorted(kinds.items())),
        "seen_before": outcomes["seen_before"],
    }  # fmt: skip
    await uow.execute("mark_import_validated", import_id, outcomes["post"], json.dumps(counts))


async def _write(uow: CashWork, query: str, rows: list[tuple[Any, ...]]) -> None:
    """In chunks, so that the events of others get their turn between them."""
    for start in range(0, len(rows), CHUNK):
        await uow.write(query, rows[start : start + CHUNK])


async def _refuse(begin: Begin, import_id: str, format_: Format | None, faults: list[Fault]) -> None:
    async with begin({"refusing"}) as uow:
        await uow.execute("refuse_import", import_id, format_, _told(faults))


def _fee_of(bundle: Bundle, account: OwnAccount) -> Posting:
    """What the acquirer keeps leaves the cash that its payments, booked gross, came to; a negative fee comes back."""
    spent, kept = (Account.BANK_FEES, Account.CASH) if bundle.fee > 0 else (Account.CASH, Account.BANK_FEES)
    return Posting(
        entry_id=f"{account.bank_account}/{bundle.bundle_id}/fee", company_id=account.company_id,
        business_date=bundle.value_date, debit=spent, credit=kept, amount=abs(bundle.fee), currency=account.currency,
        customer_id=NOBODY, document=bundle.bundle_id,
    )  # fmt: skip


def _told(faults: list[Fault]) -> str:
    return json.dumps([{"place": fault.place, "what": fault.what} for fault in faults])


def _words(event: Event | None) -> str:
    return event.details if isinstance(event, PaymentReceived) else ""


def _own(row: asyncpg.Record) -> OwnAccount:
    return OwnAccount(row["bank_account"], row["company_id"], row["currency"], row["deposits_to"], row["active"])
