"""The details of a statement line (:86:): in words, in ?-fields (DFÜ agreement), or in /-codes (SWIFT structured)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from services.cash_app.domain.files import figures

TEXT_CHARACTERS_MAX: Final = 500
_NOT_PROVIDED: Final = frozenset({"", "NOTPROVIDED", "NONREF"})
_SLASHED: Final = re.compile(
    r"/(EREF|KREF|MREF|BENM|ORDP|NAME|IBAN|REMI|ISDT|TRCD|RTRN|PREF|CNTP|PURP|ID|BIC|ADDR|CSID|MARF|ULTD|ULTB)/", re.A
)
_SEPA: Final = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|SVWZ|ABWA|ABWE|IBAN|BIC|RTRN)\+", re.A)
_IBAN: Final = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.A)


@dataclass(frozen=True, slots=True)
class Details:
    """What of the details is understood; `text` is all that is for people to read."""

    text: str
    trace_number: str = ""
    payer_account: str = ""
    payer_name: str = ""
    reason_code: str = ""


def read_details(lines: list[str]) -> Details:
    """Continuation lines follow on without a blank where the text is coded, with one where it is in words."""
    joined = "".join(lines)
    if re.match(r"\s*\d{3}\?", joined, re.A):
        return _questioned(joined)
    if _SLASHED.match(joined.strip()):
        return _slashed(joined.strip())
    return Details(figures.plain(" ".join(lines), TEXT_CHARACTERS_MAX))


def _slashed(text: str) -> Details:
    parts = _SLASHED.split(text)
    values: dict[str, str] = {}
    for code, value in zip(parts[1::2], parts[2::2], strict=True):
        values.setdefault(code, value.strip(" /"))
    return Details(
        text=figures.plain(values.get("REMI") or text, TEXT_CHARACTERS_MAX),
        trace_number=_reference(values.get("EREF", "")),
        payer_account=_iban(values.get("IBAN", "")),
        payer_name=figures.plain(values.get("NAME", ""), 200),
        reason_code=figures.plain(values.get("RTRN", ""), 40),
    )


def _questioned(text: str) -> Details:
    """?20-?29 and ?60-?63 purpose, ?30 bank, ?31 account, ?32-?33 name; within the purpose SEPA's EREF+, SVWZ+, ..."""
    fields = {field[:2]: field[2:] for field in text.split("?")[1:] if field[:2].isdigit()}
    purpose = "".join(fields.get(str(number), "") for number in (*range(20, 30), *range(60, 64)))
    parts = _SEPA.split(purpose)
    values = dict(zip(parts[1::2], parts[2::2], strict=True))
    account = values.get("IBAN") or fields.get("31", "")
    return Details(
        text=figures.plain(values.get("SVWZ") or purpose, TEXT_CHARACTERS_MAX),
        trace_number=_reference(values.get("EREF", "")),
        payer_account=_iban(account) or figures.account_key(f"{fields.get('30', '')}{account}"),
        payer_name=figures.plain(fields.get("32", "") + fields.get("33", ""), 200),
        reason_code=figures.plain(values.get("RTRN") or fields.get("34", ""), 40),
    )


def _reference(text: str) -> str:
    text = figures.plain(text, 60)
    return "" if text.upper() in _NOT_PROVIDED else text


def _iban(text: str) -> str:
    compact = figures.account_key(text)
    return compact if _IBAN.fullmatch(compact) else ""
