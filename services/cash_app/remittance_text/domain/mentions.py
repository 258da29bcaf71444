"""Numbers of documents in a payer's own words, as the bank passes them on.

A text is read without knowing any document: each mention lists the keys under which its document may be known. Mentions
overlap where a text can be read in several ways; `choose` keeps those that documents answer to.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, Generic, NamedTuple, TypeVar

from services.cash_app.remittance_text.domain.labels import (
    CONNECTORS,
    DATE_WORDS,
    LABELS,
    NEUTRAL,
    RANGE_WORDS,
    WEAK_LABELS,
    Label,
)
from services.cash_app.remittance_text.domain.number_keys import LAST_DIGITS, keys_of, series_of
from services.cash_app.remittance_text.domain.other_numbers import without_other_numbers

D = TypeVar("D")

CHARACTERS_READ_MAX: Final = 4_000
_FRAGMENTS_MAX: Final = 600
_FRAGMENTS_OF_A_NUMBER_MAX: Final = 6
_NUMBER_CHARACTERS_MAX: Final = 40
_SURE_DIGITS: Final = 6
"""So many digits alone are hardly a document's number by chance."""
_FRAGMENT: Final = re.compile(r"[A-Z0-9]+")
_ONE_NUMBER: Final = re.compile(r"[\s./_#:*-]*")
_YEAR: Final = re.compile(r"(?:19|20)\d\d")
_LETTERS: Final = str.maketrans({"Ł": "L", "Ø": "O", "ß": "SS", "–": "-", "—": "-", "‐": "-", "−": "-", "º": "O"})


class Mention(NamedTuple):
    """A number, or a range of numbers, in a text."""

    first: int
    last: int
    """The fragments of the text that it is read from."""
    written: str
    label: Label
    numbers: tuple[tuple[str, ...], ...]
    """Of each number the keys under which its document may be known, the likeliest first."""
    sure: bool
    """Whether the number can hardly be one by chance: it is labelled, or long, or has letters or dashes in it."""
    names_a_document: bool
    """Whether it is a document's number even where that is not known: it stands by itself behind a plain label."""


@dataclass(frozen=True, slots=True)
class Chosen(Generic[D]):
    """A mention with the documents that it names."""

    mention: Mention
    documents: tuple[D, ...]
    sure: bool


class _Fragment(NamedTuple):
    text: str
    before: str
    """What stands between it and the fragment before."""
    start: int
    end: int


class _Written(NamedTuple):
    """A number as it is written, on the fragments from `first` to `last`."""

    first: int
    last: int
    text: str
    label: Label


@lru_cache(maxsize=4_096)
def read_mentions(text: str) -> tuple[Mention, ...]:
    """All numbers in the text that may be documents, in the order of the text; overlapping ones included."""
    plain = _plain(text[:CHARACTERS_READ_MAX])
    if not any(map(str.isdigit, plain)):
        return ()
    cleaned = without_other_numbers(plain)
    fragments = _fragments(cleaned)
    labels, label_words = _labels(fragments)
    found: list[Mention] = []
    written = [one for first in range(len(fragments)) for one in _numbers_from(first, fragments, labels, cleaned)]
    by_first: dict[int, list[_Written]] = {}
    for one in written:
        by_first.setdefault(one.first, []).append(one)
    for one in written:
        found += _mentions_of(one, fragments, label_words)
        found += _ranges(one, fragments, by_first, cleaned)
    return tuple(found)


def keys_in(text: str) -> set[str]:
    """All keys under which documents named in the text may be known."""
    return {key for mention in read_mentions(text) for keys in mention.numbers for key in keys}


def customers_in(text: str) -> set[str]:
    """Numbers in the text that are called a customer's."""
    return {mention.written for mention in read_mentions(text) if mention.label == "customer"}


def choose(mentions: Sequence[Mention], known: Callable[[Mention, str], tuple[Sequence[D], bool]]) -> list[Chosen[D]]:
    """The mentions that name documents, without overlaps: longer readings before shorter ones, sure ones first.

    `known` gives the documents of a key, and whether the key alone is enough to mean them. A range counts where
    documents answer to both of its ends.
    """
    answered = [answer for answer in (_answer(mention, known) for mention in mentions) if answer]
    answered.sort(key=lambda a: (not a.sure, a.mention.first - a.mention.last, len(a.mention.numbers), a.mention.first))
    taken: set[int] = set()
    chosen: list[Chosen[D]] = []
    for answer in answered:
        covered = range(answer.mention.first, answer.mention.last + 1)
        if taken.isdisjoint(covered):
            taken.update(covered)
            chosen.append(answer)
    return sorted(chosen, key=lambda answer: answer.mention.first)


def unknown_numbers(mentions: Sequence[Mention], chosen: Sequence[Chosen[D]]) -> list[Mention]:
    """Numbers that are called documents and that no document answers to, each in its longest reading."""
    taken = {n for one in chosen for n in range(one.mention.first, one.mention.last + 1)}
    found: list[Mention] = []
    for mention in sorted(mentions, key=lambda m: (m.first - m.last, m.first)):
        covered = range(mention.first, mention.last + 1)
        if mention.names_a_document and taken.isdisjoint(covered):
            taken.update(covered)
            found.append(mention)
    return sorted(found, key=lambda m: m.first)


def _answer(mention: Mention, known: Callable[[Mention, str], tuple[Sequence[D], bool]]) -> Chosen[D] | None:
    documents: dict[int, D] = {}
    sure, ends = mention.sure, (0, len(mention.numbers) - 1)
    for place, keys in enumerate(mention.numbers):
        for key in keys:
            found, enough = known(mention, key)
            if found:
                documents.update({id(one): one for one in found})
                sure = sure and enough
                break
        else:
            if place in ends:
                return None
    return Chosen(mention, tuple(documents.values()), sure)


def _plain(text: str) -> str:
    """In capitals, without accents, with one kind of dash."""
    if not text.isascii():
        text = unicodedata.normalize("NFKD", text.translate(_LETTERS))
        text = "".join(c for c in text if not unicodedata.combining(c))
    return text.upper().translate(_LETTERS)


def _fragments(text: str) -> list[_Fragment]:
    fragments, end = [], 0
    for found in _FRAGMENT.finditer(text):
        fragments.append(_Fragment(found[0], text[end : found.start()], found.start(), found.end()))
        end = found.end()
        if len(fragments) == _FRAGMENTS_MAX:
            break
    return fragments


def _labels(fragments: Sequence[_Fragment]) -> tuple[list[Label], list[str]]:
    """For each fragment, what the words before it call a number there, and the word that does."""
    label: Label = ""
    word = ""
    labels: list[Label] = []
    words: list[str] = []
    kept = 0
    for fragment in fragments:
        labels.append(label)
        words.append(word)
        text = fragment.text
        if text in LABELS:
            # "credit note" is one label, and so is "purchase order".
            label = "credit_memo" if label == "credit_memo" and not kept and text in ("NOTE", "MEMO") else LABELS[text]
            word, kept = text, 0
        elif text.isalpha() and len(text) > 1 and not _keeps_a_label(text):
            label, word = "", ""
        elif not text.isalpha():
            kept += 1
    return labels, words


def _keeps_a_label(word: str) -> bool:
    return word in NEUTRAL or word in CONNECTORS or word in RANGE_WORDS or word in DATE_WORDS


def _numbers_from(first: int, fragments: Sequence[_Fragment], labels: Sequence[Label], text: str) -> Iterator[_Written]:
    """The numbers that begin at this fragment, the shortest first."""
    start = fragments[first]
    if not _may_begin(first, fragments):
        return
    digits = False
    for last in range(first, min(first + _FRAGMENTS_OF_A_NUMBER_MAX, len(fragments))):
        fragment = fragments[last]
        if last > first and not _continues(fragment, fragments[last - 1]):
            return
        if fragment.end - start.start > _NUMBER_CHARACTERS_MAX:
            return
        has_digit = any(map(str.isdigit, fragment.text))
        digits = digits or has_digit
        if digits and has_digit and _may_end(last, fragments):
            written = text[start.start : fragment.end]
            label = labels[first] or (LABELS.get(start.text, "") if last > first else "")
            yield _Written(first, last, written, label)


def _may_begin(first: int, fragments: Sequence[_Fragment]) -> bool:
    """A number begins where a word does, behind a label, or behind a slash."""
    fragment = fragments[first]
    if fragment.text.isalpha() and (len(fragment.text) > 4 or first + 1 == len(fragments)):
        return False
    if first == 0 or not _is_tight(fragment.before):
        return True
    before = fragments[first - 1].text
    return "/" in fragment.before or before in LABELS or before in NEUTRAL


def _may_end(last: int, fragments: Sequence[_Fragment]) -> bool:
    if last + 1 == len(fragments):
        return True
    gap = fragments[last + 1].before
    return not _is_tight(gap) or "/" in gap


def _continues(fragment: _Fragment, before: _Fragment) -> bool:
    """Whether the fragment may belong to the number that the one before belongs to."""
    if not _ONE_NUMBER.fullmatch(fragment.before) or len(fragment.before) > 3:
        return False
    if _is_tight(fragment.before):
        return True
    return any(map(str.isdigit, fragment.text)) and (before.text.isalpha() or any(map(str.isdigit, before.text)))


def _is_tight(gap: str) -> bool:
    return bool(gap) and not any(c.isspace() for c in gap) and bool(_ONE_NUMBER.fullmatch(gap))


def _mentions_of(one: _Written, fragments: Sequence[_Fragment], label_words: Sequence[str]) -> Iterator[Mention]:
    keys = keys_of(one.text)
    label, bare, word = one.label, one.text, label_words[one.first]
    glued = re.match(r"([A-Z]+)[^A-Z0-9]*(?=\d)", one.text)
    if glued and glued[1] in LABELS:
        bare, word = one.text[glued.end() :], glued[1]
        label = LABELS[word]
        keys += [key for key in keys_of(bare) if key not in keys]
        if not one.text[len(word)].isdigit():
            bare = one.text  # "SO-13" may be a number as it is
    if not keys:
        return
    digits = sum(map(str.isdigit, bare))
    plain = bare.isdigit()
    structured = not plain and not any(c.isspace() for c in bare) and digits >= 1 and len(bare) >= 3
    year = plain and _YEAR.fullmatch(bare) is not None
    sure = (bool(label) and not (year and word in WEAK_LABELS)) or structured or digits >= _SURE_DIGITS
    by_itself = not any(c.isspace() for c in bare) and (digits >= 4 or (structured and digits >= 1)) and not year
    called = bool(label) and label != "customer" and (word not in WEAK_LABELS or (structured and digits >= 2))
    yield Mention(one.first, one.last, bare, label, (tuple(keys),), sure, called and by_itself)
    yield from _slash_list(one, label, fragments)


def _slash_list(one: _Written, label: Label, fragments: Sequence[_Fragment]) -> Iterator[Mention]:
    """ "1003/04/05": each further part replaces the end of the first."""
    ending = LAST_DIGITS.search(one.text)
    if ending is None:
        return
    numbers, last = [one.text], one.last
    for following in range(one.last + 1, min(one.last + 31, len(fragments))):
        fragment = fragments[following]
        if fragment.before.strip() != "/" or not fragment.text.isdigit() or len(fragment.text) >= len(ending[0]):
            break
        numbers.append(one.text[: len(one.text) - len(fragment.text)] + fragment.text)
        last = following
    if len(numbers) > 1:
        series = tuple(tuple(keys_of(number)) for number in numbers)
        written = f"{one.text}/{'/'.join(fragments[n].text for n in range(one.last + 1, last + 1))}"
        yield Mention(one.first, last, written, label, series, bool(label) or len(ending[0]) >= 3, False)


def _ranges(
    one: _Written, fragments: Sequence[_Fragment], by_first: dict[int, list[_Written]], text: str
) -> Iterator[Mention]:
    """ "1003-1005", "1003 to 1005", "1003-05": all numbers from the one to the other."""
    yield from _range_within(one)
    following = one.last + 1
    dashed = following < len(fragments) and fragments[following].before.strip() in ("-", "~")
    words = following
    while words < len(fragments) and fragments[words].text.isalpha() and words - following < 2:
        words += 1
    worded = words > following and "".join(f.text for f in fragments[following:words]) in RANGE_WORDS
    if dashed or worded:
        for other in by_first.get(following if dashed else words, ()):
            series = series_of(one.text, other.text)
            if series:
                written = text[fragments[one.first].start : fragments[other.last].end]
                yield Mention(one.first, other.last, written, one.label, series, True, False)


def _range_within(one: _Written) -> Iterator[Mention]:
    """A range in one word: "1003-1005", "1000-3-1000-5"."""
    if "-" not in one.text or any(c.isspace() for c in one.text):
        return
    parts = one.text.split("-")
    for cut in range(1, len(parts)):
        series = series_of("-".join(parts[:cut]), "-".join(parts[cut:]))
        if series:
            yield Mention(one.first, one.last, one.text, one.label, series, bool(one.label), False)
