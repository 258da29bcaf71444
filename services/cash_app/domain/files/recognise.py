"""Which format a file has, and its reader."""

from __future__ import annotations

from datetime import date
from typing import Final, get_args

from services.cash_app.domain.files.bai2 import read_bai2
from services.cash_app.domain.files.camt import read_camt
from services.cash_app.domain.files.delimited import (
    CARD_COLUMNS,
    RemittanceMapping,
    read_card_settlement,
    read_remittance_csv,
)
from services.cash_app.domain.files.lockbox import read_lockbox
from services.cash_app.domain.files.mt940 import read_mt940
from services.cash_app.domain.files.normal_form import BankFile, Fault, Format, Limits, Unreadable
from services.cash_app.domain.files.remt001 import read_remt001
from services.cash_app.domain.files.x12_820 import read_820
from services.cash_app.domain.files.xml import message_of

FORMATS: Final[tuple[Format, ...]] = get_args(Format)
_HEAD_BYTES: Final = 4_000


def recognise(content: bytes, payer: str | None = None) -> Format | None:
    """The format by the file's first bytes; a list of a payer with a mapping is taken for that payer's remittance."""
    head = content[:_HEAD_BYTES].removeprefix(b"\xef\xbb\xbf").lstrip()
    message = message_of(head)
    if message in {"camt.053", "camt.054", "remt.001"}:
        return message  # type: ignore[return-value]  # one of the formats
    if head.startswith(b"01,"):
        return "bai2"
    if head.startswith(b"ISA"):
        return "x12-820"
    if b":20:" in head and b":25:" in head:
        return "mt940"
    if head.startswith(",".join(CARD_COLUMNS[:3]).encode()):
        return "card-csv"
    if head[:1] == b"1" and head[:3].isdigit():
        return "lockbox"
    return "remittance-csv" if payer else None


def read(
    content: bytes,
    format_: Format,
    limits: Limits,
    *,
    mapping: RemittanceMapping | None = None,
    received_on: date | None = None,
) -> BankFile:
    """The file in the normal form. Raises Unreadable with everything that is wrong with it."""
    if len(content) > limits.bytes_max:
        raise Unreadable([Fault("file", f"larger than {limits.bytes_max:,} bytes: split it")])
    match format_:
        case "bai2":
            return read_bai2(content, limits)
        case "mt940":
            return read_mt940(content, limits)
        case "camt.053" | "camt.054":
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
                raise Unreadable(
                    [Fault("file", "a remittance list needs its payer's mapping: PUT /remittance-mappings/{payer}")]
                )
            return read_remittance_csv(content, mapping, received_on, limits)
