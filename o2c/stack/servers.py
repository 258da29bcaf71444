"""The servers of a local stack without its services, for work that needs these to stand still."""

from __future__ import annotations

import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

from o2c.stack import SERVICES, StackError
from o2c.stack.children import Children
from o2c.stack.choice import Tell, choose_kafka, choose_postgres
from o2c.stack.lock import only_one
from o2c.stack.ports import Ports


@contextlib.asynccontextmanager
async def servers_only(state_dir: Path, tell: Tell) -> AsyncIterator[tuple[dict[str, str], str]]:
    """The databases' URLs by service, and Kafka's address, until the block is left.

    Databases that are missing are made, empty. Raises StackError where there never was a stack, or where it is up.
    """
    directory = state_dir.resolve()
    if not (directory / "ports.json").exists():
        raise StackError(f"{state_dir} is no stack's state directory: name the one of `o2c up`")
    with only_one(directory):
        children = Children(directory)
        ports = Ports(directory / "ports.json")
        try:
            postgres = await choose_postgres(children, directory / "postgres", ports, tell)
            kafka = await choose_kafka(children, directory / "kafka", ports, tell)
            tell(postgres.described)
            tell(kafka.described)
            databases = {name: await postgres.create_database(f"o2c_{name}") for name in SERVICES}
            yield databases, kafka.bootstrap_servers
        finally:
            await children.stop_all()
