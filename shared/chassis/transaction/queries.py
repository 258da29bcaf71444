"""SQL lives in .sql files: named queries, each with one line of intent (aiosql's format)."""

from __future__ import annotations

import logging
from pathlib import Path

import aiosql

from shared.chassis.transaction.sql_statements import Statement, statement

# aiosql would have each statement marked by how its own methods return rows; we take the text alone.
logging.getLogger("aiosql").setLevel(logging.ERROR)


class Queries(dict[str, str]):
    """Named queries of a service and of what it is built from. A name may exist once only."""

    def __init__(self) -> None:
        super().__init__()
        self._statements: dict[str, Statement] = {}

    def statement(self, name: str) -> Statement:
        """The query as a unit of work sends it."""
        known = self._statements.get(name)
        if known is None:
            known = self._statements[name] = statement(self[name])
        return known

    def __missing__(self, name: str) -> str:
        raise KeyError(f"no query named {name!r}: name it in one of the service's .sql files")


def load_queries(*directories: Path) -> Queries:
    """All named queries below the directories, migrations apart. Raises ValueError for a name that exists twice."""
    queries = Queries()
    for directory in directories:
        for path in sorted(directory.rglob("*.sql")):
            if "migrations" in path.relative_to(directory).parts:
                continue
            loaded = aiosql.from_path(path, "asyncpg", mandatory_parameters=False)
            for name in loaded.available_queries:
                if name.endswith("_cursor"):
                    continue
                if name in queries:
                    raise ValueError(f"the query {name!r} in {path} exists already")
                queries[name] = getattr(loaded, name).sql
    return queries
