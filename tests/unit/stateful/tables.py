"""A service's tables as dictionaries. Rows are written as the service's own INSERT statements and keys say."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from shared.chassis.queries import load_queries

Row = dict[str, Any]
Rows = dict[tuple[Any, ...], Row]
Read = Callable[..., list[Row]]

_TABLE = re.compile(r"CREATE TABLE (\w+) \((.*?)\n\)", re.DOTALL)
_TABLE_KEY = re.compile(r"^\s*PRIMARY KEY \(([^)]*)\)", re.MULTILINE)
_COLUMN_KEY = re.compile(r"^\s*(\w+) .*PRIMARY KEY", re.MULTILINE)
_INSERT = re.compile(r"INSERT INTO (\w+)(?:\s+AS \w+)?\s*\(([^)]*)\)")
_UPDATE = re.compile(r"DO UPDATE\s+SET(.*)", re.DOTALL)
_ASSIGNMENT = re.compile(r"(\w+) = (\w+\.\w+ \+ )?excluded\.\w+")
_ONLY_IF = re.compile(r"WHERE \w+\.(\w+) ([<>]) excluded\.\w+")
_SELECTED = re.compile(r"SELECT (?:DISTINCT )?((?:[\w.]+,\s*)*[\w.]+)\s+FROM")


class Record(Row):
    """A row as the driver gives it: iterating goes over the values."""

    def __iter__(self) -> Iterator[Any]:  # type: ignore[override]
        return iter(self.values())


@dataclass(frozen=True)
class Insert:
    """What an INSERT statement does with a row whose key is taken."""

    table: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    keeps_first: bool
    updated: tuple[tuple[str, bool], ...]
    """Columns that take the new value; True where it is added to the old one."""
    only_if: tuple[str, str] | None

    @property
    def refuses(self) -> bool:
        return not self.keeps_first and not self.updated


@dataclass(frozen=True)
class Statements:
    """The statements of a service, as far as the dictionaries follow them."""

    inserts: dict[str, Insert]
    selected: dict[str, tuple[str, ...]]
    tables: tuple[str, ...]


@cache
def statements_of(*roots: Path) -> Statements:
    """Reads `sql` and `migrations` below each root."""
    keys: dict[str, tuple[str, ...]] = {}
    for path in (path for root in roots for path in sorted((root / "migrations").glob("*.sql"))):
        for table, body in _TABLE.findall(path.read_text()):
            found = _TABLE_KEY.search(body) or _COLUMN_KEY.search(body)
            keys[table] = _names(found[1]) if found else ()
    inserts, selected = {}, {}
    for name, text in load_queries(*(root / "sql" for root in roots)).items():
        if text.lstrip().startswith("INSERT"):
            inserts[name] = _insert(text, keys)
        elif columns := _SELECTED.match(text.lstrip()):
            selected[name] = tuple(column.split(".")[-1] for column in _names(columns[1]))
    return Statements(inserts, selected, tuple(keys))


def _insert(text: str, keys: dict[str, tuple[str, ...]]) -> Insert:
    head, update = _INSERT.search(text), _UPDATE.search(text)
    assert head is not None, text
    only_if = _ONLY_IF.search(update[1]) if update else None
    return Insert(
        table=head[1],
        columns=_names(head[2]),
        key=keys[head[1]],
        keeps_first="DO NOTHING" in text,
        updated=tuple((column, bool(adds)) for column, adds in _ASSIGNMENT.findall(update[1])) if update else (),
        only_if=(only_if[1], only_if[2]) if only_if else None,
    )


def _names(listed: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in listed.split(","))


class Tables:
    """The rows of one service, and how its queries read them (`reads`, by the name of the query)."""

    def __init__(self, statements: Statements, reads: dict[str, Callable[..., Iterable[Row]]]) -> None:
        self._statements = statements
        self._reads = reads
        self.of: dict[str, Rows] = {table: {} for table in statements.tables}

    def rows(self, table: str) -> list[Row]:
        """All rows, in key order."""
        return [row for _, row in sorted(self.of[table].items())]

    def by_key(self, table: str, keys: Iterable[tuple[Any, ...]]) -> list[Row]:
        known = self.of[table]
        return [known[key] for key in sorted(set(keys)) if key in known]

    def read(self, query: str, arguments: Sequence[Any]) -> list[Row]:
        """Rows with the columns that the query selects."""
        if query not in self._reads:
            raise NotImplementedError(f"the dictionaries do not know the query {query!r}: add it beside the others")
        found = list(self._reads[query](self, *arguments))
        columns = self._statements.selected.get(query)
        if columns is None:
            return found
        return [Record((column, row[column]) for column in columns) for row in found]

    def write(self, query: str, rows: Iterable[Sequence[Any]]) -> list[Row]:
        """Inserts the rows as the statement says; returns those inserted or changed, as they are now."""
        insert = self._statements.inserts[query]
        return [row for values in rows if (row := self._put(insert, values)) is not None]

    def put(self, table: str, key: tuple[Any, ...], **row: Any) -> None:
        self.of[table].setdefault(key, row)

    def _put(self, insert: Insert, values: Sequence[Any]) -> Row | None:
        new = dict(zip(insert.columns, values, strict=True))
        key = tuple(new[column] for column in insert.key)
        old = self.of[insert.table].get(key)
        if old is None:
            self.of[insert.table][key] = new
            return new
        if insert.refuses:
            raise AssertionError(f"{insert.table} has a row with the key {key} already: {old}, now {new}")
        if insert.keeps_first:
            return None
        if insert.only_if is not None:
            column, sign = insert.only_if
            if not (old[column] < new[column] if sign == "<" else old[column] > new[column]):
                return None
        for column, adds in insert.updated:
            old[column] = old[column] + new[column] if adds else new[column]
        return old
