"""`python -m simulator [STACK_DIRECTORY]`: INV_CTRL and GL_CORE answer the services of a stack until stopped.

Without a directory, Kafka is the one of O2C_KAFKA_BOOTSTRAP_SERVERS.
"""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
from pathlib import Path

from simulator.answering import answer_forever
from simulator.transport.connection_info import ConnectionInfo

_PARTITIONS = 6


def _connection(arguments: list[str]) -> ConnectionInfo:
    if arguments:
        stack = json.loads((Path(arguments[0]) / "stack.json").read_text())
        servers, idempotent = stack["kafka_bootstrap_servers"], stack["idempotent_producer"]
    else:
        servers = os.environ.get("O2C_KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
        idempotent = os.environ.get("O2C_KAFKA_IDEMPOTENT_PRODUCER", "true").lower() != "false"
    return ConnectionInfo(servers, idempotent, int(os.environ.get("O2C_KAFKA_PARTITIONS", _PARTITIONS)))


async def _until_stopped(connection: ConnectionInfo) -> None:
    answering = asyncio.ensure_future(answer_forever(connection, lambda line: print(line, flush=True)))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, answering.cancel)
    try:
        await answering
    except asyncio.CancelledError:
        return


if __name__ == "__main__":
    asyncio.run(_until_stopped(_connection(sys.argv[1:])))
