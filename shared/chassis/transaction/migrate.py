"""Migrations: pogo's, run under a lock so that replicas starting together migrate once."""

from __future__ import annotations

import warnings
from pathlib import Path

import asyncpg
import structlog

from shared.chassis.declare.service import Service

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    from pogo_core.util.migrate import apply

log = structlog.get_logger(__name__)

CHASSIS_MIGRATIONS = Path(__file__).parent / "migrations"
_LOCK = 0x6F32635F6D696772  # "o2c_migr"


async def migrate(service: Service, database_url: str) -> None:
    """Brings the service's database to today's schema: components first, then its own."""
    await apply_migrations(database_url, service.migrations)


async def apply_migrations(database_url: str, parts: list[tuple[str, Path]]) -> None:
    """Brings a database to today's schema: the chassis first, then each named part's own migrations."""
    connection = await asyncpg.connect(database_url, timeout=10.0, command_timeout=600.0)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        for name, directory in [("chassis", CHASSIS_MIGRATIONS), *parts]:
            await apply(connection, directory, schema_name=name, logger=log)
    finally:
        await connection.close()
