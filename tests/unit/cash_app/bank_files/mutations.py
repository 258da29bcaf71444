"""Ways in which a bank's file is damaged: on the line, in an editor, by a program that wrote it wrong."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from typing import Final

Mutation = Callable[[bytes, random.Random], bytes]

_WORDS: Final = (
    b"", b"-", b"/", b",", b"0", b"9" * 30, b"-1", b"1e9", b"NaN", b"\x00", b"\xff", b"\n", b"88,", b"16,", b":61:",
    b"<Ntry>",
    b"]]>", b"&lt;", b"&x;", "١٢".encode(), "é".encode(), b"99991231", b"000000", b"USD", b"XXX", b"*", b"~", b"true",
)  # fmt: skip
_ELEMENT: Final = re.compile(rb"<(\w+)[^<>]*>[^<>]*</\1>|<(\w+)[^<>]*/>")
"""An element of XML without others in it."""
_NESTED: Final = re.compile(rb"<(Bal|TxDtls|NtryDtls|Acct|RltdPties|Refs|BkTxCd|GrpHdr|Ntry|Amt)\b.*?</\1>", re.DOTALL)
_FIELD: Final = re.compile(rb"[^,*/:~\r\n]+")
_ENCODINGS: Final = ("utf-8-sig", "utf-16", "utf-16-le", "utf-32", "cp1252", "cp500", "utf-7")


def _replace_bytes(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + chance.randbytes(chance.randint(1, 4)) + content[at + chance.randint(0, 4) :]


def _flip_a_bit(content: bytes, chance: random.Random) -> bytes:
    changed = bytearray(content)
    for _ in range(chance.randint(1, 3)):
        changed[chance.randrange(len(content))] ^= 1 << chance.randrange(8)
    return bytes(changed)


def _put_word(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + chance.choice(_WORDS) + content[at + chance.randint(0, 12) :]


def _cut_off(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _without_a_part(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randint(1, 400) :]


def _lines_elsewhere(content: bytes, chance: random.Random) -> bytes:
    """A line that is dropped, moved, doubled, or there fifty times more."""
    lines = content.splitlines(keepends=True)
    line = lines.pop(chance.randrange(len(lines)))
    for _ in range(chance.choice((0, 1, 2, 50))):
        lines.insert(chance.randint(0, len(lines)), line)
    return b"".join(lines)


def _lines_swapped(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    one, other = chance.randrange(len(lines)), chance.randrange(len(lines))
    lines[one], lines[other] = lines[other], lines[one]
    return b"".join(lines)


def _digits_changed(content: bytes, chance: random.Random) -> bytes:
    digits = [at for at, byte in enumerate(content) if 48 <= byte <= 57]
    changed = bytearray(content)
    for at in chance.sample(digits, min(len(digits), chance.randint(1, 5))):
        changed[at] = chance.randint(48, 57)
    return bytes(changed)


def _element_removed(content: bytes, chance: random.Random) -> bytes:
    """An element of XML, or a field of a line, is not there, there twice, or empty."""
    pattern = chance.choice((_ELEMENT, _NESTED)) if b"</" in content else _FIELD
    places = list(pattern.finditer(content))
    if not places:
        return content
    place = chance.choice(places)
    found = place.group()
    return content[: place.start()] + chance.choice((b"", b"", found * 2, b" ")) + content[place.end() :]


def _encoded_otherwise(content: bytes, chance: random.Random) -> bytes:
    text = content.decode("utf-8", "replace").replace("e", chance.choice(("e", "é", "ü", "株", "\u202e")), 3)
    return text.encode(chance.choice(_ENCODINGS), "replace")


def _line_ends(content: bytes, chance: random.Random) -> bytes:
    return b"".join(line + chance.choice((b"\n", b"\r\n", b"\r", b"\n\n", b"")) for line in content.splitlines())


def _twice_in_one(content: bytes, chance: random.Random) -> bytes:
    """The file and once more a part of it, as where two are joined."""
    return content + content[chance.choice((0, chance.randrange(len(content)))) :]


MUTATIONS: Final[tuple[Mutation, ...]] = (
    _replace_bytes, _flip_a_bit, _put_word, _cut_off, _without_a_part, _lines_elsewhere, _lines_swapped,
    _digits_changed, _element_removed, _element_removed, _encoded_otherwise, _line_ends, _twice_in_one,
)  # fmt: skip


def damaged(content: bytes, chance: random.Random) -> bytes:
    """The file after one to three kinds of damage; never empty."""
    for _ in range(chance.randint(1, 3)):
        content = chance.choice(MUTATIONS)(content, chance) or b" "
    return content
