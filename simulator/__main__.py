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
from simulator.running import Whereabouts

_PARTITIONS = 6


def _whereabouts(arguments: list[str]) -> Whereabouts:
    if arguments:
        stack = json.loads((Path(arguments[0]) / "stack.json").read_text())
        servers, idempotent = stack["kafka_bootstrap_servers"], stack["idempotent_producer"]
    else:
        servers = os.environ.get("O2C_KAFKA_BOOTSTRAP_SERVERS", "localhost:9092")
        idempotent = os.environ.get("O2C_KAFKA_IDEMPOTENT_PRODUCER", "true").lower() != "false"
    return Whereabouts(servers, idempotent, int(os.environ.get("O2C_KAFKA_PARTITIONS", _PARTITIONS)))


async def _until_stopped(where: Whereabouts) -> None:
    answering = asyncio.ensure_future(answer_forever(where, lambda line: print(line, flush=True)))
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, answering.cancel)
    try:
        await answering
    except asyncio.CancelledError:
        return


if __name__ == "__main__":
    asyncio.run(_until_stopped(_whereabouts(sys.argv[1:])))
