"""Lists are read page by page, each page pointing to the next with an opaque cursor."""

from __future__ import annotations

import json
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Callable, Sequence
from datetime import date
from typing import Annotated, Any, Final, Generic, Self, TypeVar

from fastapi import Query
from pydantic import BaseModel

from shared.chassis.errors import RequestError

T = TypeVar("T")

CURSOR_CHARACTERS_MAX: Final = 1_000
Limit = Annotated[int, Query(ge=1, le=200, description="How many items a page has at most; 50 unless given.")]
Cursor = Annotated[
    str | None,
    Query(max_length=CURSOR_CHARACTERS_MAX, description="`next_cursor` of the page before; none for the first page."),
]


class BadCursor(RequestError):
    """The cursor is not one this service gave out."""

    def __init__(self, cursor: str) -> None:
        super().__init__(
            f"the cursor {cursor[:60]!r} cannot be read: use next_cursor of the page before as it is, or leave it out"
        )


class Page(BaseModel, Generic[T]):
    """One page of a list. `next_cursor` is null on the last page."""

    items: list[T]
    next_cursor: str | None = None

    @classmethod
    def of(
        cls, rows: Sequence[Any], limit: int, view: Callable[[Any], T], position: Callable[[Any], Sequence[Any]]
    ) -> Self:
        """The page of `rows`, of which one more than `limit` was asked for, to see whether there is a next page."""
        shown = rows[:limit]
        further = len(rows) > limit
        return cls(
            items=[view(row) for row in shown],
            next_cursor=encode_cursor(position(shown[-1])) if further else None,
        )


def encode_cursor(position: Sequence[Any]) -> str:
    """`position` (texts, integers, dates, UUIDs, Decimals) as one opaque text that is safe in a URL."""
    text = json.dumps(list(position), default=str, separators=(",", ":"), ensure_ascii=False)
    return urlsafe_b64encode(text.encode()).decode().rstrip("=")


def decode_cursor(cursor: str | None, n: int, *kinds: Callable[[Any], Any]) -> list[Any]:
    """The `n` parts of a cursor; all None where there is none (the first page).

    `kinds` turn the parts back into what they were (`date.fromisoformat`, `UUID`, `Decimal`);
    without them, parts are texts and integers. Raises BadCursor.
    """
    if cursor is None:
        return [None] * n
    try:
        parts = json.loads(urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)))
        if not isinstance(parts, list) or len(parts) != n:
            raise BadCursor(cursor)
        if not all(part is None or isinstance(part, str | int) for part in parts):
            raise BadCursor(cursor)
        if kinds:
            return [kind(part) for kind, part in zip(kinds, parts, strict=True)]
        return parts
    except (ValueError, TypeError, ArithmeticError, AttributeError, RecursionError):
        raise BadCursor(cursor) from None


def day(part: Any) -> date:
    """A cursor's part that was a date."""
    return date.fromisoformat(part)
