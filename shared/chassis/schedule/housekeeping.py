"""Housekeeping: old event ids and idempotency keys are deleted once an hour."""

from __future__ import annotations

import asyncio
from typing import Final

import structlog

from shared.chassis.declare.settings import ServiceSettings
from shared.chassis.transaction.transactions import Transactions

log = structlog.get_logger(__name__)

_EVERY_SECONDS: Final = 3600.0


async def prune_hourly(transactions: Transactions, settings: ServiceSettings) -> None:
    """Until cancelled."""
    while True:
        try:
            async with transactions.connection() as connection:
                await connection.execute(transactions.queries["prune_inbox"], settings.inbox_keep_days)
                await connection.execute(transactions.queries["prune_idempotency_keys"], settings.idempotency_keep_days)
        except Exception as error:
            log.warning("cannot delete what is too old", error=f"{type(error).__name__}: {error}")
        await asyncio.sleep(_EVERY_SECONDS)
