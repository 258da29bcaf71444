"""What the routes of all services need of the running service."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any, cast

from fastapi import Depends, Request

from shared.chassis.consume.dead_letter_replay import DeadLetterReplay
from shared.chassis.declare.service import Service
from shared.chassis.declare.settings import ServiceSettings
from shared.chassis.observe.health import HealthReport
from shared.chassis.observe.metrics import Metrics
from shared.chassis.transaction.transactions import Transactions


@dataclass(frozen=True)
class Backend:
    """The parts of a service that answer requests."""

    service: Service
    settings: ServiceSettings
    transactions: Transactions
    replay: DeadLetterReplay
    metrics: Metrics
    measure: Callable[[], Awaitable[None]]
    """Brings the gauges up to date."""
    health: Callable[[], Awaitable[HealthReport]]
    idle: Callable[[], Awaitable[dict[str, bool]]]


def backend(request: Request) -> Backend:
    """The backend of the application that answers this request."""
    return cast("Backend", request.app.state.backend)


def dead_letter_replay() -> Any:
    """A dependency that gives the DeadLetterReplay of the service."""

    def replay(request: Request) -> DeadLetterReplay:
        return backend(request).replay

    return Depends(replay)
