"""Which format a file has, and its reader."""

from __future__ import annotations

import re
from datetime import date
from typing import Final, get_args

from services.cash_app.bank_files.domain.bai2 import read_bai2
from services.cash_app.bank_files.domain.bank_file import BankFile, Format
from services.cash_app.bank_files.domain.camt import read_camt
from services.cash_app.bank_files.domain.delimited import (
    CARD_COLUMNS,
    RemittanceMapping,
    read_card_settlement,
    read_remittance_csv,
)
from services.cash_app.bank_files.domain.iso20022 import message_of
from services.cash_app.bank_files.domain.lockbox import read_lockbox
from services.cash_app.bank_files.domain.mt940 import read_mt940
from services.cash_app.bank_files.domain.parsing import decoded
from services.cash_app.bank_files.domain.read_context import FileError, Limits, UnreadableFile
from services.cash_app.bank_files.domain.remt001 import read_remt001
from services.cash_app.bank_files.domain.x12_820 import read_820

FORMATS: Final[tuple[Format, ...]] = get_args(Format)
_HEAD_BYTES: Final = 20_000
_INSTEAD: Final = "ask the bank for camt.053, MT940 or BAI2"
_NACHA: Final = re.compile(r"101[ 0-9]{10}[ 0-9A-Z]{10}\d{6}.{4}.094", re.A | re.S)
_NOT_READ: Final[tuple[tuple[re.Pattern[str], str], ...]] = (
    (_NACHA, "a NACHA (ACH) file, which orders payments and shows no money received: ask the bank for BAI2, or for the "
             "EDI 820 of its addenda"),
    (re.compile(r"OFXHEADER|<OFX>", re.A), f"an OFX file, which has no bank references that last: {_INSTEAD}"),
    (re.compile(r"!Type:|!Account", re.A), f"a QIF file, which has no bank references: {_INSTEAD}"),
    (re.compile(r"\{2:[IO]103|:23B:", re.A), f"an MT103, a single payment's order: {_INSTEAD}"),
    (re.compile(r"\{2:[IO]910"), f"an MT910, a single credit's confirmation: {_INSTEAD}"),
    (re.compile(r"\{2:[IO](941|950)", re.A), f"an MT941 or MT950, a statement between banks: {_INSTEAD}"),
    (re.compile(r"0000\d{6}\d{3}05", re.A), f"a CODA statement: {_INSTEAD}"),
    (re.compile(r"%PDF-"), f"a PDF: {_INSTEAD}"),
    (re.compile(r"PK\x03\x04"), "a ZIP archive: unpack it, and import the files in it one by one"),
)  # fmt: skip


def recognise(content: bytes, payer: str | None = None) -> Format | None:
    """The format by the file's first bytes; a list of a payer with a mapping is taken for that payer's remittance."""
    head = _head(content)
    message = message_of(head)
    if message in {"camt.052", "camt.053", "camt.054", "remt.001"}:
        return message  # type: ignore[return-value]  # one of the formats
    if head.startswith("01,"):
        return "bai2"
    if head.startswith("ISA"):
        return "x12-820"
    if ":20:" in head and re.search(r":25P?:", head):
        return "mt942" if _is_interim(head) else "mt940"
    if head.startswith(",".join(CARD_COLUMNS[:3])):
        return "card-csv"
    if not_read(content) is not None:
        return None
    if head[:1] == "1" and head[:3].isdigit():
        return "lockbox"
    return "remittance-csv" if payer else None


def not_read(content: bytes) -> str | None:
    """What a file is that is known and not read, with what to do instead; None for what is not known either."""
    head = _head(content)
    message = message_of(head)
    if message and message not in FORMATS:
        return f"an ISO 20022 {message}, which is no statement of an account: ask the bank for camt.053 or camt.054"
    return next((what for pattern, what in _NOT_READ if pattern.match(head) or _within(pattern, head)), None)


def _within(pattern: re.Pattern[str], head: str) -> bool:
    """SWIFT's header blocks and OFX's tags may stand behind others on the first lines."""
    return pattern.pattern.startswith((r"\{2:", "OFX")) and pattern.search(head[:500]) is not None


def _head(content: bytes) -> str:
    first = content[:_HEAD_BYTES]
    utf_16 = first[:2] in {b"\xff\xfe", b"\xfe\xff"}
    text = decoded(first) if utf_16 else first.decode("utf-8-sig", "replace")
    return text.lstrip(" \t\r\n\x00\x01\x02\x03")


def _is_interim(head: str) -> bool:
    """An MT942 by its SWIFT header, or by what it has and an MT940 has not."""
    if re.search(r"\{2:[IO]942", head):
        return True
    return re.search(r":(34F|13D|90[CD]):", head) is not None and re.search(r":(60|62)[FM]:", head) is None


def read(
    content: bytes,
    format_: Format,
    limits: Limits,
    *,
    mapping: RemittanceMapping | None = None,
    received_on: date | None = None,
) -> BankFile:
    """The file in the one form. Raises UnreadableFile with everything that is wrong with it."""
    if len(content) > limits.bytes_max:
        raise UnreadableFile([FileError("file", f"larger than {limits.bytes_max:,} bytes: split it")])
    match format_:
        case "bai2":
            return read_bai2(content, limits)
        case "mt940" | "mt942":
            return read_mt940(content, format_, limits)
        case "camt.052" | "camt.053" | "camt.054":
            return read_camt(content, format_, limits)
        case "lockbox":
            return read_lockbox(content, limits)
        case "x12-820":
            return read_820(content, limits)
        case "remt.001":
            return read_remt001(content, limits)
        case "card-csv":
            return read_card_settlement(content, limits)
        case "remittance-csv":
            if mapping is None or received_on is None:
                raise UnreadableFile(
                    [FileError("file", "a remittance list needs its payer's mapping: PUT /remittance-mappings/{payer}")]
                )
            return read_remittance_csv(content, mapping, received_on, limits)
