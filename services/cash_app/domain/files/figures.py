"""Amounts, dates and texts as files write them. Each gives None, or an empty text, for what is none."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.domain.files.normal_form import Control, Reading
from shared.contracts.erp import RemittanceLine
from shared.kernel.money import CURRENCY_EXPONENT, is_exact, round_half_up

_WHOLE: Final = re.compile(r"[+-]?0*[0-9]{1,15}")
_DECIMAL: Final = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{0,5})?")
_REMITTANCE_LINES_MAX: Final = 2_000
_DOCUMENT_CHARACTERS_MAX: Final = 80


def whole(text: str) -> Decimal | None:
    """A whole number, with or without a sign."""
    text = text.strip()
    return Decimal(text) if text.isascii() and _WHOLE.fullmatch(text) else None


def stated(place: str, what: str, text: str, found: Decimal | int, reading: Reading) -> list[Control]:
    """A whole number that the file states about itself, to be compared with `found`; an error where it is none."""
    number = whole(text)
    if number is None:
        reading.wrong(place, f"{what} {text[:30]!r} is no whole number")
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
    """An amount as SWIFT writes it: a comma, which may have nothing behind it."""
    return None if "." in text else decimal(text.replace(",", ".", 1))


def yymmdd(text: str) -> date | None:
    """A date of this century; years from 90 on are of the one before, as the contracts' dates start in 1990."""
    if len(text) != 6 or not text.isascii() or not text.isdigit():
        return None
    year = int(text[:2])
    return day(year + (1900 if year >= 90 else 2000), int(text[2:4]), int(text[4:]))


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


def account_key(text: str) -> str:
    """What the writings of one account number have in common: blanks, hyphens and case do not count."""
    return re.sub(r"[^A-Za-z0-9]", "", text).upper()[:40]


def known_currency(text: str) -> bool:
    return text in CURRENCY_EXPONENT


def fits(amount: Decimal, currency: str) -> bool:
    """Whether the amount has no more places than its currency."""
    return is_exact(amount, currency)


def exact(amount: Decimal, currency: str, place: str, reading: Reading) -> Decimal:
    """The amount at its currency's places; it is an error to have more."""
    if not fits(amount, currency):
        reading.wrong(place, f"{amount} has more places than {currency} is accounted in")
    return round_half_up(amount, currency)


def plain(text: str, characters_max: int) -> str:
    """The text on one line, without control characters, cut to length."""
    return " ".join("".join(c if c.isprintable() else " " for c in text).split())[:characters_max].strip()


def lines_of(content: bytes, reading: Reading) -> Iterator[tuple[int, str]]:
    """The lines that are not blank, numbered from 1. Raises Unreadable where they are too long or the time is over."""
    for number, line in enumerate(decoded(content).splitlines(), start=1):
        place = f"line {number}"
        reading.tick(place)
        if len(line) > reading.limits.line_characters_max:
            reading.give_up(place, f"longer than {reading.limits.line_characters_max:,} characters")
        if line.strip():
            yield number, line.rstrip("\r\n")


def decoded(content: bytes) -> str:
    """UTF-8, with or without its mark; what is not is taken for Latin-1, in which banks write."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("latin-1")


def remittance(lines: Iterable[tuple[str, Decimal, Decimal]]) -> tuple[RemittanceLine, ...]:
    """Document number, cash and discount of each line; lines without a number or without cash say nothing."""
    named: list[RemittanceLine] = []
    for number, amount, discount in lines:
        number = plain(number, _DOCUMENT_CHARACTERS_MAX)
        if number and amount and discount >= 0 and len(named) < _REMITTANCE_LINES_MAX:
            named.append(RemittanceLine(document_number=number, amount=amount, discount=discount))
    return tuple(named)
