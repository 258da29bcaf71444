"""What an import writes: its statements, entries, bundles and the lines that stand for bundles."""

from __future__ import annotations

import json
from collections import defaultdict
from decimal import Decimal
from typing import Any, Final

from services.cash_app.bank_files.domain.bank_file import Bundle
from services.cash_app.bank_files.domain.import_plan import ImportPlan
from services.cash_app.bank_files.domain.own_account import OwnAccount
from services.cash_app.bank_files.domain.planned_entries import PlannedEntry
from services.cash_app.payments.domain.payment import UNIDENTIFIED_CUSTOMER
from services.cash_app.work import CashWork
from shared.components import ledger
from shared.contracts.erp import PaymentOrigin, PaymentReceived, PaymentReturned
from shared.kernel.journal import Account, Posting

CHUNK: Final = 2_000
"""So many entries are posted, or written, at a time."""


async def save_import(import_id: str, file_name: str, planned: ImportPlan, uow: CashWork) -> None:
    """Writes all that the plan brings, and books what the banks kept back."""
    await _write(uow, "insert_bank_statements", [
        (s.account, s.source, s.number, s.on, import_id, s.currency, s.opening, s.closing)
        for s, _ in planned.statements if s.number and s.source != "interim"
    ])  # fmt: skip
    rows = [_entry_row(import_id, file_name, number, entry) for number, entry in enumerate(planned.entries, start=1)]
    await _write(uow, "insert_import_entries", rows)
    await _save_bundles(import_id, planned, uow)


async def _save_bundles(import_id: str, planned: ImportPlan, uow: CashWork) -> None:
    bundles = [(b, a, source) for b, a, source in planned.bundles if b.kind != "collective" or _brings(b, a, planned)]
    await _write(uow, "insert_bundles", [
        (
            a.deposits_to or a.bank_account, b.bundle_id, b.kind, a.currency, b.gross, b.fee, b.net, b.value_date,
            b.payments, source,
        )
        for b, a, source in bundles
    ])  # fmt: skip
    companies = {account.bank_account: account.company_id for _, account in planned.statements}
    charges = [entry for entry in planned.entries if entry.outcome == "booked" and entry.kind == "charge"]
    ledger.post(uow, [_fee_of(bundle, account) for bundle, account, _ in bundles if bundle.fee])
    ledger.post(uow, [_charge_of(entry, companies[entry.bank_account]) for entry in charges])
    held = [(planned.entries[at], kind) for at, kind in planned.lines if planned.entries[at].outcome == "held"]
    await _write(uow, "insert_bundle_lines", [
        (
            d.subject_id, d.bank_account, kind, d.currency, d.amount, d.value_date,
            d.event.details[:500] if isinstance(d.event, PaymentReceived) else "", import_id, _collective(d),
        )
        for d, kind in held
    ])  # fmt: skip
    touched = {a.deposits_to or a.bank_account for _, a, _ in bundles} | {d.bank_account for d, _ in held}
    if touched:
        await uow.execute("join_bundles", sorted(touched))
    await _show_bundles(planned, uow)


async def _show_bundles(planned: ImportPlan, uow: CashWork) -> None:
    """A statement that reports a booking part by part shows the bundle that a notification made of it."""
    sums: defaultdict[tuple[str, str], list[PlannedEntry]] = defaultdict(list)
    for entry in planned.entries:
        reference = entry.entry.collective_reference if entry.entry is not None else ""
        if reference and entry.source == "statement" and entry.kind != "bundle":
            sums[entry.bank_account, reference].append(entry)
    await _write(uow, "show_collective_bundles", [
        (account, reference, sum((entry.amount for entry in group), Decimal(0)), group[0].subject_id)
        for (account, reference), group in sums.items()
    ])  # fmt: skip


def _brings(bundle: Bundle, account: OwnAccount, planned: ImportPlan) -> bool:
    """Whether any payment of a collective booking is new."""
    return any(
        entry.outcome == "post"
        and entry.bank_account == account.bank_account
        and _collective(entry) == bundle.bundle_id
        for entry in planned.entries
    )


def _collective(entry: PlannedEntry) -> str:
    return (entry.entry.collective_reference or entry.entry.reference) if entry.entry is not None else ""


def _entry_row(import_id: str, file_name: str, number: int, planned: PlannedEntry) -> tuple[Any, ...]:
    event = planned.event if planned.outcome in {"post", "held", "review"} else None
    if isinstance(event, PaymentReceived | PaymentReturned):
        origin = PaymentOrigin(import_id=import_id, file_name=file_name[:200], place=planned.place[:200])
        event = event.model_copy(update={"origin": origin})
    return (
        import_id, number, planned.place, planned.kind, planned.outcome, planned.subject_id, planned.source,
        planned.bank_account, planned.bank_reference, planned.currency, planned.amount, planned.value_date,
        planned.note, event.model_dump_json() if event is not None else None,
        planned.entry.collective_reference if planned.entry is not None else "", _facts(planned),
        planned.entry.reference if planned.entry is not None else "",
    )  # fmt: skip


def _facts(planned: PlannedEntry) -> str:
    """What the bank reports of an entry beside amount and date."""
    entry = planned.entry
    if entry is None:
        return "{}"
    return json.dumps({
        "details": entry.details, "trace_number": entry.trace_number, "payer_name": entry.payer_name,
        "payer_account": entry.payer_account, "reason_code": entry.reason_code, "reason": entry.reason,
        "remittance_note": entry.remittance_note,
        "references": [one.model_dump(mode="json") for one in entry.references],
        "remittance": [line.model_dump(mode="json") for line in entry.remittance],
    })  # fmt: skip


def _fee_of(bundle: Bundle, account: OwnAccount) -> Posting:
    """What the acquirer keeps leaves the cash that its payments, booked gross, came to; a negative fee comes back."""
    spent, kept = (Account.BANK_FEES, Account.CASH) if bundle.fee > 0 else (Account.CASH, Account.BANK_FEES)
    return Posting(
        entry_id=f"{account.bank_account}/{bundle.bundle_id}/fee", company_id=account.company_id,
        business_date=bundle.value_date, debit=spent, credit=kept, amount=abs(bundle.fee), currency=account.currency,
        customer_id=UNIDENTIFIED_CUSTOMER, document=bundle.bundle_id,
    )  # fmt: skip


def _charge_of(entry: PlannedEntry, company_id: str) -> Posting:
    """What the bank kept back of payments that are booked gross leaves the cash again."""
    return Posting(
        entry_id=f"{entry.subject_id}/charge", company_id=company_id, business_date=entry.value_date,
        debit=Account.BANK_FEES, credit=Account.CASH, amount=-entry.amount, currency=entry.currency,
        customer_id=UNIDENTIFIED_CUSTOMER, document=entry.bank_reference,
    )  # fmt: skip


async def _write(uow: CashWork, query: str, rows: list[tuple[Any, ...]]) -> None:
    """In chunks, so that the events of others get their turn between them."""
    for start in range(0, len(rows), CHUNK):
        await uow.write(query, rows[start : start + CHUNK])
