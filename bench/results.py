"""What a bench found, and how it is kept."""

from __future__ import annotations

import json
import os
import platform
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

DIRECTORY: Final = Path(__file__).parent / "results"
_LIBRARIES: Final = ("faststream", "aiokafka", "asyncpg", "pydantic", "uvloop")


class BenchFailed(Exception):
    """Something was not done, or not rightly. The message states what was found and what was expected."""


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
    resident_megabytes: float
    """The most memory that the service was seen to hold."""

    def __add__(self, other: Drained) -> Drained:
        cpu = {who: self.cpu_seconds[who] + other.cpu_seconds[who] for who in self.cpu_seconds}
        megabytes = max(self.resident_megabytes, other.resident_megabytes)
        return Drained(self.pace + other.pace, self.batches + other.batches, cpu, megabytes)


@dataclass(slots=True)
class Spent:
    """Where the time of handling goes, in seconds; measured with the service's handlers in one process."""

    decode: float = 0.0
    domain: float = 0.0
    """Deciding, and turning rows into aggregates and back; encoding events is part of it."""
    sql: float = 0.0
    """Waiting for PostgreSQL and asyncpg."""
    commit: float = 0.0
    publish: float = 0.0
    """Reading the outbox, filling Kafka's batches, waiting for the broker, and emptying the outbox."""


@dataclass(frozen=True, slots=True)
class Result:
    """One service beside its floor."""

    service: str
    mix: str
    events: int
    batch_events_max: int
    drained: Drained
    floor: Pace
    spent: Spent

    @property
    def ratio(self) -> float:
        """The service's pace as a part of the floor's."""
        return self.drained.pace.per_second / self.floor.per_second

    def spent_per_event(self) -> dict[str, float]:
        """Seconds of handling by stage."""
        return {stage: seconds / self.floor.events for stage, seconds in asdict(self.spent).items()}


@dataclass(frozen=True, slots=True)
class Line:
    """One row of the table: how it compares, then what was measured."""

    part: str
    what: str
    compared: str
    """The ratio within this run, or the figure where there is nothing to compare it with."""
    figures: str
    goal: str = ""
    met: bool | None = None
    """None: there is no goal, or it cannot be judged here."""


@dataclass(frozen=True, slots=True)
class Part:
    """What one part of the bench found."""

    lines: list[Line]
    notes: list[str]
    """Sentences below the table."""
    details: Any
    """All figures, for the JSON."""


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


@dataclass(slots=True)
class Findings:
    """What a run has found so far."""

    machine: dict[str, Any]
    servers: list[str] = field(default_factory=list)
    parts: dict[str, Part] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)


def failure_message(error: Exception) -> str:
    """The message of a BenchFailed, the kind of anything unexpected."""
    return str(error) if isinstance(error, BenchFailed) else f"{type(error).__name__}: {error}"


def new_file() -> Path:
    """Where the results of a run beginning now are kept."""
    DIRECTORY.mkdir(exist_ok=True)
    return DIRECTORY / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}.json"


def write(found: Findings, file: Path) -> None:
    """Keeps what was found so far as JSON."""
    parts = {
        name: {"lines": [asdict(line) for line in part.lines], **part.details} for name, part in found.parts.items()
    }
    document = {
        "at": datetime.now(UTC).isoformat(),
        "machine": found.machine,
        "servers": found.servers,
        "parts": parts,
        "failures": found.failures,
    }
    file.write_text(json.dumps(document, indent=2, default=str) + "\n")
