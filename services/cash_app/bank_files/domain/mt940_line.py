"""The statement line (:61:) of MT940 and MT942, as banks really write it.

SWIFT Standards MT, category 9, field 61: `6!n[4!n]2a[1!a]15d1!a3!c16x[//16x]` and a second line `[34x]`: value date,
entry date, mark, funds code, amount, type, reference for the account owner, the bank's reference, supplementary
details. Banks fill with blanks (entry date, type of two letters, nothing behind `//`), with zeros (the amount), and
write more than sixteen characters for the reference.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.read_context import ReadContext
from services.cash_app.payments.domain.account_number import account_key

_FIXED: Final = re.compile(
    r"(?P<value>[0-9 ]{6})(?P<entry>\d{4}|\s{1,4})?(?P<mark>R?[DC]|E[DC])(?P<funds>[A-Z])?\s*(?P<amount>\d[\d.,]*)\s*",
    re.A,
)
_TYPE: Final = re.compile(r"(?P<type>[NSF][A-Z0-9]{2}[A-Z0-9 ])(?P<rest>.*)", re.A)
_NO_REFERENCE: Final = re.compile(r"(NONREF|NOREF|NOTPROVIDED)?\s*", re.A)
ELSEWHERE: Final = frozenset({"EREF", "KREF", "MREF", "PREF", "MARF", "CREF", "IREF"})
"""References for the account owner that only name the part of :86: in which the reference stands."""
_REFERENCE_CHARACTERS: Final = 16
_FORM: Final = "expected is a line such as 2612311231C12,50NTRFREF-1//BANK-1"


@dataclass(frozen=True, slots=True)
class StatementLine:
    """One :61: line. `amount` without a sign; `kind_of` the last three characters of the type, e.g. TRF or 541."""

    value_date: date
    booked_on: date | None
    mark: str
    amount: Decimal
    kind_of: str
    trace_number: str
    bank_reference: str
    reference_in: str
    """Which part of :86: holds the reference (EREF, PREF); empty where the line holds it itself."""
    payer_account: str
    payer_name: str
    supplement: str


def read_line(lines: list[str], place: str, context: ReadContext) -> StatementLine | None:
    """The line, or None with one error that names the part of it that cannot be read."""
    text = lines[0].strip()
    fixed = _FIXED.match(text)
    if fixed is None:
        context.add_error(place, f":61: {text[:60]!r} is no statement line: {_part_in_question(text)}; {_FORM}")
        return None
    value_date = parsing.yymmdd_of_bank_year(fixed["value"].strip())
    if value_date is None:
        context.add_error(place, f":61: the value date {fixed['value']!r} is no date: expected is YYMMDD")
        return None
    amount = parsing.decimal_comma(fixed["amount"])
    if amount is None:
        context.add_error(
            place, f":61: the amount {fixed['amount'][:20]!r} is no amount: expected is one such as 12,50"
        )
        return None
    kind_of, rest = _type_and_rest(text[fixed.end() :])
    if kind_of is None:
        context.add_error(
            place,
            f":61: {rest[:20]!r} behind the amount is no type of transaction (subfield 6): "
            "expected are N, S or F and three characters, such as NTRF",
        )
        return None
    customer, _, bank = rest.partition("//")
    supplement = parsing.plain(" ".join(lines[1:]), 200)
    trace, account, name = _owner_reference(customer)
    keyword = trace.upper().rstrip("+")
    return StatementLine(
        value_date=value_date, booked_on=_booked(fixed["entry"], value_date), mark=fixed["mark"], amount=amount,
        kind_of=kind_of, trace_number="" if keyword in ELSEWHERE else trace, bank_reference=parsing.reference(bank),
        reference_in=keyword if keyword in ELSEWHERE else "", payer_account=account or parsing.iban(supplement),
        payer_name=name, supplement=supplement,
    )  # fmt: skip


def _part_in_question(text: str) -> str:
    if not re.match(r"\d{6}", text, re.A):
        return "it does not begin with a value date (YYMMDD)"
    if not re.match(r"\d{6}(\d{4}|\s{1,4})?(R?[DC]|E[DC])", text, re.A):
        return "behind the dates stands no mark (C, D, RC, RD, EC, ED)"
    return "behind the mark stands no amount"


def _type_and_rest(text: str) -> tuple[str | None, str]:
    """The type without its first letter, and what is behind it. A line may end after the amount, or have NONREF there.

    None where something stands there that is no type: a trace number must not be made of a half of it.
    """
    if _NO_REFERENCE.fullmatch(text.partition("//")[0]):
        return "", text
    match = _TYPE.match(text)
    return (match["type"][1:].strip(), match["rest"]) if match else (None, text)


def _owner_reference(text: str) -> tuple[str, str, str]:
    """Trace number, payer's account and payer's name, of which banks put one or two here.

    Filled to sixteen characters with something behind: the payer's account and name (Rabobank before SEPA). An IBAN:
    the payer's account (SNS, ASN). Anything else is the trace number, however long.
    """
    first, behind = text[:_REFERENCE_CHARACTERS], text[_REFERENCE_CHARACTERS:]
    filled = first.endswith(" ") or (first.strip().isdigit() and behind[:1].isalpha())
    if behind.strip() and filled and first.strip():
        return "", account_key(first), parsing.plain(behind, 200)
    account = parsing.iban(text) if len(text.strip()) > _REFERENCE_CHARACTERS else ""
    return ("", account, "") if account else (parsing.reference(text), "", "")


def _booked(entry: str | None, value_date: date) -> date | None:
    """The day of booking has no year: the one that brings it nearest to the value date."""
    if entry is None or not entry.strip():
        return None
    years = (value_date.year - 1, value_date.year, value_date.year + 1)
    nearby = [parsing.yymmdd_of_bank_year(f"{year % 100:02}{entry}") for year in years]
    found = [booked for booked in nearby if booked is not None]
    return min(found, key=lambda booked: abs((booked - value_date).days), default=None)
