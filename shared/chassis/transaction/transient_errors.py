"""Which faults pass by themselves, and which belong to an event."""

from __future__ import annotations

import asyncio

import asyncpg
from aiokafka.errors import KafkaError

_TRANSIENT = (
    asyncpg.exceptions.PostgresConnectionError,
    asyncpg.exceptions.CannotConnectNowError,
    asyncpg.exceptions.OperatorInterventionError,
    asyncpg.exceptions.InsufficientResourcesError,
    asyncpg.exceptions.TransactionRollbackError,
    asyncpg.exceptions.LockNotAvailableError,
    asyncpg.exceptions.IdleInTransactionSessionTimeoutError,
    asyncpg.exceptions.InvalidAuthorizationSpecificationError,
    asyncpg.exceptions.InternalClientError,
    asyncpg.exceptions.ConnectionDoesNotExistError,
    ConnectionError,
    OSError,
    asyncio.TimeoutError,
)


def is_transient(error: BaseException) -> bool:
    """Deadlocks, lost connections, a restarting or full server: the same batch will succeed later."""
    if isinstance(error, KafkaError):
        return True
    if isinstance(error, asyncpg.exceptions.InterfaceError):
        return "connection" in str(error) or "pool" in str(error)
    return isinstance(error, _TRANSIENT)
