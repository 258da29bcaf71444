"""The part `drain`: each service drains a backlog of its usual mix, beside the floor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any, Final

from bench.floor import BATCH_EVENTS
from bench.processor_time import KAFKA, POSTGRES, SERVICE
from bench.results import Line, Part, Result

GOAL: Final = 0.6
_EXPLAINED: Final = f"""\
drain: the service takes its backlog from Kafka, decides, writes and publishes; measured from its first commit to the
last one and the outbox empty. The floor does nothing but the same writes (inbox, the service's rows, outbox) by bare
asyncpg in batches of {BATCH_EVENTS}. The first batch of each is left out. CPU: the part of one core that was used; a
service is one thread, so near 100 % it is its own limit."""


def as_part(results: Sequence[Result]) -> Part:
    """One row for each service; where its time goes as a note."""
    notes = [_EXPLAINED, *(_time_goes(result) for result in results)]
    return Part([_line(result) for result in results], notes, {"services": [_details(result) for result in results]})


def _line(result: Result) -> Line:
    pace = result.drained.pace
    figures = [f"{pace.per_second:,.0f} events/s beside {result.floor.per_second:,.0f}"]
    for who in (SERVICE, POSTGRES, KAFKA):
        seconds = result.drained.cpu_seconds.get(who)
        if seconds is not None:
            figures.append(f"CPU {who} {seconds / pace.seconds:.0%}")
    compared = f"{result.ratio:.0%} of the floor"
    return Line("drain", result.service, compared, "; ".join(figures), f"{GOAL:.0%}", result.ratio >= GOAL)


def _time_goes(result: Result) -> str:
    """Microseconds an event. What is not handling is fetching, publishing, the offsets and waiting for others."""
    pace, handled = result.drained.pace, result.spent_per_event()
    whole = pace.seconds * 1_000_000 / pace.events
    stages = ", ".join(f"{stage} {seconds * 1_000_000:.0f}" for stage, seconds in handled.items())
    rest = max(0.0, whole - sum(handled.values()) * 1_000_000)
    cpu = result.drained.cpu_seconds.get(SERVICE, 0.0) * 1_000_000 / pace.events
    return (
        f"{result.service}: {result.mix}. Of {whole:.0f} µs an event: {stages}, fetching, publishing and waiting "
        f"{rest:.0f}; CPU of the service {cpu:.0f}; {result.drained.batches} batches"
    )


def _details(result: Result) -> dict[str, Any]:
    return {
        **asdict(result),
        "ratio_to_floor": round(result.ratio, 3),
        "events_per_second": round(result.drained.pace.per_second, 1),
        "floor_events_per_second": round(result.floor.per_second, 1),
        "seconds_per_event": result.spent_per_event(),
    }
