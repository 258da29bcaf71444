"""Which topics services consume and publish, and which of them only services publish on."""

from __future__ import annotations

from o2c.books.inputs import consumed_topics
from o2c.stack import SERVICES
from shared.contracts import EVENTS

__all__ = ["consumed_topics", "published_topics", "topics_of_services_only"]


def published_topics(services: set[str]) -> set[str]:
    """What these services publish."""
    return {event.topic for event in EVENTS.values() if services & {*event.published_by}}


def topics_of_services_only() -> set[str]:
    """What comes from no one outside: services publish it again when they process a time again."""
    return {event.topic for event in EVENTS.values() if {*event.published_by} <= {*SERVICES}}
