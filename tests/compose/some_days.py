"""Some days of simulated business, run in a container of the stack: `python - DAYS people|none <some_days.py`."""

from __future__ import annotations

import asyncio
import os
import sys

from o2c.stack import SERVICES
from o2c.stack.idle import IdleMonitor
from shared.chassis.declare.settings import ServiceSettings
from simulator.calendar import business_day, business_days
from simulator.connected_simulation import connected_simulation
from simulator.transport.connection_info import ConnectionInfo


async def play(days: int, with_people: bool) -> None:
    """Goes on after the last day that was played, with the customers of the demo."""
    servers, secret = os.environ["O2C_KAFKA_BOOTSTRAP_SERVERS"], os.environ["O2C_TOKEN_SECRET"]
    partitions = ServiceSettings.model_fields["kafka_partitions"].default
    urls = {name: f"http://{name.replace('_', '-')}:8080" for name in SERVICES}
    async with (
        IdleMonitor(servers, urls) as idle,
        connected_simulation(ConnectionInfo(servers, True, partitions, urls, secret), seed=1, idle=idle) as simulation,
    ):
        if not with_people:
            simulation.people = ()
        for day in business_days(simulation.start, 1)[:days]:
            await simulation.play_day(business_day(day))


asyncio.run(play(int(sys.argv[1]), sys.argv[2] == "people"))
