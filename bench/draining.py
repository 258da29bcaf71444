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
service is one thread, so near 100 % it is its own limit. The stages were measured one after the other in batches of
{BATCH_EVENTS}; in the service they overlap: while PostgreSQL works for one half of a batch, Python works for the other,
and publishing continues beside both."""


def as_part(results: Sequence[Result]) -> Part:
    """One row for each service; where its time goes as a note."""
    notes = [_EXPLAINED, *(where_time_goes(result) for result in results)]
    return Part([as_line(result) for result in results], notes, {"services": [_details(result) for result in results]})


def as_line(result: Result) -> Line:
    """The service beside its floor."""
    pace = result.drained.pace
    figures = [f"{pace.per_second:,.0f} events/s beside {result.floor.per_second:,.0f}"]
    for who in (SERVICE, POSTGRES, KAFKA):
        seconds = result.drained.cpu_seconds.get(who)
        if seconds is not None:
            figures.append(f"CPU {who} {seconds / pace.seconds:.0%}")
    figures.append(f"{result.drained.resident_megabytes:.0f} MB")
    compared = f"{result.ratio:.0%} of the floor"
    return Line("drain", result.service, compared, "; ".join(figures), f"{GOAL:.0%}", result.ratio >= GOAL)


def where_time_goes(result: Result) -> str:
    """Microseconds an event: in the service, and what each stage takes by itself."""
    pace = result.drained.pace
    whole = pace.seconds * 1_000_000 / pace.events
    stages = ", ".join(f"{stage} {seconds * 1_000_000:.0f}" for stage, seconds in result.spent_per_event().items())
    cpu = ", ".join(
        f"{who} {seconds * 1_000_000 / pace.events:.0f}" for who, seconds in result.drained.cpu_seconds.items()
    )
    return (
        f"{result.service}: {result.mix}. {whole:.0f} µs an event in {result.drained.batches} transactions; "
        f"CPU in µs an event: {cpu}; one stage after the other: {stages}"
    )


def _details(result: Result) -> dict[str, Any]:
    return {
        **asdict(result),
        "ratio_to_floor": round(result.ratio, 3),
        "events_per_second": round(result.drained.pace.per_second, 1),
        "floor_events_per_second": round(result.floor.per_second, 1),
        "seconds_per_event": result.spent_per_event(),
    }
