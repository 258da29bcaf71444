"""The servers of a local stack without its services, for work during which no service may run."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from o2c.stack import SERVICES, StackError
from o2c.stack.children import Children
from o2c.stack.choice import Report, choose_kafka, choose_postgres
from o2c.stack.lock import only_one
from o2c.stack.ports import Ports


@contextlib.asynccontextmanager
async def servers_only(state_dir: Path, report: Report) -> AsyncIterator[tuple[dict[str, str], str]]:
    """The databases' URLs by service, and Kafka's address, until the block is left.

    Databases that are missing are made, empty. Raises StackError when the directory holds no stack, or the stack is up.
    """
    directory = state_dir.resolve()
    if not (directory / "ports.json").exists():
        raise StackError(f"{state_dir} is not the state directory of a stack: name the one of `o2c up`")
    with only_one(directory):
        children = Children(directory)
        ports = Ports(directory / "ports.json")
        try:
            postgres = await choose_postgres(children, directory / "postgres", ports, report)
            kafka = await choose_kafka(children, directory / "kafka", ports, report)
            report(postgres.described)
            report(kafka.described)
            databases = {name: await postgres.create_database(f"o2c_{name}") for name in SERVICES}
            yield databases, kafka.bootstrap_servers
        finally:
            await children.stop_all()
