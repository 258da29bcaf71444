"""The connection pool of a service, every limit explicit."""

from __future__ import annotations

from typing import Any

import asyncpg

from shared.chassis.declare.settings import ServiceSettings


def _milliseconds(seconds: float) -> str:
    return str(round(seconds * 1000))


async def open_pool(service: str, settings: ServiceSettings) -> asyncpg.Pool:
    """A pool whose statements, silent transactions and lock waits all end by themselves."""
    return await asyncpg.create_pool(
        settings.database_url,
        min_size=2,
        max_size=settings.database_connections_max,
        max_inactive_connection_lifetime=300.0,
        max_queries=1_000_000,
        timeout=10.0,
        command_timeout=settings.database_statement_seconds_max + 5.0,
        server_settings=server_settings(service, settings),
        reset=_nothing_to_reset,
    )


async def _nothing_to_reset(connection: asyncpg.Connection[Any]) -> None:
    """Spares each transaction a round trip: services use SET LOCAL and transaction-level locks only.

    That no transaction is left open when a connection is given back, asyncpg sees to by itself.
    """


def server_settings(service: str, settings: ServiceSettings) -> dict[str, str]:
    return {
        "application_name": f"o2c-{service}",
        "statement_timeout": _milliseconds(settings.database_statement_seconds_max),
        "lock_timeout": _milliseconds(settings.database_statement_seconds_max),
        "idle_in_transaction_session_timeout": _milliseconds(settings.database_idle_in_transaction_seconds_max),
        "timezone": "UTC",
        "jit": "off",
    }
