"""Payers' names as banks write them, in any script: their letters, their words, and what a customer is looked up by.

Letters are made comparable by Unicode's own rules (NFKC and case folding); nothing is left out but what cannot be seen,
punctuation, and vowel points that are written or not as one likes (Arabic and Hebrew).
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Final

from anyascii import anyascii

from services.cash_app.identification.domain import legal_forms

Words = tuple[str, ...]

KEY_CHARACTERS_MAX: Final = 400
"""A longer key (one character may stand for a whole phrase) ends in its hash, so that no two become equal."""
_TOKEN_CHARACTERS_MAX: Final = 64
_TOKENS_MAX: Final = 48
_END_CHARACTERS: Final = 4
_CACHED_NAMES: Final = 10_000

_APOSTROPHES: Final = str.maketrans("", "", "'’‘ʼʹ′`״׳")
_BEFORE: Final = str.maketrans({"ı": "i", "İ": "i", "´": "'", "＇": "'"})
_OPTIONAL_MARKS: Final = re.compile("[\u0640\u064b-\u065f\u0670\u0591-\u05bd\u05bf\u05c1\u05c2\u05c4\u05c5\u05c7]")
"""Arabic tatweel and vowel signs, Hebrew points."""
_INVISIBLE: Final = frozenset("\u034f\u115f\u1160\u3164\uffa0\u17b4\u17b5\u2800") | {
    chr(n) for n in range(0xFE00, 0xFE10)
}
_QUOTED_IN_HEBREW: Final = re.compile(r'(?<=[\u05d0-\u05ea])"(?=[\u05d0-\u05ea])')
_INITIALS: Final = re.compile(r"(?<!\w)[^\W\d_](?:[./] ?[^\W\d_](?!\w))+\.?")
"""Single letters with dots or strokes between them: S.p.A., A/S, J. P."""
_ABBREVIATED: Final = re.compile("|".join(map(re.escape, legal_forms.ABBREVIATED)))
_BANK_KANA: Final = {"カ": "株式会社", "ユ": "有限会社", "ド": "合同会社"}
_BANK_KANA_FORM: Final = re.compile(r"^([カユド])\)|\(([カユド])\)?$")
"""How Japanese banks write legal forms before and after a name in kana."""
_JOINED: Final = re.compile(
    "|".join(
        unicodedata.normalize("NFKC", word)
        for word in sorted((*legal_forms.JOINED_FORMS, *legal_forms.JOINED_COMMON_WORDS), key=len, reverse=True)
    )
)
_BASE_LETTERS: Final = str.maketrans(
    {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "ħ": "h", "ŧ": "t", "ŋ": "n", "ə": "e"}
    | {"ё": "е", "ґ": "г"}
)
_TWO_LETTERS: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
_ONE_FOR_RING: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe"})


@dataclass(frozen=True, slots=True)
class WrittenName:
    """A name ready to be compared."""

    letters: Words
    """All its words, as written but for case, width and punctuation."""
    core: Words
    """Without legal forms; all its words where it has no others."""
    forms: frozenset[str]
    """Its legal forms, each by its first writing in the list; those that only mean "company" left out."""
    spellings: tuple[Words, ...]
    """The core in the base letters of the alphabet, and with ä as ae, ø as oe, å as aa: what a bank's plain letters may
    stand for."""
    in_latin: Words
    """The core in Latin letters; empty where it has no others."""

    @property
    def key(self) -> str:
        """What learned names are kept under: equal for exactly the same letters; empty where there are none."""
        return _bounded_key(self.letters)

    @property
    def taught_as(self) -> tuple[str, ...]:
        """Keys under which a clerk may have taught the name, the surest first: the whole name, and without its legal
        form. A name that was taught with one form is no other form's.
        """
        if not self.forms or all(map(is_common, self.core)):
            return (self.key,)
        return tuple(dict.fromkeys((self.key, _bounded_key(self.core))))


def name_key(name: str) -> str:
    """The name's letters without case, width, accents' encoding, blanks and punctuation; empty where it has none."""
    return read_name(name).key


@lru_cache(maxsize=_CACHED_NAMES)
def read_name(name: str) -> WrittenName:
    """The words of a name, its legal forms and its other spellings."""
    letters = _words(name)
    if letters in _NO_NAMES:
        letters = ()
    core, forms = _without_forms(letters)
    plain = tuple(base_letters(word) for word in core)
    spellings = {plain: None}
    for table in (_TWO_LETTERS, _ONE_FOR_RING):
        spellings[tuple(base_letters(word.translate(table)) for word in core)] = None
    latin = () if all(word.isascii() for word in plain) else _words(anyascii(" ".join(core)))
    return WrittenName(letters, core, forms, tuple(spellings), latin)


def base_letters(word: str) -> str:
    """The word without the accents of Latin and Greek letters. In other scripts a mark makes another letter."""
    if word.isascii():
        return word
    return "".join(_base_letter(letter) for letter in word.translate(_BASE_LETTERS))


def is_common(word: str) -> bool:
    """Whether so many companies have the word, or a number like it, that it identifies none of them."""
    return word in _COMMON or base_letters(word) in _COMMON or is_number(word)


def is_number(word: str) -> bool:
    """Whether the word counts: in figures, or Roman ones as far as twenty."""
    return word.isdigit() or word in _ROMAN


def name_tokens(name: str) -> list[str]:
    """What a customer of such a name is looked up by.

    The whole name, words, pairs of words, and how long words begin and end: a word with one wrong letter still begins
    or ends right. Of words in scripts without blanks each pair of letters.
    """
    written = read_name(name)
    if not written.key:
        return []
    found: set[str] = set()
    for words in dict.fromkeys((*written.spellings, written.in_latin)):
        found |= {token for word in words for token in _word_tokens(word)}
        found |= {f"{one} {other}" for one, other in pairwise(words)}
    parts = sorted({token[:_TOKEN_CHARACTERS_MAX] for token in found})
    return [f"={written.key}"[:_TOKEN_CHARACTERS_MAX], *parts[: _TOKENS_MAX - 1]]


def uncased(word: str) -> str:
    """The letters of scripts without capitals, where one letter more or less makes another name."""
    return "" if word.isascii() else "".join(c for c in word if unicodedata.category(c) in ("Lo", "Lm", "Mn", "Mc"))


def _bounded_key(words: Words) -> str:
    key = " ".join(words)
    if len(key) <= KEY_CHARACTERS_MAX:
        return key
    return key[: KEY_CHARACTERS_MAX - 65] + " " + hashlib.sha256(key.encode()).hexdigest()


def _word_tokens(word: str) -> list[str]:
    if len(word) > 1 and _is_without_blanks(word):
        return [one + other for one, other in pairwise(word)]
    if len(word) <= _END_CHARACTERS:
        return [word]
    return [word, f"{word[:_END_CHARACTERS]}*", f"*{word[-_END_CHARACTERS:]}"]


def _is_without_blanks(word: str) -> bool:
    """Whether the word's script may do without blanks: Chinese, Japanese, Korean, Thai, Lao, Khmer, Burmese."""
    first = ord(word[0])
    return (
        0x2E80 <= first <= 0x9FFF
        or 0xAC00 <= first <= 0xD7AF
        or 0xF900 <= first <= 0xFAFF
        or 0x20000 <= first <= 0x3FFFF
        or 0x0E00 <= first <= 0x0EFF
        or 0x1000 <= first <= 0x109F
        or 0x1780 <= first <= 0x17FF
    )


def _words(name: str) -> Words:
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFC", name).translate(_BEFORE)).translate(_BEFORE)
    text = unicodedata.normalize("NFKC", text.casefold())
    text = "".join(c for c in text if unicodedata.category(c) != "Cf" and c not in _INVISIBLE)
    text = _QUOTED_IN_HEBREW.sub("", _OPTIONAL_MARKS.sub("", text)).translate(_APOSTROPHES)
    text = _BANK_KANA_FORM.sub(lambda found: f" {_BANK_KANA[found[1] or found[2]]} ", text.strip())
    text = _ABBREVIATED.sub(lambda found: f" {legal_forms.ABBREVIATED[found[0]]} ", text)
    text = _INITIALS.sub(lambda found: f" {re.sub(r'[./ ]', '', found[0])} ", text)
    text = _JOINED.sub(lambda found: f" {found[0]} ", text)
    return tuple("".join(_letter_or_blank(text)).split())


def _letter_or_blank(text: str) -> list[str]:
    """Letters, their marks and figures; a blank for all else; "&" and "+" are words of their own."""
    found: list[str] = []
    for c in text:
        kind = unicodedata.category(c)
        if kind == "Nd":
            found.append(str(unicodedata.decimal(c)))
        elif kind[0] in "LN" or (kind[0] == "M" and found and found[-1] != " "):
            found.append(c)
        else:
            found.append(" & " if c in "&+" else " ")
    return found


def _base_letter(letter: str) -> str:
    if letter.isascii():
        return letter
    base = unicodedata.normalize("NFD", letter)[0]
    return base if base.isascii() or "\u0370" <= base <= "\u03ff" else letter


def _without_forms(letters: Words) -> tuple[Words, frozenset[str]]:
    words, found = list(letters), set()
    if len(words) > 1 and words[0] == "the":
        words = words[1:]
    while words and (read := _form_at_the_end(words) or _form_before(words)):
        words, form = read
        found.add(form)
        while words and words[-1] == "&":
            words.pop()
    return tuple(words) or letters, frozenset(found - _WITHOUT_WEIGHT)


def _form_at_the_end(words: list[str]) -> tuple[list[str], str] | None:
    for length in range(min(_FORM_WORDS_MAX, len(words)), 0, -1):
        form = _FORMS.get(tuple(words[-length:]))
        if form is not None:
            return words[:-length], form
    return None


def _form_before(words: list[str]) -> tuple[list[str], str] | None:
    for length in range(min(_FORM_WORDS_MAX, len(words)), 0, -1):
        if tuple(words[:length]) in _PREFIXED:
            return words[length:], _FORMS[tuple(words[:length])]
    return None


def _forms() -> dict[Words, str]:
    """By words: the form's first writing. Writings also without accents, and with dots as single letters."""
    found: dict[Words, str] = {}
    for line in legal_forms.LEGAL_FORMS.strip().splitlines():
        writings = [writing.strip() for writing in line.split(", ")]
        for writing in writings:
            words = _words(writing)
            apart = tuple("".join(words)) if "." in writing and len(words) == 1 else words
            for spelling in (words, tuple(map(base_letters, words)), apart):
                found.setdefault(spelling, writings[0])
    return found


_NO_NAMES: Final = frozenset(
    _words(name)
    for name in (
        "not provided", "notprovided", "not available", "n/a", "none", "nil", "no name", "unknown", "unknown payer",
        "unbekannt", "inconnu", "desconocido", "sconosciuto", "onbekend", "various", "diverse", "verschiedene",
    )
)  # fmt: skip
"""What banks write where they know no name. It would make all such payers one."""
_ROMAN: Final = frozenset(
    (
        "ii",
        "iii",
        "iv",
        "vi",
        "vii",
        "viii",
        "ix",
        "xi",
        "xii",
        "xiii",
        "xiv",
        "xv",
        "xvi",
        "xvii",
        "xviii",
        "xix",
        "xx",
    )
)
_FORMS: Final = _forms()
_FORM_WORDS_MAX: Final = max(map(len, _FORMS))
_PREFIXED: Final = frozenset(words for prefix in legal_forms.PREFIXED if (words := _words(prefix.strip())) in _FORMS)
_WITHOUT_WEIGHT: Final = frozenset(legal_forms.NO_FORMS_OF_THEIR_OWN)
_COMMON: Final = frozenset(
    spelling
    for words in (*legal_forms.COMMON_WORDS.replace("\n", " ").split(","), *legal_forms.JOINED_COMMON_WORDS)
    for word in _words(words)
    for spelling in (word, base_letters(word))
) | frozenset(words[0] for words in _FORMS if len(words) == 1)
