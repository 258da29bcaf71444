"""Who plays INV_CTRL and GL_CORE: a simulation while one is running, else the answering process of `o2c up`.

A simulation is a member of a consumer group while it plays. When it dies, its membership lapses by itself.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Final

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient

from shared.contracts.erp import BusinessDayStarted

SETTLE_SECONDS: Final = 1.0
"""A simulation lets this long pass before it reads history, so that answers under way are part of it."""
_GROUP: Final = "o2c.simulation"
_SESSION_MS: Final = 10_000
_WITHOUT_POLLING_MS: Final = 24 * 3600 * 1000


@asynccontextmanager
async def simulation_lease(bootstrap_servers: str, topic_prefix: str = "") -> AsyncIterator[None]:
    """Holds the stage while the block runs."""
    member = AIOKafkaConsumer(
        topic_prefix + BusinessDayStarted.topic,
        bootstrap_servers=bootstrap_servers,
        client_id="o2c-simulation",
        group_id=topic_prefix + _GROUP,
        enable_auto_commit=False,
        session_timeout_ms=_SESSION_MS,
        heartbeat_interval_ms=_SESSION_MS // 4,
        max_poll_interval_ms=_WITHOUT_POLLING_MS,
    )
    await member.start()
    try:
        member.pause(*member.assignment())
        await asyncio.sleep(SETTLE_SECONDS)
        yield
    finally:
        await member.stop()


async def lease_is_held(admin: AIOKafkaAdminClient, topic_prefix: str = "") -> bool:
    """Whether a simulation is playing."""
    for answer in await admin.describe_consumer_groups([topic_prefix + _GROUP]):
        for _, _, state, _, _, members, *_ in answer.groups:
            if members or state in ("PreparingRebalance", "CompletingRebalance"):
                return True
    return False
