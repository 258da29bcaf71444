"""A part of the stack that ends by itself is started again, a few times and ever later; then it has failed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from o2c.stack import StackError
from o2c.stack.children import Child, Children
from o2c.stack.restarts import RESTARTS_MAX, RestartHistory
from o2c.stack.supervisor import PartFailed, Supervisor


def test_each_restart_waits_twice_as_long_as_the_one_before() -> None:
    history = RestartHistory()
    assert [history.next_pause(now=float(n)) for n in range(RESTARTS_MAX)] == [1, 2, 4, 8, 16, 30, 30, 30]


def test_one_end_too_many_within_the_window_is_a_failure() -> None:
    history = RestartHistory(restarts_max=2, window_seconds=600)
    assert [history.next_pause(now) for now in (0.0, 10.0, 20.0)] == [1, 2, None]


def test_what_ended_long_ago_does_not_count() -> None:
    history = RestartHistory(restarts_max=2, window_seconds=600)
    history.next_pause(0.0)
    history.next_pause(10.0)
    assert history.next_pause(600.0) == 2
    assert history.next_pause(605.0) is None
    assert history.next_pause(1210.0) == 1


@pytest.fixture
async def children(tmp_path: Path):
    children = Children(tmp_path)
    yield children
    await children.stop_all()


def sleeper(children: Children, source: str = "import time; time.sleep(60)") -> Child:
    return children.start("part", [sys.executable, "-c", source])


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


async def end(child: Child) -> None:
    child.process.kill()
    await child.wait(10)


async def test_a_killed_part_comes_back_after_its_pause_and_it_is_reported(children: Children) -> None:
    lines: list[str] = []
    clock = Time()
    supervisor = Supervisor(children, lines.append, clock=clock)
    child = sleeper(children)
    supervisor.supervise(child)
    killed = child.process.pid
    await end(child)
    supervisor.check()
    clock.now = 0.9
    supervisor.check()
    assert child.exit_code is not None
    clock.now = 1.0
    supervisor.check()
    assert child.exit_code is None
    assert child.process.pid != killed
    assert lines[0].startswith("part was ended by SIGKILL: it is started again in 1 s (restart 1 of at most 8;")
    assert lines[1:] == ["part was started again"]


async def test_a_part_that_ends_again_and_again_ends_the_stack_with_its_log(children: Children) -> None:
    clock = Time()
    supervisor = Supervisor(children, print, clock=clock)
    child = sleeper(children, "import sys; sys.exit('the port is taken')")
    supervisor.supervise(child)
    for _ in range(2 * RESTARTS_MAX):
        await child.wait(10)
        supervisor.check()
        clock.now += 31.0
    await child.wait(10)
    with pytest.raises(PartFailed, match=r"part ended 9 times within 10 minutes.*\n(.*\n)*.*the port is taken"):
        supervisor.check()


async def test_a_part_that_loses_data_is_not_started_again(children: Children) -> None:
    supervisor = Supervisor(children, print)
    child = sleeper(children)
    supervisor.supervise(child, lost_with_it="its events are lost")
    await end(child)
    with pytest.raises(PartFailed, match="its events are lost: the stack ends"):
        supervisor.check()


async def test_a_command_that_does_nothing_is_ended(children: Children) -> None:
    busy = "import time\nwhile time.process_time() < 1.5: pass"
    await children.run("busy", [sys.executable, "-c", busy], stall_seconds=60)
    with pytest.raises(StackError, match="hanging has done nothing for 1 s"):
        await children.run("hanging", [sys.executable, "-c", "import time; time.sleep(600)"], stall_seconds=1)
