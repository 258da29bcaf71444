"""Query plans: which statements of a service would read a large table from end to end.

Every named query of the service is planned as PostgreSQL plans a prepared statement for any arguments.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any, Final

from bench.direct import service_named
from shared.chassis.transaction.queries import load_queries

_LARGE_ROWS: Final = 10_000
_LARGE: Final = """
SELECT relname FROM pg_class
WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace AND reltuples >= $1
"""
_PARAMETERS: Final = "SELECT cardinality(parameter_types) FROM pg_prepared_statements WHERE name = 'bench_plan'"


async def sequential_scans(connection: Any, service: str) -> tuple[int, dict[str, list[str]]]:
    """How many queries the service has, and by query the large tables that it would read from end to end.

    The tables must have been analyzed.
    """
    queries = load_queries(*service_named(service).sql_directories)
    large = {row["relname"] for row in await connection.fetch(_LARGE, _LARGE_ROWS)}
    await connection.execute("SET plan_cache_mode = force_generic_plan")
    found = {}
    for name, query in queries.items():
        scanned = sorted(set(_scanned(await _plan(connection, query))) & large)
        if scanned:
            found[name] = scanned
    return len(queries), found


async def _plan(connection: Any, query: str) -> Mapping[str, Any]:
    await connection.execute(f"PREPARE bench_plan AS {query}")
    try:
        count = await connection.fetchval(_PARAMETERS)
        arguments = f"({', '.join(['NULL'] * count)})" if count else ""
        plan = await connection.fetchval(f"EXPLAIN (FORMAT JSON) EXECUTE bench_plan{arguments}")
    finally:
        await connection.execute("DEALLOCATE bench_plan")
    found: Mapping[str, Any] = json.loads(plan)[0]["Plan"]
    return found


def _scanned(plan: Mapping[str, Any]) -> Iterator[str]:
    if plan["Node Type"] == "Seq Scan":
        yield plan["Relation Name"]
    for part in plan.get("Plans", ()):
        yield from _scanned(part)
