"""Damaged files: each is read or refused with a sentence; none crashes, hangs or is half taken.

Every run tries a thousand; the long profile (`make test-long`) tries ten thousand.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from datetime import date
from typing import Final

from services.cash_app.bank_files.domain.bank_file import Format
from services.cash_app.bank_files.domain.import_plan import plan_import
from services.cash_app.bank_files.domain.own_account import OwnAccount
from services.cash_app.bank_files.domain.read_context import Limits, UnreadableFile
from services.cash_app.bank_files.domain.recognise import FORMATS, read, recognise
from tests.kit.examples import examples
from tests.unit.cash_app.bank_files.samples import FOUND_FILES, MADE, MAPPING, REAL, needs_files

MUTATIONS: Final = examples(1_000)
SEED: Final = 20_260_310
SECONDS_MAX: Final = 5.0
"""Even on a busy machine one small file must not take as long."""

_WORDS: Final = (
    b"", b"-", b"/", b",", b"0", b"9" * 30, b"-1", b"1e9", b"NaN", b"\x00", b"\xff", b"\n", b"88,", b"16,", b":61:",
    b"<Ntry>",
    b"]]>", b"&lt;", b"&x;", "١٢".encode(), "é".encode(), b"99991231", b"000000", b"USD", b"XXX", b"*", b"~", b"true",
)  # fmt: skip

Mutation = Callable[[bytes, random.Random], bytes]


def _replace_bytes(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + chance.randbytes(chance.randint(1, 4)) + content[at + chance.randint(0, 4) :]


def _put_word(content: bytes, chance: random.Random) -> bytes:
    at = chance.randrange(len(content))
    return content[:at] + chance.choice(_WORDS) + content[at + chance.randint(0, 12) :]


def _cut_off(content: bytes, chance: random.Random) -> bytes:
    return content[: chance.randrange(len(content))]


def _without_a_part(content: bytes, chance: random.Random) -> bytes:
    start = chance.randrange(len(content))
    return content[:start] + content[start + chance.randint(1, 400) :]


def _lines_elsewhere(content: bytes, chance: random.Random) -> bytes:
    lines = content.splitlines(keepends=True)
    line = lines.pop(chance.randrange(len(lines)))
    for _ in range(chance.choice((0, 1, 2, 50))):
        lines.insert(chance.randint(0, len(lines)), line)
    return b"".join(lines)


def _digits_changed(content: bytes, chance: random.Random) -> bytes:
    digits = [at for at, byte in enumerate(content) if 48 <= byte <= 57]
    changed = bytearray(content)
    for at in chance.sample(digits, min(len(digits), chance.randint(1, 5))):
        changed[at] = chance.randint(48, 57)
    return bytes(changed)


_MUTATIONS: Final[tuple[Mutation, ...]] = (
    _replace_bytes, _put_word, _cut_off, _without_a_part, _lines_elsewhere, _digits_changed
)  # fmt: skip


def _outcome(content: bytes, format_: Format) -> str:
    """Whether a file is taken, read and refused, or not readable. Anything but a sentence is a failure."""
    try:
        parsed = read(content, format_, Limits(), mapping=MAPPING, received_on=date(2026, 3, 9))
    except UnreadableFile as error:
        return "unreadable" if all(fault.place and fault.what for fault in error.errors) else "refused without a word"
    own = {s.account: OwnAccount(s.account, "1000", s.currency, None, True) for s in parsed.statements}
    planned = plan_import(parsed, own, {}, "1000")
    assert planned.errors or planned.entries or planned.statements
    for draft in planned.entries:
        assert (draft.outcome in {"post", "held"}) == (draft.event is not None)
    return "refused" if planned.errors else "taken"


@needs_files
def test_damaged_files_are_read_or_refused() -> None:
    chance = random.Random(SEED)
    contents = [path.read_bytes() for path in (*REAL, *FOUND_FILES)]
    sources: list[tuple[Format, bytes]] = [(recognise(content) or "bai2", content) for content in contents]
    sources += [(format_, content) for format_ in FORMATS if (content := MADE.get(format_)) is not None]
    outcomes: dict[str, int] = {"taken": 0, "refused": 0, "unreadable": 0}
    changed = 0
    for number in range(MUTATIONS):
        format_, whole = sources[number % len(sources)]
        damaged = whole
        for _ in range(chance.randint(1, 3)):
            damaged = chance.choice(_MUTATIONS)(damaged, chance) or b" "
        changed += damaged != whole
        if number % 50 == 0:
            format_ = chance.choice(FORMATS)
        began = time.process_time()
        try:
            outcomes[_outcome(damaged, format_)] += 1
        except Exception as error:
            raise AssertionError(f"mutation {number} of {format_} is neither read nor refused: {damaged!r}") from error
        assert time.process_time() - began < SECONDS_MAX, f"mutation {number} of {format_} takes too long"
    assert all(outcomes.values()) and sum(outcomes.values()) == MUTATIONS, outcomes
    assert changed > MUTATIONS * 95 // 100, f"only {changed} of them are damaged at all"
