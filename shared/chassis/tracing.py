"""W3C trace context, carried from a cause to what it causes, through Kafka and the outbox."""

from __future__ import annotations

import re
from uuid import UUID

from opentelemetry import trace
from opentelemetry.trace import Link, SpanContext, TraceFlags

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")
_LINKS_MAX = 32

tracer = trace.get_tracer("o2c")


def child_traceparent(parent: str | None, event: UUID) -> str:
    """The trace context of an event caused within `parent`'s trace; a new trace where there is none.

    The span id comes from the event's own id, so a repeated cause repeats it.
    """
    span = event.hex[16:]
    match = _TRACEPARENT.match(parent) if parent else None
    if match is None:
        return f"00-{event.hex}-{span}-01"
    return f"00-{match[1]}-{span}-{match[3]}"


def links(traceparents: list[str | None]) -> list[Link]:
    """Links from a batch's span to the first events it handles."""
    found = []
    for value in traceparents[:_LINKS_MAX]:
        match = _TRACEPARENT.match(value) if value else None
        if match:
            flags = TraceFlags(int(match[3], 16))
            found.append(Link(SpanContext(int(match[1], 16), int(match[2], 16), is_remote=True, trace_flags=flags)))
    return found
