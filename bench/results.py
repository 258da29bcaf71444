"""What a bench found, and how it is kept."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

DIRECTORY: Final = Path(__file__).parent / "results"
_LIBRARIES: Final = ("faststream", "aiokafka", "asyncpg", "pydantic", "uvloop")


class BenchFailed(Exception):
    """A service did not drain its backlog, or not rightly. The message says what was seen and expected."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Events handled in a time, the first batch left out of both."""

    events: int
    seconds: float

    def __add__(self, other: Pace) -> Pace:
        return Pace(self.events + other.events, self.seconds + other.seconds)

    @property
    def per_second(self) -> float:
        return self.events / self.seconds


@dataclass(frozen=True, slots=True)
class Drained:
    """A backlog drained: from the first commit to the last one and the outbox empty."""

    pace: Pace
    batches: int
    cpu_seconds: dict[str, float]
    """CPU time within `pace` by who used it; only those whose processes can be seen from here."""

    def __add__(self, other: Drained) -> Drained:
        cpu = {who: self.cpu_seconds[who] + other.cpu_seconds[who] for who in self.cpu_seconds}
        return Drained(self.pace + other.pace, self.batches + other.batches, cpu)


@dataclass(frozen=True, slots=True)
class Result:
    """One service beside its floor."""

    service: str
    mix: str
    events: int
    batch_events_max: int
    drained: Drained
    floor: Pace

    @property
    def ratio(self) -> float:
        """The service's pace as a part of the floor's."""
        return self.drained.pace.per_second / self.floor.per_second


def machine() -> dict[str, Any]:
    """What the figures were measured on."""
    return {
        "cores": os.cpu_count(),
        "load_before": round(os.getloadavg()[0], 1),
        "machine": platform.machine(),
        "system": platform.platform(terse=True),
        "python": platform.python_version(),
        "libraries": {name: version(name) for name in _LIBRARIES},
    }


def write(results: list[Result], on: dict[str, Any], servers: list[str]) -> Path:
    """Keeps the results as JSON, a file for each run."""
    DIRECTORY.mkdir(exist_ok=True)
    at = datetime.now(UTC)
    file = DIRECTORY / f"{at:%Y%m%dT%H%M%SZ}.json"
    told = [{**asdict(result), **_figures(result)} for result in results]
    file.write_text(
        json.dumps({"at": at.isoformat(), "machine": on, "servers": servers, "results": told}, indent=2) + "\n"
    )
    return file


def _figures(result: Result) -> dict[str, float]:
    return {
        "ratio_to_floor": round(result.ratio, 3),
        "events_per_second": round(result.drained.pace.per_second, 1),
        "floor_events_per_second": round(result.floor.per_second, 1),
    }
