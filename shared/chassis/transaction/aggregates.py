"""Aggregates of one table: loaded once by key, changed in memory, saved with one statement."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Generic, Protocol, TypeVar, cast

import asyncpg

K = TypeVar("K")
A = TypeVar("A")


@dataclass(frozen=True)
class Table(Generic[K, A]):
    """How one kind of aggregate is stored: a query that loads by key, one that saves, and the conversions.

    `load` takes one array per key part and returns rows locked in key order; `save` takes one
    array per column, in the order of `to_row`. Where rows and aggregates have the same shape, RowConversion gives
    `from_row` and `to_row`.
    """

    load: str
    save: str
    key: Callable[[A], K]
    from_row: Callable[[asyncpg.Record], A]
    to_row: Callable[[A], tuple[Any, ...]]


class Statements(Protocol):
    """What aggregates need of a unit of work."""

    async def fetch(self, query: str, *arguments: Any) -> list[asyncpg.Record]: ...

    async def write(self, query: str, rows: list[tuple[Any, ...]]) -> None: ...


class Aggregates(Generic[K, A]):
    """The aggregates of one table within one unit of work: each exists once, changed ones are saved."""

    def __init__(self, uow: Statements, table: Table[K, A]) -> None:
        self._uow = uow
        self._table = table
        self._held: dict[K, A] = {}
        self._loaded: dict[K, tuple[Any, ...]] = {}
        self._absent: set[K] = set()

    async def load(self, keys: Iterable[K]) -> dict[K, A]:
        """Those of `keys` that exist; one query for the ones not held yet, locked in key order."""
        wanted = set(keys)
        missing = sorted(wanted - self._held.keys() - self._absent)  # type: ignore[type-var]
        if missing:
            composite = isinstance(missing[0], tuple)
            arguments = (
                [list(part) for part in zip(*cast("list[tuple[Any, ...]]", missing), strict=True)]
                if composite
                else [missing]
            )
            await self.fetch(self._table.load, *arguments)
            self._absent.update(key for key in missing if key not in self._held)
        return {key: self._held[key] for key in wanted if key in self._held}

    async def fetch(self, query: str, *arguments: Any) -> list[A]:
        """The aggregates of another query with the same columns; one already held stays as it is."""
        found = []
        for row in await self._uow.fetch(query, *arguments):
            aggregate = self._table.from_row(row)
            key = self._table.key(aggregate)
            if key not in self._held:
                self._held[key] = aggregate
                self._loaded[key] = self._table.to_row(aggregate)
            found.append(self._held[key])
        return found

    def get(self, key: K) -> A | None:
        return self._held.get(key)

    def __getitem__(self, key: K) -> A:
        return self._held[key]

    def __contains__(self, key: object) -> bool:
        return key in self._held

    def held(self) -> list[A]:
        """All aggregates this unit of work knows of."""
        return list(self._held.values())

    def put(self, aggregate: A) -> A:
        """Adds the aggregate, or replaces the one with its key."""
        self._held[self._table.key(aggregate)] = aggregate
        return aggregate

    async def save(self) -> None:
        """One statement for all that differ from what was loaded, in key order."""
        changed = []
        for key in sorted(self._held):  # type: ignore[type-var]
            row = self._table.to_row(self._held[key])
            if self._loaded.get(key) != row:
                changed.append(row)
                self._loaded[key] = row
        await self._uow.write(self._table.save, changed)
