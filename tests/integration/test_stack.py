"""The servers under the tests and the local stack: one database per role, nothing left behind."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
import uuid
from pathlib import Path

import asyncpg
import psutil
import pytest

from o2c.stack import StackError
from o2c.stack.brokers import Kafka
from o2c.stack.children import Children
from o2c.stack.choice import choose_kafka
from o2c.stack.description import ServiceAddress, StackDescription, find_stack
from o2c.stack.lock import only_one
from o2c.stack.ports import Ports, free_port
from tests.conftest import Databases

ORPHANS = """
import os, signal, sys, time
from pathlib import Path
from o2c.stack.children import Children
children = Children(Path(sys.argv[1]))
child = children.start("sleeper", [sys.executable, "-c", sys.argv[2]])
print(child.process.pid, flush=True)
time.sleep(60)
"""


def description(state_dir: Path) -> StackDescription:
    return StackDescription(
        kafka_bootstrap_servers="127.0.0.1:9092",
        idempotent_producer=True,
        broker="maven",
        services={"credit": ServiceAddress(http_url="http://127.0.0.1:1", database_url="postgresql://x@y/z")},
        token_secret="s" * 32,
        state_dir=state_dir,
    )


async def test_a_role_opens_its_own_database_only(postgres: Databases) -> None:
    mine, other = (f"{name}_{uuid.uuid4().hex[:8]}" for name in ("mine", "other"))
    url = postgres.create_database(mine)
    postgres.create_database(other)

    connection = await asyncpg.connect(url)
    assert await connection.fetchval("SELECT current_user || '/' || current_database()") == f"{mine}/{mine}"
    await connection.execute("CREATE TABLE kept (id int)")
    await connection.close()
    with pytest.raises(asyncpg.InsufficientPrivilegeError):
        await asyncpg.connect(url.removesuffix(mine) + other)

    postgres.drop(other)
    postgres.drop(mine)


async def test_making_a_database_twice_keeps_what_is_in_it(postgres: Databases) -> None:
    name = f"twice_{uuid.uuid4().hex[:8]}"
    connection = await asyncpg.connect(postgres.create_database(name))
    await connection.execute("CREATE TABLE kept (id int)")
    await connection.close()

    connection = await asyncpg.connect(postgres.create_database(name))
    assert await connection.fetchval("SELECT count(*) FROM kept") == 0
    await connection.close()
    postgres.drop(name)


async def test_kafka_reports_what_it_is(kafka: Kafka) -> None:
    assert kafka.bootstrap_servers
    assert kafka.idempotent == (kafka.kind != "tansu") or kafka.kind == "given"


async def test_tansu_alone_is_refused_in_ci(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    monkeypatch.setenv("PATH", "")
    monkeypatch.setenv("DOCKER_HOST", f"tcp://127.0.0.1:{free_port()}")
    monkeypatch.delenv("O2C_BROKER", raising=False)
    monkeypatch.delenv("O2C_KAFKA_BOOTSTRAP_SERVERS", raising=False)
    reported: list[str] = []

    with pytest.raises(StackError, match="no real Kafka is available"):
        await choose_kafka(Children(tmp_path), tmp_path / "kafka", Ports(tmp_path / "ports.json"), reported.append)

    assert reported == [
        "Kafka by docker is not available: Docker does not answer",
        "Kafka by maven is not available: no java on the PATH",
    ]


async def test_tansu_can_be_forced_and_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_BROKER", "tansu")
    children = Children(tmp_path)
    broker = await choose_kafka(children, tmp_path / "kafka", Ports(tmp_path / "ports.json"), print)
    assert (broker.kind, broker.idempotent) == ("tansu", False)
    await children.stop_all()
    assert not list((tmp_path / "run").iterdir())


async def test_an_unknown_broker_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("O2C_BROKER", "rabbit")
    with pytest.raises(StackError, match="O2C_BROKER is 'rabbit'"):
        await choose_kafka(Children(tmp_path), tmp_path, Ports(tmp_path / "ports.json"), print)


@pytest.mark.parametrize(
    "child",
    ["import time; time.sleep(60)", "import signal, time; signal.signal(15, signal.SIG_IGN); time.sleep(60)"],
    ids=["obedient", "stubborn"],
)
def test_kill_9_of_the_starter_leaves_no_child(tmp_path: Path, child: str, monkeypatch: pytest.MonkeyPatch) -> None:
    source = ORPHANS.replace("children = ", "import o2c.stack.children as c; children = ")
    starter = subprocess.Popen([sys.executable, "-c", source, tmp_path, child], stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pid = int(starter.stdout.readline())
    starter.send_signal(signal.SIGKILL)
    starter.wait()

    if "SIG_IGN" in child:  # the watchdog would wait its full time: the next start does it, with less patience
        monkeypatch.setattr("o2c.stack.children.STOP_SECONDS", 0.2)
        Children(tmp_path)
    assert ended(pid)


def ended(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    os.kill(pid, signal.SIGKILL)
    return False


def test_two_stacks_do_not_share_a_state_directory(tmp_path: Path) -> None:
    with only_one(tmp_path), pytest.raises(StackError, match="already running"), only_one(tmp_path):
        pass


def test_a_running_stack_is_found(tmp_path: Path) -> None:
    with only_one(tmp_path):
        description(tmp_path).write()
        assert find_stack(tmp_path / "stack.json") == description(tmp_path)
        assert (tmp_path / "stack.json").stat().st_mode & 0o777 == 0o600
        assert find_stack(tmp_path).databases == {"credit": "postgresql://x@y/z"}


def test_without_a_stack_the_remedy_is_shown(tmp_path: Path) -> None:
    with pytest.raises(StackError, match="start one with `o2c up`"):
        find_stack(tmp_path / "stack.json")


def test_a_description_left_by_a_killed_stack_is_not_used(tmp_path: Path) -> None:
    with only_one(tmp_path):
        description(tmp_path).write()
    with pytest.raises(StackError, match="is not running"):
        find_stack(tmp_path / "stack.json")


def test_a_description_that_is_none_is_named(tmp_path: Path) -> None:
    (tmp_path / "stack.json").write_text("{}")
    with pytest.raises(StackError, match="does not describe a stack: kafka_bootstrap_servers"):
        find_stack(tmp_path / "stack.json")


def test_ports_stay_the_same_while_they_are_free(tmp_path: Path) -> None:
    first = Ports(tmp_path / "ports.json").take("kafka")
    assert Ports(tmp_path / "ports.json").take("kafka") == first
