"""Apache Kafka and PostgreSQL in containers, where Docker answers."""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from o2c.stack import StackError
from o2c.stack.brokers import KAFKA_VERSION, Kafka, NotHere, answers_as_broker
from o2c.stack.children import Children
from o2c.stack.ports import HOST, Ports, answers
from o2c.stack.postgres import POSTGRES_IMAGE, Postgres, version_when_ready
from shared.chassis.observe.stall_watch import StallWatch

KAFKA_IMAGE = f"apache/kafka:{KAFKA_VERSION}"
_DOCKER_SECONDS = 5
_PULL_STALL_SECONDS = 180.0
_START_STALL_SECONDS = 120.0
_STOP_SECONDS = 15
_PULL = "import sys, docker; docker.from_env().images.pull(*sys.argv[1].rsplit(':', 1))"


async def docker_kafka(
    children: Children, directory: Path, ports: Ports, port: int | None = None, *, keep: bool = True
) -> Kafka:
    """Apache Kafka in a container; with `keep` its data is in a volume named after `directory`, for the next start."""
    await _have_image(children, KAFKA_IMAGE)
    taken = ports.take("kafka", port)
    container = _container(KAFKA_IMAGE)
    environment = {
        "KAFKA_PROCESS_ROLES": "broker,controller",
        "KAFKA_NODE_ID": "1",
        "KAFKA_CONTROLLER_QUORUM_VOTERS": "1@localhost:9093",
        "KAFKA_LISTENERS": f"PLAINTEXT://:{taken},CONTROLLER://:9093",
        "KAFKA_ADVERTISED_LISTENERS": f"PLAINTEXT://{HOST}:{taken}",
        "KAFKA_LISTENER_SECURITY_PROTOCOL_MAP": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
        "KAFKA_CONTROLLER_LISTENER_NAMES": "CONTROLLER",
        "KAFKA_INTER_BROKER_LISTENER_NAME": "PLAINTEXT",
        "KAFKA_LOG_DIRS": "/var/lib/kafka/data",
        "KAFKA_AUTO_CREATE_TOPICS_ENABLE": "false",
        "KAFKA_NUM_PARTITIONS": "6",
        "KAFKA_OFFSETS_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_OFFSETS_TOPIC_NUM_PARTITIONS": "4",
        "KAFKA_TRANSACTION_STATE_LOG_REPLICATION_FACTOR": "1",
        "KAFKA_TRANSACTION_STATE_LOG_MIN_ISR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_REPLICATION_FACTOR": "1",
        "KAFKA_SHARE_COORDINATOR_STATE_TOPIC_MIN_ISR": "1",
        "KAFKA_GROUP_INITIAL_REBALANCE_DELAY_MS": "0",
        "KAFKA_GROUP_MIN_SESSION_TIMEOUT_MS": "1000",
        "KAFKA_HEAP_OPTS": "-Xmx512m",
        "CLUSTER_ID": "5L6g3nShT-eMCtK--X86sw",
    }
    for name, value in environment.items():
        container.with_env(name, value)
    container.with_bind_ports(taken, taken)
    if keep:
        container.with_volume_mapping(_volume(directory), "/var/lib/kafka/data", "rw")

    async def ready() -> bool:
        return answers(taken) and await answers_as_broker(f"{HOST}:{taken}")

    stop = await _run(children, container, "Kafka", ready)
    described = f"Apache Kafka {KAFKA_VERSION} in a container, on port {taken}"
    return Kafka("docker", described, f"{HOST}:{taken}", True, stop)


async def docker_postgres(children: Children) -> Postgres:
    """PostgreSQL in a container for as long as tests run; nothing is kept, so nothing is synced to disk."""
    from testcontainers.community.postgres import PostgresContainer

    await _have_image(children, POSTGRES_IMAGE)
    _without_reaper()
    container = PostgresContainer(POSTGRES_IMAGE, username="postgres", dbname="postgres", driver=None)
    container.with_command("postgres -c max_connections=300 -c shared_buffers=128MB -c fsync=off")
    # Texts sort as in the embedded server and under docker-compose.yml, whatever the image's own locale is.
    container.with_env("POSTGRES_INITDB_ARGS", "--encoding=UTF8 --locale-provider=builtin --locale=C.UTF-8")
    url, version = "", ""

    async def ready() -> bool:
        nonlocal url, version
        url = url or container.get_connection_url()
        version = await version_when_ready(url) or ""
        return bool(version)

    stop = await _run(children, container, "PostgreSQL", ready)
    return Postgres("docker", f"PostgreSQL {version} in a container", url, stop)


async def forget_kafka(directory: Path) -> None:
    """Removes the volume that holds the data of `directory`'s broker."""
    import docker
    from docker.errors import DockerException

    def remove() -> None:
        docker.from_env(timeout=_DOCKER_SECONDS).volumes.get(_volume(directory)).remove(force=True)

    with contextlib.suppress(DockerException):  # there is no Docker or no such volume: nothing to forget
        await asyncio.to_thread(remove)


def _volume(directory: Path) -> str:
    return f"o2c-kafka-{hashlib.sha256(str(directory.resolve()).encode()).hexdigest()[:12]}"


def _without_reaper() -> None:
    """The reaper is a further image to fetch; the stack's own watchdog ends the containers."""
    from testcontainers.core.config import testcontainers_config

    testcontainers_config.ryuk_disabled = True


def _container(image: str) -> Any:
    from testcontainers.core.container import DockerContainer

    _without_reaper()
    return DockerContainer(image)


async def _have_image(children: Children, image: str) -> None:
    """Raises NotHere where Docker does not answer or the image can be had neither here nor from a registry."""
    import docker
    from docker.errors import DockerException, ImageNotFound

    def look() -> bool:
        client = docker.from_env(timeout=_DOCKER_SECONDS)
        client.ping()
        try:
            client.images.get(image)
        except ImageNotFound:
            return False
        return True

    try:
        here = await asyncio.to_thread(look)
    except DockerException:
        raise NotHere("Docker does not answer") from None
    if here:
        return
    try:
        await children.run("docker-pull", [sys.executable, "-c", _PULL, image], stall_seconds=_PULL_STALL_SECONDS)
    except StackError as error:
        raise NotHere(f"the image {image} cannot be pulled: {str(error).splitlines()[-1]}") from None


async def _run(children: Children, container: Any, name: str, ready: Callable[[], Any]) -> Callable[[], Any]:
    """Starts a container and waits until it is ready; returns what stops it."""
    from docker.errors import DockerException
    from testcontainers.core.container import DockerContainer

    try:  # the start of the class below only: readiness is looked at here, without blocking the event loop
        await asyncio.to_thread(DockerContainer.start, container)
    except DockerException as error:
        raise NotHere(f"Docker did not start {name}: {error}") from None
    started = container.get_wrapped_container()

    async def stop() -> None:
        if await asyncio.to_thread(_stop_and_remove, started):
            children.disown_container(started.id)

    children.own_container(started.id, stop)
    watch = StallWatch(_START_STALL_SECONDS)
    while not await ready():
        logs = b"".join(await asyncio.to_thread(container.get_logs))
        watch.observe({"log": len(logs)})
        if watch.stalled:
            output = logs[-2000:].decode("utf-8", "replace")
            await stop()
            raise StackError(f"{name} in a container did not get ready; the end of its log:\n{output}")
        await asyncio.sleep(0.1)
    return stop


def _stop_and_remove(container: Any) -> bool:
    """With the time to write down what it holds; False where Docker did not do it, and the watchdog has to try."""
    from docker.errors import DockerException

    try:
        container.stop(timeout=_STOP_SECONDS)
        container.remove(v=True, force=True)
    except DockerException:
        return False
    return True
