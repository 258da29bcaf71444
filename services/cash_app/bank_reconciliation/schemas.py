"""What people see of the bank reconciliation. Amounts are in the currency beside them."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Self

from pydantic import BaseModel, ConfigDict, Field

from services.cash_app.bank_reconciliation.domain.coding import Purpose
from services.cash_app.bank_reconciliation.domain.line import LineState, StatementLine
from services.cash_app.bank_reconciliation.domain.reconciliation import ItemKind, NamedItem, Reconciliation
from services.cash_app.bank_reconciliation.domain.statements import BankStatement, StatementChain
from services.cash_app.open_items.schemas import View
from shared.chassis.http import Page, ReasonText
from shared.contracts.event import Identifier


class AccountState(BaseModel):
    """Closing balance = cash in the journal + items + difference, at the end of the day of the last statement."""

    bank_account: str
    company_id: str
    currency: str
    on: date
    """The day of the last statement."""
    statement_number: str
    closing: Decimal
    """As booked by the bank."""
    closing_available: Decimal | None
    cash: Decimal
    """In the journal."""
    items: dict[ItemKind, Decimal]
    """Sums of named items by kind; positive where the bank has more."""
    difference: Decimal
    """What no item explains."""
    unexplained: int
    """How many lines, postings and gaps between statements nothing explains."""
    reconciled: bool

    @classmethod
    def of(cls, found: Reconciliation) -> Self:
        return cls(**_state(found))


class ItemView(BaseModel):
    """A part of what lies between bank and journal."""

    kind: ItemKind
    amount: Decimal
    """Positive where the bank has more than the journal."""
    on: date
    why: str
    line_id: str | None
    """The line of the statement: GET /bank-lines/{line_id}."""
    document: str | None
    """The payment, return or bundle in the journal."""

    @classmethod
    def of(cls, item: NamedItem) -> Self:
        return cls(
            kind=item.kind, amount=item.amount, on=item.on, why=item.why, line_id=item.line_id or None,
            document=item.document or None,
        )  # fmt: skip


class StatementView(BaseModel):
    """A statement of an account, as it was imported."""

    import_id: str
    number: str
    on: date
    opening: Decimal | None
    closing: Decimal | None
    closing_available: Decimal | None
    lines: int
    lines_total: Decimal
    counts: bool
    """False: another statement reports the same days, and its closing balance counts."""
    replaced_by: str | None
    """The import of that statement."""

    @classmethod
    def of(cls, one: BankStatement, chain: StatementChain) -> Self:
        other = chain.replaced.get(one.statement_id)
        return cls(
            import_id=one.import_id, number=one.number, on=one.on, opening=one.opening, closing=one.closing,
            closing_available=one.available, lines=one.lines, lines_total=one.lines_total,
            counts=one in chain.counted, replaced_by=other[0] if other else None,
        )  # fmt: skip


class AccountReconciliation(AccountState):
    """One account in full, with a page of the items."""

    page: Page[ItemView]
    gaps: list[str]

    @classmethod
    def in_full(cls, found: Reconciliation, page: Page[ItemView]) -> Self:
        gaps = [item.why for item in found.items if item.kind == "gap"]
        return cls(**_state(found), page=page, gaps=gaps)


class CashWithoutAccount(View):
    """Cash in the journal that names no bank account of ours and has no default one."""

    company_id: str
    currency: str
    amount: Decimal


class BankLineView(View):
    """A line of a statement: what the bank says of it, and what became of it."""

    line_id: str
    import_id: str
    place: str
    """Where in the file."""
    bank_account: str
    company_id: str
    currency: str
    statement_date: date
    value_date: date
    amount: Decimal
    """Money in is positive."""
    kind: str
    outcome: str
    """Of the entry of the file."""
    subject_id: str
    """The payment's, return's or entry's id."""
    bank_reference: str
    bank_code: str
    details: str
    """The bank's words."""
    payer_name: str
    note: str
    state: LineState
    purpose: str | None
    """What it is coded as; while it is to be coded, what a rule proposes."""
    gl_account: str | None
    coded_by: str | None
    """`rule`, or the person."""
    why: str
    version: int

    @classmethod
    def of(cls, row: Any) -> Self:
        facts = json.loads(row["facts"])
        values = {**row, "details": facts.get("details", ""), "payer_name": facts.get("payer_name", "")}
        values |= {name: row[name] or None for name in ("purpose", "gl_account", "coded_by")}
        return super().of({**values, "version": row["codings"]})


class CodeLine(BaseModel):
    """What a line is, and why."""

    model_config = ConfigDict(extra="forbid")

    purpose: Purpose
    gl_account: Identifier | None = None
    """For the purpose `other`: one of `other_accounts` of the policy bank_coding_rules."""
    reason: ReasonText
    expected_version: Annotated[int | None, Field(ge=0)] = None
    """`version` as you saw it: a 409 where it has changed since."""


class LineRequest(BaseModel):
    """Why the coding of a line is undone, or the line released."""

    model_config = ConfigDict(extra="forbid")

    reason: ReasonText
    expected_version: Annotated[int | None, Field(ge=0)] = None


class CodedLine(BaseModel):
    """A line after a request."""

    line_id: str
    state: LineState
    purpose: str | None
    gl_account: str | None
    currency: str
    amount: Decimal
    version: int

    @classmethod
    def of(cls, line: StatementLine) -> Self:
        return cls(
            line_id=line.line_id, state=line.state, purpose=line.purpose or None, gl_account=line.gl_account or None,
            currency=line.currency, amount=line.amount, version=line.codings,
        )  # fmt: skip


def _state(found: Reconciliation) -> dict[str, Any]:
    statement = found.statement
    return {
        "bank_account": statement.bank_account, "company_id": statement.company_id, "currency": statement.currency,
        "on": statement.on, "statement_number": statement.number, "closing": found.closing,
        "closing_available": statement.available, "cash": found.cash, "items": dict(found.explained),
        "difference": found.difference, "unexplained": len(found.unexplained), "reconciled": found.reconciled,
    }  # fmt: skip
