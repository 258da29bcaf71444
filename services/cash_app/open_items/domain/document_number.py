"""Document numbers as payers write them."""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Final

_KEYS_KEPT_MAX: Final = 8_192
"""A number is asked for several times while its batch is handled."""
_PREFIX: Final = re.compile(r"^(?:(?:INVOICE|INV|RECHNUNG|RE|RG|BILL|DOC|NUMBER|NR|NO|#)\W*)+(?=\d)")
_PARTS: Final = re.compile(r"[A-Z]+|\d+")
_DIGITS_AT_LEAST: Final = 3
"""Fewer digits than this identify no document by themselves."""


@lru_cache(maxsize=_KEYS_KEPT_MAX)
def document_key(number: str) -> str:
    """What two writings of one document number have in common: blanks and case do not count.

    Nothing else is forgiven here; "INV-10" and "INV10" are two documents.
    """
    return "".join(number.split()).upper()


@lru_cache(maxsize=_KEYS_KEPT_MAX)
def reference_key(number: str) -> str:
    """The letters and digits of a number, each group of digits without the zeros in front.

    What "1000-00000031", "1000/31" and "1000 00031" have in common: "100031". Two documents may have one key.
    """
    return "".join(part.lstrip("0") for part in _PARTS.findall(document_key(number)))


def loose_tail(number: str) -> str:
    """The number's digits and letters without prefix words, punctuation and the zeros in front.

    "Inv. 1000-000123" is "1000000123", "000123" is "123". Empty where too few digits are left to distinguish documents.
    """
    bare = _PREFIX.sub("", document_key(number))
    tail = "".join(_PARTS.findall(bare)).lstrip("0")
    return tail if sum(map(str.isdigit, tail)) >= _DIGITS_AT_LEAST else ""


def tails_of(number: str) -> set[str]:
    """All that a payer may have written for the number: the whole of it, or from one of its parts on."""
    parts = _PARTS.findall(document_key(number))
    whole = {loose_tail("".join(parts[start:])) for start in range(len(parts))}
    bare = {loose_tail("".join(part.lstrip("0") for part in parts[start:])) for start in range(len(parts))}
    return (whole | bare) - {""}


def is_near(written: str, number: str) -> bool:
    """Whether one character is wrong, or two neighbours are swapped; blanks, prefix and zeros aside."""
    return any(_one_off(loose_tail(written), tail) for tail in tails_of(number))


def _one_off(one: str, other: str) -> bool:
    if len(one) != len(other) or len(one) <= _DIGITS_AT_LEAST:
        return False
    differing = [n for n, (a, b) in enumerate(zip(one, other, strict=True)) if a != b]
    if len(differing) == 1:
        return True
    if len(differing) != 2 or differing[1] != differing[0] + 1:
        return False
    first, second = differing
    return one[first] == other[second] and one[second] == other[first]
