"""Damaged files: each is read or refused with a sentence; none crashes, hangs or is half taken.

Every run tries some hundreds; the long profile (`make test-long`) tries ten thousand.
"""

from __future__ import annotations

import random
import time
from datetime import date
from typing import Final

from services.cash_app.bank_files.domain.bank_file import Format
from services.cash_app.bank_files.domain.import_plan import ImportPlan, plan_import
from services.cash_app.bank_files.domain.own_account import OwnAccount
from services.cash_app.bank_files.domain.read_context import FileError, Limits, UnreadableFile
from services.cash_app.bank_files.domain.recognise import FORMATS, read, recognise
from tests.kit.examples import LONG
from tests.unit.cash_app.bank_files.mutations import damaged
from tests.unit.cash_app.bank_files.samples import FOUND_FILES, MADE, MAPPING, REAL, needs_files

TRIED: Final = 10_000 if LONG else 600
SEED: Final = 20_260_310
SECONDS_MAX: Final = 5.0
"""Even on a busy machine one small file must not take as long."""


def _outcome(content: bytes, format_: Format) -> str:
    """Whether a file is taken, read and refused, or not readable. Anything but a sentence is a failure."""
    try:
        parsed = read(content, format_, Limits(), mapping=MAPPING, received_on=date(2026, 3, 9))
    except UnreadableFile as error:
        _names_places(error.errors)
        return "unreadable"
    own = {s.account: OwnAccount(s.account, "1000", s.currency, None, True) for s in parsed.statements}
    planned = plan_import(parsed, own, {}, "1000")
    _is_whole_or_nothing(planned)
    return "refused" if planned.errors else "taken"


def _is_whole_or_nothing(planned: ImportPlan) -> None:
    """A refused file names what is wrong and where; of one that is taken, each entry is posted, kept or ignored."""
    assert planned.errors or planned.entries or planned.statements
    if planned.errors:
        _names_places(planned.errors)
    for draft in () if planned.errors else planned.entries:
        assert (draft.outcome in {"post", "held"}) == (draft.event is not None)
        kept = f"{draft.place}{draft.note}"
        if draft.event is not None:
            kept += draft.event.model_dump_json()
            type(draft.event).model_validate_json(draft.event.model_dump_json())
        assert _can_be_kept(kept)


def _names_places(errors: list[FileError]) -> None:
    assert errors and all(fault.place and fault.what for fault in errors)
    assert all(_can_be_kept(f"{fault.place}{fault.what}") for fault in errors)


def _can_be_kept(text: str) -> bool:
    """PostgreSQL keeps no NUL, and no half of a surrogate pair."""
    return "\x00" not in text and "\\u0000" not in text and _is_utf8(text)


def _is_utf8(text: str) -> bool:
    return text.encode("utf-8", "ignore").decode() == text


@needs_files
def test_damaged_files_are_read_or_refused() -> None:
    chance = random.Random(SEED)
    contents = [path.read_bytes() for path in (*REAL, *FOUND_FILES)]
    sources: list[tuple[Format, bytes]] = [(recognise(content) or "bai2", content) for content in contents]
    sources += [(format_, content) for format_ in FORMATS if (content := MADE.get(format_)) is not None]
    outcomes: dict[str, int] = {"taken": 0, "refused": 0, "unreadable": 0}
    changed = 0
    for number in range(TRIED):
        format_, whole = sources[number % len(sources)]
        content = damaged(whole, chance)
        changed += content != whole
        if number % 50 == 0:
            format_ = chance.choice(FORMATS)
        began = time.process_time()
        try:
            recognise(content)
            outcomes[_outcome(content, format_)] += 1
        except Exception as error:
            raise AssertionError(f"mutation {number} of {format_} is neither read nor refused: {content!r}") from error
        assert time.process_time() - began < SECONDS_MAX, f"mutation {number} of {format_} takes too long"
    assert all(outcomes.values()) and sum(outcomes.values()) == TRIED, outcomes
    assert changed > TRIED * 95 // 100, f"only {changed} of them are damaged at all"
