"""The keys under which the document of a written number may be known, and the numbers of a range."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from services.cash_app.open_items.domain.document_number import reference_key

RANGE_MAX: Final = 100
"""A range of more numbers than this is none."""
LAST_DIGITS: Final = re.compile(r"\d+$")
_ZEROS: Final = re.compile(r"0{3,}")
_FRAGMENT: Final = re.compile(r"[A-Z0-9]+")
_LABEL: Final = re.compile(r"^[A-Z]+\W*")


def keys_of(written: str) -> list[str]:
    """Under which keys a number so written may be known: as it is, without blanks, without a run of zeros."""
    keys = [reference_key(written)]
    closed = reference_key("".join(re.sub(r"(?<=\d)\s+(?=\d)", "", written).split()))
    for key in (closed, *_without_zeros("".join(_FRAGMENT.findall(written)))):
        if key not in keys:
            keys.append(key)
    return [key for key in keys if any(map(str.isdigit, key))]


def _without_zeros(closed: str) -> Iterator[str]:
    """Of "100000000031", written without its dash: "131", "1031", "10031", "100031" and so on, of one run of zeros."""
    if len(closed) < 8:
        return
    for run in _ZEROS.finditer(closed):
        for kept in range(len(run[0]) - 1, -1, -1):
            yield closed[: run.start()] + "0" * kept + closed[run.end() :]


def series_of(first: str, last: str) -> tuple[tuple[str, ...], ...]:
    """The keys of all numbers from the first to the last; empty where these are no range."""
    begin, end = LAST_DIGITS.search(first), LAST_DIGITS.search(last)
    if begin is None or end is None:
        return ()
    prefix, low, high = first[: begin.start()], begin[0], end[0]
    same = reference_key(last[: end.start()]) in ("", reference_key(prefix))
    if last[: end.start()] and not same:
        stripped = _LABEL.sub("", last[: end.start()])
        if reference_key(stripped) not in ("", reference_key(_LABEL.sub("", prefix))):
            return ()
    if len(high) < len(low):
        high = low[: len(low) - len(high)] + high
    lowest, highest = int(low), int(high)
    if not lowest < highest <= lowest + RANGE_MAX:
        return ()
    return tuple(tuple(keys_of(f"{prefix}{str(n).zfill(len(low))}")) for n in range(lowest, highest + 1))
