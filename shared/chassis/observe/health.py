"""Live and ready: whether the process works at all, and whether it does its work now."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

OK: Final = "ok"


@dataclass(frozen=True, slots=True)
class Probe:
    """One question about readiness. `check` answers "ok", or a sentence about what is wrong."""

    name: str
    check: Callable[[], Awaitable[str]]


def probe(name: str, fault: Callable[[], str | None]) -> Probe:
    """A probe of what a part knows of itself: `fault` gives the sentence, None where all is well."""

    async def check() -> str:
        return fault() or OK

    return Probe(name, check)


@dataclass(frozen=True, slots=True)
class HealthReport:
    """`checks` has the answer of each probe by its name."""

    live: bool
    ready: bool
    checks: dict[str, str] = field(default_factory=dict)


async def examine(probes: Sequence[Probe]) -> HealthReport:
    """Asks every probe. A process that answers at all is live."""
    checks = {probe.name: await probe.check() for probe in probes}
    return HealthReport(live=True, ready=all(check == OK for check in checks.values()), checks=checks)
