"""Which PostgreSQL and which Kafka a stack runs on: what the environment names, else the best available here."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path

from o2c.stack import StackError
from o2c.stack.brokers import BrokerKind, Kafka, NotHere, given_kafka, maven_kafka, tansu
from o2c.stack.children import Children
from o2c.stack.containers import docker_kafka, docker_postgres
from o2c.stack.ports import Ports
from o2c.stack.postgres import Postgres, embedded_postgres, given_postgres

Report = Callable[[str], None]


async def choose_kafka(
    children: Children,
    directory: Path,
    ports: Ports,
    report: Report,
    *,
    port: int | None = None,
    for_tests: bool = False,
) -> Kafka:
    """Given by O2C_KAFKA_BOOTSTRAP_SERVERS; a container; Apache Kafka from Maven; Tansu. O2C_BROKER forces one.

    `report` gets a line for each kind that is not available. Raises StackError when the forced one is not, and
    with CI=true when only Tansu is: tests against it would prove less than they seem to.
    """
    forced = os.environ.get("O2C_BROKER") or None
    bootstrap_servers = os.environ.get("O2C_KAFKA_BOOTSTRAP_SERVERS")
    starts: dict[BrokerKind, Callable[[], Awaitable[Kafka]]] = {
        "docker": lambda: docker_kafka(children, directory, ports, port, keep=not for_tests),
        "maven": lambda: maven_kafka(children, directory, ports, port),
        "tansu": lambda: tansu(children, ports, port),
    }
    if forced not in (None, "given", *starts):
        raise StackError(f"O2C_BROKER is {forced!r}: use given, docker, maven or tansu, or leave it out")
    if forced == "given" and not bootstrap_servers:
        raise StackError("O2C_BROKER is 'given', but O2C_KAFKA_BOOTSTRAP_SERVERS names no broker")
    if forced in (None, "given") and bootstrap_servers:
        return await given_kafka(bootstrap_servers)
    for kind, start in starts.items():
        if forced not in (None, kind):
            continue
        if kind == "tansu" and forced is None and os.environ.get("CI", "").lower() == "true":
            raise StackError(
                "CI=true, but no real Kafka is available here: start Docker, install java and mvn, "
                "or set O2C_KAFKA_BOOTSTRAP_SERVERS (O2C_BROKER=tansu uses Tansu all the same)"
            )
        try:
            return await start()
        except NotHere as reason:
            report(f"Kafka by {kind} is not available: {reason}")
    raise StackError("no Kafka is available here: see the lines above, or set O2C_KAFKA_BOOTSTRAP_SERVERS")


async def choose_postgres(
    children: Children,
    directory: Path,
    ports: Ports,
    report: Report,
    *,
    port: int | None = None,
    for_tests: bool = False,
) -> Postgres:
    """Given by O2C_POSTGRES_URL (a superuser's); for tests a container; else embedded, its data in `directory`."""
    url = os.environ.get("O2C_POSTGRES_URL")
    if url:
        return await given_postgres(url)
    if for_tests:
        try:
            return await docker_postgres(children)
        except NotHere as reason:
            report(f"PostgreSQL by docker is not available: {reason}")
    return await embedded_postgres(children, directory, ports, port=port, durable=not for_tests)
