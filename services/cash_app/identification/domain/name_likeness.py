"""How alike a payer's name and a customer's name are, and how strong that evidence is.

Names are compared letter by letter. What many companies have in common (legal forms, words such as Trading, numbers)
makes no two of them alike: the other words have to be alike too. In scripts without capitals, where one letter makes
another word, letters have to be the same. Latin letters for a name of another script are weaker evidence.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from rapidfuzz.fuzz import ratio, token_sort_ratio

from services.cash_app.identification.domain.legal_forms import AND_WORDS
from services.cash_app.identification.domain.payer_name import (
    Words,
    WrittenName,
    base_letters,
    is_common,
    is_number,
    read_name,
    uncased,
)

DOUBTFUL_MAX: Final = 79.0
"""Of names that differ where no difference is a slip of the pen. No policy identifies a customer by so little."""
_COMMON_WORDS_ONLY_MAX: Final = 40.0
_SHORT_CHARACTERS_MAX: Final = 4
_FORM_MISSING_POINTS: Final = 2.0
"""Deducted where only one of the two names has a legal form."""


class NamePoints(NamedTuple):
    """What weaker evidence costs, in points of likeness; see the policy's `identification`."""

    other_legal_form: float = 8.0
    transliterated: float = 10.0


class Likeness(NamedTuple):
    """`letters`: how alike the names are, 0 to 100; `score`: the same less what weaker evidence costs."""

    score: float
    letters: float
    note: str = ""
    """What weakens the evidence, to be read after "is named"."""


UNLIKE: Final = Likeness(0.0, 0.0)
AS_SHIPPED: Final = NamePoints()


def likeness(one: str, other: str, points: NamePoints = AS_SHIPPED) -> Likeness:
    """How alike two names are, whatever the order of their words. Names without letters are like no other."""
    a, b = read_name(one), read_name(other)
    if not a.letters or not b.letters:
        return UNLIKE
    if a.letters == b.letters:
        return Likeness(100.0, 100.0)
    letters, note, cost = _letters(a, b), "", 0.0
    if letters < 100 and bool(a.in_latin) != bool(b.in_latin):
        transliterated = _transliterated(a, b)
        if transliterated > letters:
            letters, note, cost = transliterated, "in Latin letters", points.transliterated
    if a.forms != b.forms:
        if a.forms and b.forms:
            note, cost = f"{note}, with another legal form".removeprefix(", "), cost + points.other_legal_form
        else:
            cost += _FORM_MISSING_POINTS
    return Likeness(max(letters - cost, 0.0), letters, note)


def _letters(a: WrittenName, b: WrittenName) -> float:
    """Letter by letter; letters with accents are like those that a bank writes for them, and like no others."""
    pairs = {(a.core, b.core): None}
    pairs |= {(a.core, spelling): None for spelling in b.spellings}
    pairs |= {(spelling, b.core): None for spelling in a.spellings}
    if _same_but_for_lost_accents(a.core, b.core):
        pairs[a.spellings[0], b.spellings[0]] = None
    best = max(_alike(*_without_and(one, other)) for one, other in pairs)
    if _unlike_letters(a.core, b.core) or _unlike_numbers(a.core, b.core):
        return min(best, DOUBTFUL_MAX)
    if best < 100 and _unlike_short_words(a.spellings[0], b.spellings[0]):
        return min(best, DOUBTFUL_MAX)
    return best


def _transliterated(a: WrittenName, b: WrittenName) -> float:
    """The name of another script in Latin letters; common words are recognised before they are transliterated."""
    foreign, latin = (a, b) if a.in_latin else (b, a)
    if _only_common(foreign.core) or _only_common(latin.core):
        return 0.0
    found = max(_alike(foreign.in_latin, spelling) for spelling in latin.spellings)
    return min(found, DOUBTFUL_MAX) if _unlike_numbers(foreign.in_latin, latin.core) else found


def _alike(one: Words, other: Words) -> float:
    """The likeness of all words, and of those that distinguish the names: the lower of the two."""
    whole = _ratio(one, other)
    telling = tuple(word for word in one if not is_common(word)), tuple(word for word in other if not is_common(word))
    if not all(telling):
        return whole if sorted(one) == sorted(other) else min(whole, _COMMON_WORDS_ONLY_MAX)
    return min(whole, _ratio(*telling))


def _ratio(one: Words, other: Words) -> float:
    """Words in any order; or the letters one after the other, wherever the blanks are."""
    return max(token_sort_ratio(" ".join(one), " ".join(other)), ratio("".join(one), "".join(other)))


def _only_common(words: Words) -> bool:
    return all(is_common(word) for word in words)


def _same_but_for_lost_accents(one: Words, other: Words) -> bool:
    """Whether the names differ only in accents that one of the two lacks, letter by letter."""
    a, b = " ".join(one), " ".join(other)
    return len(a) == len(b) and all(
        x == y or base_letters(x) == y or x == base_letters(y) for x, y in zip(a, b, strict=True)
    )


def _without_and(one: Words, other: Words) -> tuple[Words, Words]:
    """Where one name has "&" and the other writes it as a word, both without it."""
    if ("&" in one) == ("&" in other):
        return one, other
    with_sign, with_word = (one, other) if "&" in one else (other, one)
    inner = with_word[1:-1]
    if not AND_WORDS & set(inner):
        return one, other
    left = tuple(word for word in with_sign if word != "&")
    right = (with_word[0], *(word for word in inner if word not in AND_WORDS), with_word[-1])
    return (left, right) if "&" in one else (right, left)


def _unlike_letters(one: Words, other: Words) -> bool:
    """Whether letters of scripts without capitals differ."""
    if not any(map(uncased, one)) or not any(map(uncased, other)):
        return False
    a, b = [uncased(word) for word in one], [uncased(word) for word in other]
    return "".join(a) != "".join(b) and sorted(filter(None, a)) != sorted(filter(None, b))


def _unlike_short_words(one: Words, other: Words) -> bool:
    """Whether a short word stands for another one: Bank and Bahn, Li and Lin are no slips of the pen."""
    a, b = sorted(set(one) - set(other)), sorted(set(other) - set(one))
    if len(a) != len(b):
        return False
    return any(max(len(x), len(y)) <= _SHORT_CHARACTERS_MAX for x, y in zip(a, b, strict=True))


def _unlike_numbers(one: Words, other: Words) -> bool:
    """Whether the names count differently (Plant 7, Plant 8; Fund II, Fund III), or have other initials."""
    if sorted(filter(is_number, one)) != sorted(filter(is_number, other)):
        return True
    a, b = ({word for word in words if len(word) == 1 and word.islower()} for words in (one, other))
    return bool(a and b and a != b)
