"""How named queries are sent: arrays as PostgreSQL's own text, plain inserts of rows as COPY.

asyncpg reads each element of an array several times and takes decimals apart in Python; written as one text, an
array of text or numbers costs a service a tenth of that. An insert of nothing but its rows is PostgreSQL's COPY.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

_ARRAY: Final = re.compile(r"\$(\d+)::(\w+)\[\]")
_UNNESTED: Final = re.compile(r"\bunnest\(([^()]*)\)", re.IGNORECASE)
_PLAIN_INSERT: Final = re.compile(
    r"^INSERT INTO (\w+) \(([\w\s,]+)\)\s+SELECT \* FROM unnest\(((?:\s*\$\d+::\w+\[\],?)+)\s*\);?$", re.IGNORECASE
)
_COMMENT: Final = re.compile(r"^\s*--.*\n?", re.MULTILINE)


def text_array(values: Sequence[str | None]) -> str:
    """`{"a","b",NULL}`. Raises ValueError for a character that PostgreSQL cannot keep."""
    if None in values:
        kept = ("NULL" if value is None else f'"{_escaped(value)}"' for value in values)
        return f"{{{','.join(kept)}}}"
    joined = "\0".join(values)  # type: ignore[arg-type]
    if joined.count("\0") != max(len(values) - 1, 0):
        raise ValueError("a text has the character NUL, which PostgreSQL cannot keep")
    joined = _escaped(joined).replace("\0", '","')
    return f'{{"{joined}"}}' if values else "{}"


def number_array(values: Sequence[Any]) -> str:
    """`{1,2.50,NULL}`; of dates and booleans as well."""
    return f"{{{','.join(map(str, values)).replace('None', 'NULL')}}}"


def _repeating_array(values: Sequence[Any]) -> str:
    """As `number_array`, for values of which there are few different ones."""
    texts = {value: str(value) for value in set(values)}
    return f"{{{','.join([texts[value] for value in values]).replace('None', 'NULL')}}}"


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


_WRITTEN: Final[dict[str, Callable[[Sequence[Any]], str]]] = {
    "text": text_array,
    "jsonb": text_array,
    "numeric": number_array,
    "smallint": number_array,
    "integer": number_array,
    "bigint": number_array,
    "boolean": _repeating_array,
    "date": _repeating_array,
}
"""By type of the elements. Others (uuid, bytea, timestamptz) asyncpg writes as fast as can be."""


@dataclass(frozen=True, slots=True)
class Copy:
    """Where the rows of a plain insert go."""

    table: str
    columns: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Statement:
    """A named query as it is sent."""

    sql: str
    written: tuple[tuple[int, Callable[[Sequence[Any]], str]], ...]
    """Which arguments are written as text, and how."""
    copy: Copy | None

    def arguments(self, given: Sequence[Any]) -> list[Any]:
        """The arguments as they are sent."""
        arguments = list(given)
        for place, write in self.written:
            if arguments[place] is not None:
                arguments[place] = write(arguments[place])
        return arguments


def statement(sql: str) -> Statement:
    """The statement of a named query.

    Only arrays that are unnested are sent as text: elsewhere PostgreSQL might read the text anew for each row.
    """
    unnested = {
        int(number): element
        for arguments in _UNNESTED.findall(sql)
        for number, element in _ARRAY.findall(arguments)
        if element in _WRITTEN
    }
    written = {
        number: _WRITTEN[element]
        for number, element in unnested.items()
        if _mentions(rf"\${number}(?!\d)", sql) == _mentions(rf"unnest\([^()]*\${number}::{element}\[\]", sql)
    }

    def as_text(match: re.Match[str]) -> str:
        number, element = match.groups()
        return f"${number}::text::{element}[]" if int(number) in written else match.group()

    return Statement(
        _ARRAY.sub(as_text, sql),
        tuple((number - 1, write) for number, write in sorted(written.items())),
        _plain_insert(sql),
    )


def _mentions(pattern: str, sql: str) -> int:
    return len(re.findall(pattern, sql, re.IGNORECASE))


def _plain_insert(sql: str) -> Copy | None:
    match = _PLAIN_INSERT.match(_COMMENT.sub("", sql).strip())
    if match is None:
        return None
    columns = tuple(column.strip() for column in match[2].split(","))
    numbers = [int(number) for number, _ in _ARRAY.findall(match[3])]
    return Copy(match[1], columns) if numbers == list(range(1, len(columns) + 1)) else None
