"""A file against all that came before it: statements, bank references, and the payments that returns return."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import replace
from decimal import Decimal
from typing import Any

from services.cash_app.bank_files.collective_details import divide_known_lines
from services.cash_app.bank_files.domain.import_plan import ImportPlan
from services.cash_app.bank_files.domain.planned_entries import PlannedEntry, with_own_identity
from services.cash_app.bank_files.domain.read_context import ERRORS_MAX, FileError
from services.cash_app.bank_files.known_lines import KnownLines
from services.cash_app.work import CashWork
from shared.contracts.erp import PaymentReceived, PaymentReturned

_NEW = frozenset({"post", "held", "review", "booked"})


async def compare_with_earlier_imports(planned: ImportPlan, import_id: str, uow: CashWork) -> list[FileError]:
    """What of the file came before: an error for a whole statement or bundle, a line is passed over.

    Notifications, interim reports, statements and corrected statements report the same lines: each is posted once. A
    return is given the payment that it returns.
    """
    errors = await _statements(planned, uow)
    errors += await _bundles(planned, uow)
    if not errors:
        await _entries(planned, import_id, uow)
        await _returns(planned, uow)
    return errors[:ERRORS_MAX]


async def _statements(planned: ImportPlan, uow: CashWork) -> list[FileError]:
    """Interim reports of one day may bear one number."""
    numbered = {
        (s.account, s.source, s.number, s.on): s
        for s, _ in planned.statements
        if s.number and s.source != "interim"
    }  # fmt: skip
    if not numbered:
        return []
    columns = [list(column) for column in zip(*numbered, strict=True)]
    return [
        FileError(
            numbered[row["bank_account"], row["source"], row["statement_number"], row["statement_date"]].place,
            f"statement {row['statement_number']} of {row['bank_account']} came before, in import {row['import_id']}",
        )
        for row in await uow.fetch("statements_seen", *columns)
    ]


async def _bundles(planned: ImportPlan, uow: CashWork) -> list[FileError]:
    """A settlement or batch reported twice would be paid for twice."""
    reported = {(a.deposits_to or a.bank_account, b.bundle_id): b for b, a, _ in planned.bundles}
    if not reported:
        return []
    accounts, names = (list(column) for column in zip(*reported, strict=True))
    return [
        FileError("file", f"{row['kind']} bundle {row['bundle_id']} of {row['bank_account']} came before: GET /bundles")
        for row in await uow.fetch("bundles_seen", accounts, names)
    ]


async def _entries(planned: ImportPlan, import_id: str, uow: CashWork) -> None:
    """Passes over what earlier messages reported, statement by statement, and gives what is new an identity of its own.

    A reference that was used for other money before does not keep a line out: it becomes a payment of its own, which
    is held where it may be the earlier one.
    """
    wanted = [one.subject_id for one in planned.entries if one.outcome in _NEW]
    if not wanted:
        return
    taken = {row["subject_id"]: row for row in await uow.fetch("entries_seen", wanted)}
    await _payments_known(planned, uow)
    of_statement: defaultdict[int, list[int]] = defaultdict(list)
    for at, one in enumerate(planned.entries):
        if one.outcome in _NEW:
            of_statement[planned.statement_of[at]].append(at)
    for at in of_statement.pop(-1, []):
        before = taken.get(planned.entries[at].subject_id)
        if before is not None:
            _pass_over(planned, at, f"came before, in import {before['import_id']} at {before['place']}")
    known = await KnownLines.load(planned, of_statement, uow)
    subjects = set(taken)
    for number in sorted(of_statement):
        statement, account = planned.statements[number]
        new = known.match(of_statement[number], statement, account.bank_account, planned)
        for at in new:
            if planned.entries[at].subject_id in subjects:
                planned.entries[at] = with_own_identity(planned.entries[at], import_id)
            subjects.add(planned.entries[at].subject_id)
    await _divided_elsewhere(planned, uow)
    await _sums_of_bundles(planned, known.days_max, uow)
    await divide_known_lines(planned, import_id, known.days_max, uow)


async def _sums_of_bundles(planned: ImportPlan, days_max: int, uow: CashWork) -> None:
    """A credit of a statement that is the sum of payments reported one by one is the line of their bundle.

    So where the bundle is the only one of the amount near in time, the line is the only one, and the line neither
    names documents nor a payer of one payment.
    """
    lines = {
        at: one
        for at, one in enumerate(planned.entries)
        if one.source == "statement" and one.kind == "payment" and one.outcome == "post" and _may_be_a_sum(one)
    }
    if not lines:
        return
    asked = [[one.bank_account for one in lines.values()], [one.amount for one in lines.values()]]
    rows = await uow.fetch("bundles_of_sums", *asked, [one.value_date for one in lines.values()], days_max)
    bundles_of: defaultdict[tuple[str, str, Decimal], list[Any]] = defaultdict(list)
    for row in rows:
        bundles_of[row["bank_account"], row["currency"], row["net"]].append(row)
    fitting: defaultdict[int, list[Any]] = defaultdict(list)
    users: defaultdict[tuple[str, str], list[int]] = defaultdict(list)
    for at, one in lines.items():
        for row in bundles_of[one.bank_account, one.currency, one.amount]:
            if abs((row["value_date"] - one.value_date).days) <= days_max and _of_many(one, row):
                fitting[at].append(row)
                users[row["bank_account"], row["bundle_id"]].append(at)
    for at, bundles in fitting.items():
        row = bundles[0]
        if len(bundles) == 1 and len(users[row["bank_account"], row["bundle_id"]]) == 1:
            one = planned.entries[at]
            entry = replace(one.entry, collective_reference=row["bundle_id"]) if one.entry is not None else None
            note = f"the sum of {row['payments']} payments reported as {row['bundle_id']}: not a payment itself"
            planned.entries[at] = replace(one, kind="bundle", outcome="held", note=note, entry=entry)
            planned.lines.append((at, row["kind"]))


def _may_be_a_sum(one: PlannedEntry) -> bool:
    return one.entry is not None and not one.entry.remittance and not one.entry.customer_id


def _of_many(one: PlannedEntry, bundle: Any) -> bool:
    """Whether the line may stand for the bundle: a payer's account tells a payment, but an acquirer's."""
    payer = one.entry.payer_account if one.entry is not None else ""
    return not payer or bundle["kind"] == "card"


async def _divided_elsewhere(planned: ImportPlan, uow: CashWork) -> None:
    """A booking that another kind of message reported under other references, with the same sum: passed over."""
    groups: defaultdict[tuple[str, str, str], list[int]] = defaultdict(list)
    for at, one in enumerate(planned.entries):
        if one.entry is not None and one.entry.collective_reference and one.kind != "bundle":
            groups[one.bank_account, one.entry.collective_reference, one.source].append(at)
    if not groups:
        return
    sums = {
        (row["bank_account"], row["collective_reference"]): row
        for row in await uow.fetch("collective_entries_seen", *(list(column) for column in zip(*groups, strict=True)))
    }
    for (account, reference, _), group in groups.items():
        row = sums.get((account, reference))
        if row is None:
            continue
        total = sum((planned.entries[at].amount for at in group), Decimal(0))
        if total == row["amount"]:
            note = f"came before, as {row['entries']} entries of import {row['import_id']}"
            for at in group:
                if planned.entries[at].outcome == "post":
                    _pass_over(planned, at, note)


async def _payments_known(planned: ImportPlan, uow: CashWork) -> None:
    """Passes over payments that the bank feed or a deposit slip reported under the whole reference."""
    references = [d.bank_reference for d in planned.entries if isinstance(d.event, PaymentReceived)]
    known = {
        (row["bank_reference"], row["currency"], row["amount"], row["value_date"]): row["payment_id"]
        for row in await uow.fetch("payments_of_feed", references)
    }
    for at, one in enumerate(planned.entries):
        payment_id = known.get((one.bank_reference, one.currency, one.amount, one.value_date))
        if payment_id is not None and isinstance(one.event, PaymentReceived):
            _pass_over(planned, at, f"came before, as payment {payment_id}")


def _pass_over(planned: ImportPlan, at: int, note: str) -> None:
    planned.entries[at] = replace(planned.entries[at], outcome="seen_before", note=note, event=None)


async def _returns(planned: ImportPlan, uow: CashWork) -> None:
    """The payment a return returns: named by the bank, under the return's own reference, or by trace and amount."""
    returns = [(at, d) for at, d in enumerate(planned.entries) if isinstance(d.event, PaymentReturned)]
    if not returns:
        return
    known, traced = await _payments_that_may_return(planned, [one for _, one in returns], uow)
    for at, one in returns:
        event = one.event
        if not isinstance(event, PaymentReturned) or event.original_bank_reference is not None:
            continue
        found = [reference for reference in one.original if reference in known]
        found = found or sorted({
            reference for reference, amount, currency in traced[one.trace_number]
            if (amount, currency) == (event.amount, event.currency)
        })  # fmt: skip
        if len(found) == 1:
            returned = event.model_copy(update={"original_bank_reference": found[0]})
            planned.entries[at] = replace(one, event=returned)


async def _payments_that_may_return(
    planned: ImportPlan, returns: list[PlannedEntry], uow: CashWork
) -> tuple[set[str], defaultdict[str, set[tuple[str, Any, str]]]]:
    """Bank references that are known, and those of each trace number with amount and currency."""
    candidates = sorted({reference for one in returns for reference in one.original})
    known = {row["bank_reference"] for row in await uow.fetch("payments_known", candidates)}
    in_file = [d for d in planned.entries if isinstance(d.event, PaymentReceived)]
    known |= {d.bank_reference for d in in_file}
    traced: defaultdict[str, set[tuple[str, Any, str]]] = defaultdict(set)
    traces = sorted({one.trace_number for one in returns if one.trace_number})
    for row in await uow.fetch("references_of_traces", traces):
        traced[row["trace_number"]].add((row["bank_reference"], row["amount"], row["currency"]))
    for one in in_file:
        if one.trace_number:
            traced[one.trace_number].add((one.bank_reference, one.amount, one.currency))
    return known, traced
