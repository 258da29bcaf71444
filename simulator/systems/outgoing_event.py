"""An event on its way to the services, with what caused it."""

from __future__ import annotations

from typing import NamedTuple

from shared.contracts.event import Event


class OutgoingEvent(NamedTuple):
    """An event to publish, and the event it answers."""

    event: Event
    cause: Event | None = None
