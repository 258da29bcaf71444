"""`o2c up` as a person uses it: started, found by other commands, ended, found again with its data, started over."""

from __future__ import annotations

import asyncio
import contextlib
import os
import re
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from functools import partial
from pathlib import Path
from typing import Any

import asyncpg
import httpx
import psutil
import pytest

from o2c.stack import SERVICES
from o2c.stack.description import StackDescription, find_stack
from o2c.stack.idle import IdleMonitor, NotIdle
from tests.kit.stack.waiting import wait_for

END_STALL_SECONDS = 30.0
# Tansu, as it starts at once: what is tested is how processes are started and ended.
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith("O2C_")},
    "O2C_BROKER": "tansu",
}
CAPTURED: dict[str, Any] = {"env": ENVIRONMENT, "stdout": subprocess.PIPE, "stderr": subprocess.STDOUT, "text": True}
STARTED_WITH = {
    **{name: rf"-m services\.{name}$" for name in SERVICES},
    "simulator": r"-m simulator ",
    "postgres": r"postgres -D ",
    "kafka": r"kafka\.Kafka |tansu",
}


def o2c(*arguments: str | Path) -> list[str]:
    return [sys.executable, "-m", "o2c.cli", *(str(argument) for argument in arguments)]


@contextlib.contextmanager
def up(
    state_dir: Path, *options: str, broker: str = "tansu", simulator: bool = False
) -> Iterator[tuple[subprocess.Popen[str], StackDescription]]:
    """`o2c up`, ready."""
    command = o2c("up", "--with-simulator" if simulator else "--no-simulator", "--state-dir", state_dir, *options)
    process = subprocess.Popen(
        command,
        env={**ENVIRONMENT, "O2C_BROKER": broker},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,
    )
    try:
        wait_for(lambda: is_there(process, state_dir / "stack.json"), "o2c up is not ready", lambda: work_in(state_dir))
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


def work_in(state_dir: Path) -> dict[str, object]:
    """What moves while a stack starts, works or ends: its processes, and what they log."""
    logged = sum(file.stat().st_size for file in state_dir.rglob("*.log")) if state_dir.exists() else 0
    return {"processes": processes_of(state_dir), "bytes logged": logged}


def is_there(up: subprocess.Popen[str], file: Path) -> bool:
    assert up.poll() is None, up.communicate()[0]
    return file.exists()


def nothing_left_of(state_dir: Path) -> bool:
    wait_for(
        lambda: not processes_of(state_dir),
        "something was left behind",
        lambda: work_in(state_dir),
        stall_seconds=END_STALL_SECONDS,
    )
    return True


def output_of(process: subprocess.Popen[str], state_dir: Path) -> str:
    """What it printed, once it has ended."""
    printed: list[str] = []

    def ended() -> bool:
        with contextlib.suppress(subprocess.TimeoutExpired):
            printed.append(process.communicate(timeout=0.1)[0])
        return bool(printed)

    wait_for(ended, "it does not end", lambda: work_in(state_dir), stall_seconds=END_STALL_SECONDS)
    return printed[0]


def ended_with(process: subprocess.Popen[str], number: signal.Signals, state_dir: Path) -> tuple[int, str]:
    process.send_signal(number)
    output = output_of(process, state_dir)
    return process.returncode, output


async def remembered(stack: StackDescription, statement: str) -> object:
    connection = await asyncpg.connect(stack.databases["credit"])
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


@pytest.fixture
def state_dir(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state directory whose processes can be distinguished from all others, also those that do not name it."""
    monkeypatch.setitem(ENVIRONMENT, "O2C_TEST_MARK", str(tmp_path / "state"))
    return tmp_path / "state"


def test_its_data_is_found_again_until_it_is_started_fresh_and_nothing_outlives_it(state_dir: Path) -> None:
    with up(state_dir) as (process, stack):
        assert set(stack.services) == set(SERVICES)
        for url in stack.service_urls.values():
            assert httpx.get(f"{url}/health/ready").status_code == 200
        asyncio.run(remembered(stack, "CREATE TABLE kept AS SELECT 42 AS answer"))
        asyncio.run(idle_comes_and_a_busy_service_is_named(stack))
        a_second_one_is_refused(state_dir)
        code, output = ended_with(process, signal.SIGINT, state_dir)
        assert code == 0, output
    assert nothing_left_of(state_dir)
    assert not (state_dir / "stack.json").exists()

    with up(state_dir) as (process, again):
        assert again.service_urls == stack.service_urls
        assert asyncio.run(remembered(again, "SELECT answer FROM kept")) == 42
        kill(process, "kafka")  # Tansu, whose events end with it
        output = output_of(process, state_dir)
        assert process.returncode == 1
        assert "kafka was ended by SIGKILL" in output
        assert "Tansu keeps events in memory only" in output
    assert nothing_left_of(state_dir)

    with up(state_dir, "--fresh") as (process, fresh):
        assert asyncio.run(remembered(fresh, "SELECT to_regclass('kept')")) is None
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert nothing_left_of(state_dir)


def test_ctrl_c_while_it_starts_leaves_nothing_behind(state_dir: Path) -> None:
    command = o2c("up", "--state-dir", state_dir)
    process = subprocess.Popen(command, env=ENVIRONMENT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    wait_for(lambda: is_there(process, state_dir / "postgres"), "o2c up does not begin", lambda: work_in(state_dir))
    assert ended_with(process, signal.SIGINT, state_dir)[0] == 0
    assert nothing_left_of(state_dir)


@pytest.mark.skipif(not (shutil.which("java") and shutil.which("mvn")), reason="needs Apache Kafka as a process")
def test_every_part_that_is_killed_comes_back_and_the_books_agree(state_dir: Path) -> None:
    with up(state_dir, broker="maven", simulator=True) as (process, stack):
        replay = subprocess.Popen(o2c("replay", a_past(state_dir.parent), "--stack", state_dir), **CAPTURED)
        for name in (*SERVICES, "simulator", "postgres", "kafka"):
            killed = kill(process, name)
            back = partial(runs_again, process, name, killed)
            wait_for(back, f"{name} is not back", lambda: work_in(state_dir))
            wait_for(lambda: all_ready(stack), f"not all are ready after {name} was killed", lambda: work_in(state_dir))
        output, _ = replay.communicate()  # it gives up by itself when nothing progresses
        assert replay.returncode == 0, output
        check = subprocess.run(o2c("check", "--stack", state_dir), check=False, **CAPTURED)
        assert check.returncode == 0, check.stdout
        code, output = ended_with(process, signal.SIGINT, state_dir)
        assert code == 0, output
    for name in STARTED_WITH:
        assert f"{name} was ended by SIGKILL: it is started again" in output
    assert nothing_left_of(state_dir)


def a_past(directory: Path) -> Path:
    """Some weeks of invoices and payments of a few customers."""
    file, first = directory / "past.csv", date(2026, 1, 5)
    lines = ["customer_id,invoice_number,invoice_date,due_date,amount,settled_on"]
    for number in range(300):
        day = first + timedelta(days=number // 5)
        settled = day + timedelta(days=number % 40) if number % 7 else ""
        lines.append(f"C-{number % 9},I-{number},{day},{day + timedelta(days=30)},{number + 10}.55,{settled}")
    file.write_text("\n".join(lines) + "\n")
    return file


def runs_again(up: subprocess.Popen[str], name: str, killed: int) -> bool:
    part = part_of(up, name)
    return part is not None and part.pid != killed


def all_ready(stack: StackDescription) -> bool:
    try:
        return all(httpx.get(f"{url}/health/ready").status_code == 200 for url in stack.service_urls.values())
    except httpx.TransportError:
        return False


def a_second_one_is_refused(state_dir: Path) -> None:
    second = subprocess.run(
        o2c("up", "--state-dir", state_dir), env=ENVIRONMENT, capture_output=True, text=True, check=False
    )
    assert second.returncode == 1
    assert "already running" in second.stderr


def kill(up: subprocess.Popen[str], name: str) -> int:
    """Kills a part of the stack with SIGKILL; returns the process id it had."""
    part = part_of(up, name)
    assert part is not None, f"{name} does not run"
    part.kill()
    return int(part.pid)


def part_of(up: subprocess.Popen[str], name: str) -> psutil.Process | None:
    """The process of a part, found by what it is started with."""
    for child in psutil.Process(up.pid).children():
        with contextlib.suppress(psutil.Error):
            if re.search(STARTED_WITH[name], " ".join(child.cmdline())) and child.status() != psutil.STATUS_ZOMBIE:
                return child
    return None


async def idle_comes_and_a_busy_service_is_named(stack: StackDescription) -> None:
    await wait_for_idle(stack, stack.service_urls)
    with pytest.raises(NotIdle, match="credit does not answer"):
        await wait_for_idle(stack, {**stack.service_urls, "credit": "http://127.0.0.1:9"}, stall_seconds=0.2)


async def wait_for_idle(stack: StackDescription, urls: dict[str, str], stall_seconds: float = 60.0) -> None:
    async with IdleMonitor(stack.kafka_bootstrap_servers, urls) as idle:
        await idle.wait(stall_seconds)
