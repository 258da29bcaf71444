"""The records of a BAI2 file: comma-separated fields that end with a slash, with their continuations (88)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.read_context import ReadContext

_KINDS: Final = frozenset({"01", "02", "03", "16", "49", "98", "99"})
_REFERENCE: Final = re.compile(r"[^\s=:]{0,60}", re.A)
_TYPE_CODE: Final = re.compile(r"\d{3}", re.A)


@dataclass(slots=True)
class Record:
    """One record, line by line: the first line's fields and those of each continuation."""

    place: str
    code: str
    lines: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return len(self.lines)

    @property
    def fields(self) -> list[str]:
        return [part for line in self.lines for part in line.split(",")]

    def at(self, position: int) -> str:
        fields = self.fields
        return fields[position].strip() if position < len(fields) else ""


@dataclass(frozen=True, slots=True)
class Summary:
    """A status or summary of an account: type code and amount, both as written."""

    code: str
    amount: str


@dataclass(frozen=True, slots=True)
class Transaction:
    """The fields of a 16 record."""

    code: str
    amount: str
    value_date: str
    """Of funds type V; empty for others."""
    bank_reference: str
    customer_reference: str
    text: str


def records_of(content: bytes, context: ReadContext) -> list[Record]:
    """The records with their continuations put behind them. Raises UnreadableFile for a record that is not known."""
    records: list[Record] = []
    for number, line in parsing.lines_of(content, context):
        code, place = line[:2], f"line {number}"
        of_transaction = code == "16" or (code == "88" and bool(records) and records[-1].code == "16")
        body = _body(line[3:].rstrip(), of_transaction)
        if code == "88":
            if not records:
                context.fail(place, "a continuation (88) of nothing: 01 begins a file")
            records[-1].lines.append(body)
        elif code in _KINDS and line[2:3] in {",", "/", ""}:
            records.append(Record(place, code, [body]))
        else:
            context.fail(place, f"a record of kind {line[:3]!r}: BAI2 knows 01, 02, 03, 16, 88, 49, 98 and 99")
    return records


def _body(text: str, of_transaction: bool) -> str:
    """Without the slash that ends it. A transaction's line that ends in a comma instead ends between two fields."""
    if text.endswith("/"):
        return text[:-1]
    return text.removesuffix(",") if of_transaction else text


def summaries(record: Record, total: Decimal | None) -> list[Summary]:
    """What a 03 record summarises: code, amount, item count, funds type, over and over.

    A continuation starts where the line before ended. Some banks end a line early and begin each with a type code:
    they are read so where that, and only that, gives the control `total` less the transactions.
    """
    streamed = _summaries(record.fields[2:])
    if total is None or _sum(streamed) == total or record.rows == 1:
        return streamed
    first, *others = (line.split(",") for line in record.lines)
    by_line = _summaries(first[2:]) + [one for fields in others for one in _summaries(fields)]
    return by_line if _sum(by_line) == total else streamed


def _summaries(fields: list[str]) -> list[Summary]:
    found: list[Summary] = []
    at = 0
    while at < len(fields):
        code = fields[at].strip()
        if not code:  # a defaulted field has no content
            at += 1
            continue
        amount = fields[at + 1].strip() if at + 1 < len(fields) else ""
        at += 4 + funds_fields(fields, at + 3)
        found.append(Summary(code, amount))
    return found


def _sum(found: list[Summary]) -> Decimal | None:
    amounts = [parsing.whole(one.amount) if one.amount else Decimal(0) for one in found]
    if any(amount is None for amount in amounts) or not all(_TYPE_CODE.fullmatch(one.code) for one in found):
        return None
    return sum((amount for amount in amounts if amount is not None), Decimal(0))


def transaction(record: Record) -> Transaction:
    """The fields of a 16 record: type, amount, funds type with its own fields, two references, text.

    A continuation before the references continues the fields, one behind them the text. Where the first line
    ends between them, what does not look like a reference is text. Commas belong to the text.
    """
    lines = list(record.lines)
    fields = lines.pop(0).split(",")
    text = ""
    while True:
        fixed = 3 + funds_fields(fields, 2) + 2
        if len(fields) > fixed or (not lines and len(fields) <= fixed):
            text = ",".join(fields[fixed:])
            break
        if not lines or len(fields) == fixed:
            break
        following = lines[0].split(",")
        missing_references = fixed - len(fields)
        if missing_references <= 2 and not all(_REFERENCE.fullmatch(p.strip()) for p in following[:missing_references]):
            break
        fields += following
        lines.pop(0)
    kind = fields[2].strip().upper() if len(fields) > 2 else ""
    at = 3 + funds_fields(fields, 2)
    return Transaction(
        code=_at(fields, 0), amount=_at(fields, 1), value_date=_at(fields, 3) if kind == "V" else "",
        bank_reference=_at(fields, at), customer_reference=_at(fields, at + 1),
        text=" ".join(part.strip() for part in (text, *lines) if part.strip()),
    )  # fmt: skip


def funds_fields(fields: list[str], at: int) -> int:
    """How many fields the funds type at `at` has behind it: V date and time, S three amounts, D pairs."""
    kind = fields[at].strip().upper() if at < len(fields) else ""
    if kind == "V":
        return 2
    if kind == "S":
        return 3
    if kind == "D" and at + 1 < len(fields):
        pairs = fields[at + 1].strip()
        return 1 + 2 * int(pairs) if pairs.isascii() and pairs.isdigit() and len(pairs) < 4 else 1
    return 1 if kind == "D" else 0


def _at(fields: list[str], position: int) -> str:
    return fields[position].strip() if position < len(fields) else ""
