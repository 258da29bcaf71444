"""Spans of batches: nothing loaded without a collector; in the trace of the cause, or linked to many."""

from __future__ import annotations

import http.server
import subprocess
import sys
import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from shared.chassis.errors import ConfigurationError
from shared.chassis.observe.tracing import Traces, open_traces

TRACES = [f"{n:032x}" for n in (7, 8)]


def received(*traceparents: str | None) -> list[Any]:
    headers = [{} if value is None else {"traceparent": value} for value in traceparents]
    return [SimpleNamespace(headers=each, topic="OrderPlaced") for each in headers]


def of(trace: str, span: int) -> str:
    return f"00-{trace}-{span:016x}-01"


def test_without_a_collector_not_even_the_sdk_is_loaded() -> None:
    program = (
        "import sys; from shared.chassis.observe.tracing import open_traces\n"
        "from shared.chassis.consume.batch import BatchProcessor\n"
        "with open_traces('credit', 'none').batch([]): pass\n"
        "sys.exit(any(name.startswith('opentelemetry.sdk') for name in sys.modules))"
    )
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0


def test_a_batch_of_several_traces_is_linked_to_each_of_them_once() -> None:
    collected = InMemorySpanExporter()
    traces = Traces("credit", SimpleSpanProcessor(collected))
    with traces.batch(received(of(TRACES[0], 1), of(TRACES[1], 2), of(TRACES[0], 3), None, "garbage")):
        pass
    traces.close()
    (span,) = collected.get_finished_spans()
    assert span.parent is None
    assert [f"{link.context.trace_id:032x}" for link in span.links] == TRACES
    assert span.attributes is not None and span.attributes["messaging.batch.message_count"] == 5


def test_a_batch_of_one_trace_is_part_of_it() -> None:
    collected = InMemorySpanExporter()
    with Traces("credit", SimpleSpanProcessor(collected)).batch(received(of(TRACES[0], 1), of(TRACES[0], 2))):
        pass
    (span,) = collected.get_finished_spans()
    assert span.context is not None and span.parent is not None
    assert (f"{span.context.trace_id:032x}", span.parent.span_id) == (TRACES[0], 1)


def test_spans_go_to_the_collector_that_the_standard_variables_name(monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("opentelemetry.exporter.otlp.proto.http", reason="needs pip install 'o2c[traces]'")
    bodies: list[tuple[str, bytes]] = []

    class Collector(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            bodies.append((self.path, self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_: Any) -> None: ...

    server = http.server.HTTPServer(("127.0.0.1", 0), Collector)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", f"http://127.0.0.1:{server.server_port}")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_COMPRESSION", "none")
    traces = open_traces("credit", "otlp")
    with traces.batch(received(of(TRACES[0], 1))):
        pass
    traces.close()
    server.shutdown()
    ((path, body),) = bodies
    assert path == "/v1/traces"
    assert b"o2c-credit" in body and bytes.fromhex(TRACES[0]) in body


def test_a_missing_exporter_is_named_with_the_remedy(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.http.trace_exporter", cast(Any, None))
    with pytest.raises(ConfigurationError, match=r"pip install 'o2c\[traces\]'"):
        open_traces("credit", "otlp")
