"""W3C trace context, carried from a cause to what it causes, through Kafka and the outbox; spans of batches, if wanted.

The context always travels. Spans are made only where a collector is configured: without one not even OpenTelemetry's
SDK is loaded.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from typing import TYPE_CHECKING, Any, Final, Protocol
from uuid import UUID

from shared.chassis.errors import ConfigurationError

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor

_TRACEPARENT = re.compile(r"^00-([0-9a-f]{32})-([0-9a-f]{16})-([0-9a-f]{2})$")
_LINKS_MAX: Final = 128
"""What OpenTelemetry keeps of a span's links."""
_FLUSH_MS: Final = 3_000


def child_traceparent(parent: str | None, event: UUID) -> str:
    """The trace context of an event caused within `parent`'s trace; a new trace where there is none.

    The span id comes from the event's own id, so a repeated cause repeats it.
    """
    span = event.hex[16:]
    match = _TRACEPARENT.match(parent) if parent else None
    if match is None:
        return f"00-{event.hex}-{span}-01"
    return f"00-{match[1]}-{span}-{match[3]}"


class Traced(Protocol):
    """What a span needs of a received record."""

    @property
    def topic(self) -> str: ...
    @property
    def headers(self) -> Mapping[str, str]: ...


class NoTraces:
    """No collector is configured."""

    def batch(self, received: Sequence[Traced]) -> AbstractContextManager[Any]:
        return nullcontext()

    def close(self) -> None:
        """Nothing waits to be sent."""


class Traces:
    """A span for each batch, in the trace of what it handles; where that is of several traces, linked to them."""

    def __init__(self, service: str, processor: SpanProcessor) -> None:
        from opentelemetry.sdk.resources import SERVICE_NAME, Resource
        from opentelemetry.sdk.trace import TracerProvider

        self._provider = TracerProvider(resource=Resource.create({SERVICE_NAME: f"o2c-{service}"}))
        self._provider.add_span_processor(processor)
        self._tracer = self._provider.get_tracer("o2c")

    def batch(self, received: Sequence[Traced]) -> AbstractContextManager[Any]:
        """The span of handling these; what happens within it belongs to it."""
        from opentelemetry.trace import Link, NonRecordingSpan, SpanKind, set_span_in_context

        causes = _span_contexts(r.headers.get("traceparent") for r in received)
        alone = set_span_in_context(NonRecordingSpan(causes[0])) if len(causes) == 1 else None
        return self._tracer.start_as_current_span(
            "batch",
            alone,
            SpanKind.CONSUMER,
            {
                "messaging.system": "kafka",
                "messaging.batch.message_count": len(received),
                "messaging.destination.name": sorted({r.topic for r in received}),
            },
            [Link(cause) for cause in causes],
        )

    def close(self) -> None:
        """Sends what waits to be sent, for a few seconds at most."""
        self._provider.force_flush(_FLUSH_MS)
        self._provider.shutdown()


def open_traces(service: str, exporter: str) -> Traces | NoTraces:
    """Sends spans to the collector of OpenTelemetry's standard variables, where `exporter` is `otlp`.

    Raises ConfigurationError where what sends them is not installed.
    """
    if exporter == "none":
        return NoTraces()
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
    except ImportError as error:
        raise ConfigurationError(
            f"O2C_TRACES is otlp, but the exporter is not installed ({error}): pip install 'o2c[traces]'"
        ) from None
    from opentelemetry.sdk.trace.export import BatchSpanProcessor

    return Traces(service, BatchSpanProcessor(OTLPSpanExporter()))


def _span_contexts(traceparents: Iterable[str | None]) -> list[Any]:
    """The contexts, one of each trace, in the order in which they come."""
    from opentelemetry.trace import SpanContext, TraceFlags

    found: dict[str, SpanContext] = {}
    for value in traceparents:
        match = _TRACEPARENT.match(value) if value else None
        if match and match[1] not in found:
            flags = TraceFlags(int(match[3], 16))
            found[match[1]] = SpanContext(int(match[1], 16), int(match[2], 16), is_remote=True, trace_flags=flags)
            if len(found) == _LINKS_MAX:
                break
    return list(found.values())
