"""Which topics services hear and say, and which of them nobody but the services speaks on."""

from __future__ import annotations

from o2c.books.inputs import topics_heard
from o2c.stack import SERVICES
from shared.contracts import EVENTS

__all__ = ["said_by_services_only", "topics_heard", "topics_said"]


def topics_said(services: set[str]) -> set[str]:
    """What these services say."""
    return {event.topic for event in EVENTS.values() if services & {*event.published_by}}


def said_by_services_only() -> set[str]:
    """What comes from no one outside: it is said anew when services live through a time once more."""
    return {event.topic for event in EVENTS.values() if {*event.published_by} <= {*SERVICES}}
