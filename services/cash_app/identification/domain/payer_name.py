"""Payers' names as banks write them: what two writings have in common, and how alike they are."""

from __future__ import annotations

import re
import unicodedata
from itertools import pairwise
from typing import Final

from rapidfuzz.fuzz import token_sort_ratio

_LEGAL_FORMS: Final = frozenset(
    word
    for words in (
        "INC INCORPORATED LLC LLP LP LTD LIMITED PLC CORP CORPORATION CO COMPANY GMBH AG KG KGAA OHG EK UG SE SA SAS",
        "SARL SRL SPA BV NV AB OY AS APS PTY PTE THE AND",
    )
    for word in words.split()
)
_WORDS: Final = re.compile(r"[A-Z0-9]+")
_END_CHARACTERS: Final = 4
_TOKENS_MAX: Final = 24


def name_key(name: str) -> str:
    """The name's words without accents, case, punctuation and legal forms: "Müller & Co. KG" is "MULLER"."""
    plain = unicodedata.normalize("NFKD", name.replace("ß", "ss")).encode("ascii", "ignore").decode().upper()
    words = _WORDS.findall(plain.replace("'", ""))
    return " ".join([word for word in words if word not in _LEGAL_FORMS] or words)


def name_tokens(key: str) -> list[str]:
    """What a customer of such a name is looked up by: words, pairs of words, and how long words begin and end.

    A word with one wrong letter still begins or ends right.
    """
    words = key.split()
    pairs = [f"{one} {other}" for one, other in pairwise(words)]
    long = [word for word in words if len(word) > _END_CHARACTERS]
    ends = [token for word in long for token in (f"{word[:_END_CHARACTERS]}*", f"*{word[-_END_CHARACTERS:]}")]
    return sorted({*words, *pairs, *ends})[:_TOKENS_MAX]


def likeness(one: str, other: str) -> float:
    """How alike two name keys are, 0 to 100, whatever the order of their words."""
    return token_sort_ratio(one, other)
