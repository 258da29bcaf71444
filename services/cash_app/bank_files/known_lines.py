"""The lines that earlier messages reported of the accounts of a file, as they are in the tables."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from services.cash_app.bank_files.domain.bank_file import Statement
from services.cash_app.bank_files.domain.import_plan import ImportPlan
from services.cash_app.bank_files.domain.line_matching import (
    Likeness,
    Report,
    ReportedLine,
    line_of,
    match_lines,
    references_of,
    words_of,
)
from services.cash_app.duplicates.policy import DUPLICATE_RULES
from services.cash_app.work import CashWork
from shared.kernel.money import round_half_up


@dataclass(slots=True)
class KnownLines:
    """By account: lines, and the balances of its statements; both grow with each statement of the file."""

    lines: defaultdict[str, list[ReportedLine]]
    reports: defaultdict[str, list[Report]]
    days_max: int

    @classmethod
    async def load(cls, planned: ImportPlan, of_statement: Mapping[int, Sequence[int]], uow: CashWork) -> KnownLines:
        """What was reported near in time with the amounts of the file."""
        entries = [planned.entries[at] for group in of_statement.values() for at in group]
        latest = max((one.value_date for one in entries), default=date.max)
        days_max = (await uow.policy(DUPLICATE_RULES)).on(latest).document.same_payment_days
        known = cls(defaultdict(list), defaultdict(list), days_max)
        asked = sorted({(one.bank_account, one.amount, one.value_date) for one in entries})
        if not asked:
            return known
        for row in await uow.fetch("lines_reported", *(list(column) for column in zip(*asked, strict=True)), days_max):
            known.lines[row["bank_account"]].append(_line(row))
        accounts = sorted({account for account, _, _ in asked})
        for row in await uow.fetch("reports_of_accounts", accounts, min(day for _, _, day in asked)):
            report = Report("statement", row["statement_date"], row["opening"], row["closing"])
            known.reports[row["bank_account"]].append(report)
        return known

    def match(self, group: Sequence[int], statement: Statement, account: str, planned: ImportPlan) -> list[int]:
        """Passes over what of a statement was reported before; returns where in the plan its new lines are."""
        lines: dict[int, ReportedLine] = {}
        for at in group:
            line = line_of(planned.entries[at], statement)
            if line is not None:
                lines[at] = replace(line, subject_id=str(at))
        matches = match_lines(list(lines.values()), self.lines[account], self.reports[account], self.days_max)
        new: list[int] = []
        for at in lines:
            match = matches.get(str(at))
            if match is None:
                new.append(at)
                continue
            earlier, one = match.earlier, planned.entries[at]
            where = f"in import {earlier.import_id} at {earlier.place}" if earlier.import_id else f"at {earlier.place}"
            if match.likeness is Likeness.SAME:
                planned.entries[at] = replace(
                    one, outcome="seen_before", note=f"came before, {where}", event=None, subject_id=earlier.subject_id
                )
            else:
                note = (
                    f"an equal line without a reference came before, {where}: take it as money of its own, or close it"
                )
                planned.entries[at] = replace(one, outcome="review", note=note)
                new.append(at)
        self.lines[account] += [replace(lines[at], subject_id=planned.entries[at].subject_id) for at in new]
        if statement.source == "statement":
            self.reports[account].append(Report("statement", statement.on, statement.opening, statement.closing))
        return new


def _line(row: Any) -> ReportedLine:
    facts = json.loads(row["facts"])
    given = (row["line_reference"], facts["trace_number"], *(one["value"] for one in facts["references"]))
    return ReportedLine(
        subject_id=row["subject_id"], place=row["place"], import_id=row["import_id"], kind=row["kind"],
        reference=row["line_reference"], trace_number=facts["trace_number"], references=references_of(given),
        payer_account=facts["payer_account"], words=words_of(facts["details"]), currency=row["currency"],
        amount=round_half_up(row["amount"], row["currency"]), value_date=row["value_date"],
        report=Report(row["source"], row["reported_on"], row["opening"], row["closing"]),
    )  # fmt: skip
