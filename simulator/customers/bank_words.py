"""How payers write what they pay into the free text of a transfer, in their own language.

Numbers stand in lists, with blanks or without their prefix, and as ranges. Only documents that the payment settles
are named: a range never includes a number that is not paid.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from random import Random
from typing import Final


@dataclass(frozen=True, slots=True)
class Language:
    """What a payer writes before numbers, between the last two, and within a range."""

    labels: Sequence[str]
    order_labels: Sequence[str]
    last: str
    up_to: str
    thanks: Sequence[str] = ("",)


ENGLISH: Final = Language(
    ("INV", "INVOICE", "Invoices", "INV NO."), ("PO", "Order", "P.O."), " and ", " to ", ("", "", "thank you")
)
GERMAN: Final = Language(
    ("Rechnung", "RG-NR.", "Rechnungen Nr.", "RE"), ("Auftrag", "Bestellung"), " und ", " bis ", ("", "vielen Dank")
)
FRENCH: Final = Language(("Facture", "FACT.", "Factures no."), ("Commande", "CDE"), " et ", " au ")
SPANISH: Final = Language(("Factura", "FACTURAS"), ("Pedido",), " y ", " a ", ("", "gracias"))
POLISH: Final = Language(("Faktura", "FV", "Faktury nr"), ("Zamówienie",), " i ", " do ")
JAPANESE: Final = Language(("請求書番号",), ("注文番号",), "、", "~")
ARABIC: Final = Language(("فاتورة رقم",), ("طلب رقم",), " و ", " - ")
RUSSIAN: Final = Language(("Оплата по счету №", "счета"), ("заказ №",), " и ", " - ")

_BETWEEN: Final = (", ", " ", "/", "; ", ",")
_RANGE_FROM: Final = 3
"""So many consecutive numbers are written as a range by those who write ranges."""


def words_for_documents(numbers: Sequence[str], language: Language, cast: Random) -> str:
    """The numbers as a payer writes them, in one line."""
    label = cast.choice(language.labels)
    between, style = cast.choice(_BETWEEN), cast.randrange(4)
    runs = _runs(sorted(numbers)) if cast.randrange(2) else [[number] for number in sorted(numbers)]
    written: list[str] = []
    for run in runs:
        shown = [_in_style(number, style) for number in run]
        written += [f"{shown[0]}{language.up_to}{shown[-1]}"] if len(run) >= _RANGE_FROM else shown
    return _line(label, written, between, language, cast)


def words_for_order(number: str, language: Language, cast: Random) -> str:
    """The order's number instead of its invoice's."""
    return _line(cast.choice(language.order_labels), [number], " ", language, cast)


def _line(label: str, numbers: Sequence[str], between: str, language: Language, cast: Random) -> str:
    head = between.join(numbers[:-1])
    listed = f"{head}{language.last}{numbers[-1]}" if head else numbers[-1]
    return f"{label} {listed} {cast.choice(language.thanks)}".strip()


def _in_style(number: str, style: int) -> str:
    """As most payers do, the number as it is printed; some write a blank for the dash."""
    return number.replace("-", " ") if style == 1 else number


def _runs(numbers: Sequence[str]) -> list[list[str]]:
    """Consecutive numbers of one series together."""
    runs: list[list[str]] = [[numbers[0]]]
    for one, following in pairwise(numbers):
        if _follows(one, following):
            runs[-1].append(following)
        else:
            runs.append([following])
    return runs


def _follows(one: str, following: str) -> bool:
    """Whether both are of one series, and the next in it."""
    series, _, number = one.rpartition("-")
    other_series, _, other = following.rpartition("-")
    digits = number.isdecimal() and other.isdecimal() and len(number) == len(other)
    return digits and series == other_series and int(other) == int(number) + 1
