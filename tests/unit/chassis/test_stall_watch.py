"""A wait fails when nothing progresses, however long it takes while something does."""

from __future__ import annotations

import pytest

from shared.chassis.observe.stall_watch import Stalled, StallWatch, wait_until


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


def test_a_wait_in_which_an_offset_moves_now_and_then_never_stalls() -> None:
    clock = Clock()
    watch = StallWatch(60.0, clock)
    for offset in range(100):
        watch.observe({"credit: events handled": offset})
        clock.now += 59.0
        assert not watch.stalled


def test_a_wait_in_which_nothing_moves_stalls_after_the_stated_time() -> None:
    clock = Clock()
    watch = StallWatch(60.0, clock)
    watch.observe({"credit: events handled": 5})
    clock.now = 59.9
    watch.observe({"credit: events handled": 5})
    assert not watch.stalled
    clock.now = 60.0
    assert watch.stalled
    assert watch.last_progress == "none since the wait began 60 s ago"


def test_the_last_progress_is_named() -> None:
    clock = Clock()
    watch = StallWatch(60.0, clock)
    watch.observe({"credit: events handled": 5, "cash_app: events handled": 5})
    clock.now = 10.0
    watch.observe({"credit: events handled": 5, "cash_app: events handled": 6})
    clock.now = 70.0
    watch.observe({"credit: events handled": 5, "cash_app: events handled": 6})
    assert watch.stalled
    assert watch.last_progress == "cash_app: events handled, 60 s ago"


def test_a_service_that_restarts_again_and_again_without_moving_is_no_progress() -> None:
    clock = Clock()
    watch = StallWatch(60.0, clock)
    for second in range(0, 61, 10):
        clock.now = float(second)
        watch.observe({"credit: answer": "busy"} if second % 20 == 0 else {})
    assert watch.stalled


def test_a_mark_seen_for_the_first_time_does_not_prolong_the_wait() -> None:
    clock = Clock()
    watch = StallWatch(60.0, clock)
    for second in range(61):
        clock.now = float(second)
        watch.observe({f"topic {second}": second})
    assert watch.stalled


async def test_a_wait_ends_when_it_is_done_and_fails_when_nothing_moves() -> None:
    looks = iter([{"done": 1}, {"done": 2}, None])

    async def look() -> dict[str, object] | None:
        return next(looks)

    await wait_until(look, stall_seconds=60.0, poll_seconds=0.0)

    async def stuck() -> dict[str, object] | None:
        return {"done": 2}

    with pytest.raises(Stalled, match=r"no progress for 0\.05 s"):
        await wait_until(stuck, stall_seconds=0.05, poll_seconds=0.01)
