"""Amounts, dates and texts as files write them. Each gives None, or an empty text, for what is none."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.cash_app.bank_files.domain.bank_file import Control
from services.cash_app.bank_files.domain.read_context import ReadContext
from services.cash_app.payments.domain.account_number import account_key
from services.cash_app.payments.domain.payment_identity import is_placeholder
from shared.contracts.erp import PaymentReference, ReferenceKind
from shared.kernel.money import CURRENCY_EXPONENT, is_exact, round_half_up

WORDS_CHARACTERS_MAX: Final = 4_000
"""So many characters of the bank's words are kept with an entry."""
REFERENCE_CHARACTERS_MAX: Final = 60
_REFERENCES_MAX: Final = 30
_WHOLE: Final = re.compile(r"[+-]?0*[0-9]{1,15}")
_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{0,5})?")
_LINE_END: Final = re.compile(r"\r\n|\n|\r")
_CONTROL_CHARACTERS: Final = "\x00\x01\x02\x03\x04\x1a\ufeff"


def whole(text: str) -> Decimal | None:
    """A whole number, with or without a sign."""
    text = text.strip()
    return Decimal(text) if text.isascii() and _WHOLE.fullmatch(text) else None


def stated(place: str, what: str, text: str, found: Decimal | int, context: ReadContext) -> list[Control]:
    """A whole number that the file states about itself, to be compared with `found`; an error where it is none."""
    number = whole(text)
    if number is None:
        context.add_error(place, f"{what} {text[:30]!r} is no whole number")
        return []
    return [Control(place, what, number, Decimal(found))]


def minor_units(number: Decimal, currency: str) -> Decimal:
    """An amount given in the smallest unit of its currency (208500 in USD is 2,085.00)."""
    return number.scaleb(-CURRENCY_EXPONENT[currency])


def decimal(text: str) -> Decimal | None:
    """An amount with a decimal point."""
    text = text.strip()
    return Decimal(text) if text.isascii() and _DECIMAL.fullmatch(text) else None


def decimal_comma(text: str) -> Decimal | None:
    """An amount as SWIFT writes it: a comma, which may have nothing behind it. Zeros before it do not count.

    Some banks write a point for the comma, others group the thousands: the last mark is that of the decimals.
    """
    text = text.strip()
    mark = max(text.rfind(","), text.rfind("."))
    if mark >= 0:
        text = re.sub(r"[.,]", "", text[:mark]) + "." + text[mark + 1 :]
    return decimal(re.sub(r"^0+(?=\d)", "", text))


def yymmdd(text: str) -> date | None:
    """A date of this century; years from 90 on are of the one before, as the contracts' dates start in 1990."""
    if len(text) != 6 or not text.isascii() or not text.isdigit():
        return None
    year = int(text[:2])
    return day(year + (1900 if year >= 90 else 2000), int(text[2:4]), int(text[4:]))


def yymmdd_of_bank_year(text: str) -> date | None:
    """A value date of banks whose months all have thirty days: the 29th and 30th of February are its last day."""
    if text[2:] in {"0229", "0230"} and yymmdd(text) is None:
        first_of_march = yymmdd(f"{text[:2]}0301")
        return first_of_march - timedelta(days=1) if first_of_march else None
    return yymmdd(text)


def iso_date(text: str) -> date | None:
    """The date of an ISO date or date and time."""
    match = re.match(r"(\d{4})-?(\d{2})-?(\d{2})", text.strip(), re.ASCII)
    return day(*map(int, match.groups())) if match else None


def day(year: int, month: int, day_of_month: int) -> date | None:
    """The date, if there is one and contracts take it."""
    if not 1990 <= year <= 2099:
        return None
    try:
        return date(year, month, day_of_month)
    except ValueError:
        return None


def iban(text: str) -> str:
    """The text as an IBAN (ISO 13616); empty where it has not the form of one."""
    compact = account_key(text)
    return compact if re.fullmatch(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", compact, re.A) else ""


def known_currency(text: str) -> bool:
    return text in CURRENCY_EXPONENT


def fits(amount: Decimal, currency: str) -> bool:
    """Whether the amount has no more places than its currency."""
    return is_exact(amount, currency)


def exact(amount: Decimal, currency: str, place: str, context: ReadContext) -> Decimal:
    """The amount at its currency's places; it is an error to have more."""
    if not fits(amount, currency):
        context.add_error(place, f"{amount} has more places than {currency} is accounted in")
    return round_half_up(amount, currency)


def plain(text: str, characters_max: int) -> str:
    """The text on one line, without control characters and invisible marks (of direction, of width), cut to length."""
    shown = "".join(c if c.isprintable() else " " for c in text if unicodedata.category(c) != "Cf")
    return " ".join(shown.split())[:characters_max].strip()


def words(*texts: str) -> str:
    """The bank's words of an entry, each text once."""
    kept: list[str] = []
    for text in texts:
        line = plain(text, WORDS_CHARACTERS_MAX)
        if line and line not in kept:
            kept.append(line)
    return " ".join(kept)[:WORDS_CHARACTERS_MAX].strip()


def reference(text: str) -> str:
    """A reference; empty for what banks write where there is none (zeros, NONREF, NOTPROVIDED)."""
    text = plain(text, REFERENCE_CHARACTERS_MAX)
    return "" if is_placeholder(text) else text


def references(*pairs: tuple[ReferenceKind, str]) -> tuple[PaymentReference, ...]:
    """The references that there are, each once."""
    found: list[PaymentReference] = []
    for kind, text in pairs:
        value = plain(text, 140)
        one = None if is_placeholder(value) else PaymentReference(kind=kind, value=value)
        if one is not None and one not in found and len(found) < _REFERENCES_MAX:
            found.append(one)
    return tuple(found)


def lines_of(content: bytes, context: ReadContext) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, numbered from 1.

    Raises UnreadableFile where they are too long or the time is over.
    """
    for number, line in enumerate(_LINE_END.split(decoded(content)), start=1):
        place = f"line {number}"
        context.check_time(place)
        if len(line) > context.limits.line_characters_max:
            context.fail(place, f"longer than {context.limits.line_characters_max:,} characters")
        line = line.strip(_CONTROL_CHARACTERS)
        if line.strip():
            yield number, line


def decoded(content: bytes) -> str:
    """UTF-8, with or without its mark, or UTF-16 with it; else Latin-1, in which many banks write."""
    if content[:2] in {b"\xff\xfe", b"\xfe\xff"}:
        return content.decode("utf-16", "replace")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")
