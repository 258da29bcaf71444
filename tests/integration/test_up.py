"""`o2c up` as a person uses it: started, found by other commands, ended, found again with its data, started over."""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import httpx
import psutil
import pytest

from o2c.idle import IdleMonitor, NotIdle
from o2c.stack import SERVICES
from o2c.stack.description import StackDescription, find_stack

READY_SECONDS = 90.0
END_SECONDS = 30.0
# Tansu, as it starts at once: what is tested is how processes are started and ended.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("O2C_")},
    "O2C_BROKER": "tansu",
}


def o2c(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "o2c.cli", *(str(argument) for argument in arguments)]


@contextlib.contextmanager
def up(state_dir: Path, *options: str) -> Iterator[tuple[subprocess.Popen[str], StackDescription]]:
    """`o2c up`, ready."""
    command = o2c("up", "--no-simulator", "--state-dir", state_dir, *options)
    process = subprocess.Popen(
        command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, start_new_session=True
    )
    try:
        deadline = time.monotonic() + READY_SECONDS
        while not (state_dir / "stack.json").exists():
            assert process.poll() is None, process.communicate()[0]
            assert time.monotonic() < deadline, "o2c up did not get ready"
            time.sleep(0.1)
        yield process, find_stack(state_dir)
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()


def processes_of(state_dir: Path) -> list[str]:
    """Whatever runs with the state directory among its arguments or in its environment's database address."""
    found = []
    for process in psutil.process_iter(["cmdline", "status"]):
        with contextlib.suppress(psutil.Error):
            if process.info["status"] == psutil.STATUS_ZOMBIE or process.pid == os.getpid():
                continue
            arguments = " ".join(process.info["cmdline"] or [])
            if str(state_dir) in arguments or process.environ().get("O2C_TEST_MARK") == str(state_dir):
                found.append(f"{process.pid} {arguments}")
    return found


def nothing_left_of(state_dir: Path) -> bool:
    deadline = time.monotonic() + END_SECONDS
    while processes_of(state_dir):
        if time.monotonic() > deadline:
            raise AssertionError(f"left behind: {processes_of(state_dir)}")
        time.sleep(0.1)
    return True


def ended_with(process: subprocess.Popen[str], number: signal.Signals) -> tuple[int, str]:
    process.send_signal(number)
    output, _ = process.communicate(timeout=END_SECONDS)
    return process.returncode, output


async def remembered(stack: StackDescription, statement: str) -> object:
    connection = await asyncpg.connect(stack.databases["credit"])
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.fixture
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state directory whose processes can be told from all others, also those that do not name it."""
    monkeypatch.setitem(ENVIRONMENT, "O2C_TEST_MARK", str(tmp_path / "state"))
    return tmp_path / "state"


def test_its_data_is_found_again_until_it_is_started_fresh_and_nothing_outlives_it(state_dir: Path) -> None:
    with up(state_dir) as (process, stack):
        assert set(stack.services) == set(SERVICES)
        for url in stack.service_urls.values():
            assert httpx.get(f"{url}/health/ready").status_code == 200
        asyncio.run(remembered(stack, "CREATE TABLE kept AS SELECT 42 AS answer"))
        asyncio.run(quiet_comes_and_who_is_not_quiet_is_named(stack))
        a_second_one_is_refused(state_dir)
        code, output = ended_with(process, signal.SIGINT)
        assert code == 0, output
    assert nothing_left_of(state_dir)
    assert not (state_dir / "stack.json").exists()

    with up(state_dir) as (process, again):
        assert again.service_urls == stack.service_urls
        assert asyncio.run(remembered(again, "SELECT answer FROM kept")) == 42
        kill_service(process, again, "collections")
        output, _ = process.communicate(timeout=END_SECONDS)
        assert process.returncode == 1
        assert "collections ended with exit code -9" in output
    assert nothing_left_of(state_dir)

    with up(state_dir, "--fresh") as (process, fresh):
        assert asyncio.run(remembered(fresh, "SELECT to_regclass('kept')")) is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert nothing_left_of(state_dir)


def test_ctrl_c_while_it_starts_leaves_nothing_behind(state_dir: Path) -> None:
    command = o2c("up", "--state-dir", state_dir)
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    deadline = time.monotonic() + READY_SECONDS
    while not (state_dir / "postgres").exists():
        assert time.monotonic() < deadline, "o2c up did not begin"
        time.sleep(0.02)
    assert ended_with(process, signal.SIGINT)[0] == 0
    assert nothing_left_of(state_dir)


def a_second_one_is_refused(state_dir: Path) -> None:
    second = subprocess.run(
        o2c("up", "--state-dir", state_dir), env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert "already running" in second.stderr


def kill_service(process: subprocess.Popen[str], stack: StackDescription, name: str) -> None:
    port = int(stack.service_urls[name].rpartition(":")[2])
    children = psutil.Process(process.pid).children()
    next(child for child in children if port in listening_ports(child)).kill()


def listening_ports(process: psutil.Process) -> set[int]:
    return {place.laddr.port for place in process.net_connections() if place.status == psutil.CONN_LISTEN}


async def quiet_comes_and_who_is_not_quiet_is_named(stack: StackDescription) -> None:
    await wait_for(stack, stack.service_urls)
    with pytest.raises(NotIdle, match="credit does not answer"):
        await wait_for(stack, {**stack.service_urls, "credit": "http://127.0.0.1:9"}, seconds=0.2)


async def wait_for(stack: StackDescription, urls: dict[str, str], seconds: float = 30.0) -> None:
    async with IdleMonitor(stack.kafka_bootstrap_servers, urls) as idle:
        await idle.wait(seconds)
