"""Unknown fields of consumed events are counted by name, and logged once per producer."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from prometheus_client import CollectorRegistry, Counter
from structlog.testing import capture_logs

from shared.chassis.consume import unknown_fields
from shared.chassis.consume.unknown_fields import UnknownFields
from shared.contracts import EVENTS
from tests.contracts.examples import EXAMPLES
from tests.contracts.test_golden import CONTEXT

LABELS = ["event", "field", "producer"]


class Counted:
    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.fields = UnknownFields(Counter("o2c_unknown_event_fields", "-", LABELS, registry=self.registry))

    def check(self, body: dict[str, Any], source: str = "urn:erp", name: str = "OrderPlaced.v1") -> None:
        text = json.dumps(body).encode()
        event = EVENTS[name].model_validate_json(text).with_context(replace(CONTEXT, source=source))
        self.fields.check(event, text)

    def count(self, field: str, source: str = "urn:erp") -> float | None:
        labels = dict(zip(LABELS, ("OrderPlaced.v1", field, source), strict=True))
        return self.registry.get_sample_value("o2c_unknown_event_fields_total", labels)


ORDER = EXAMPLES["OrderPlaced.v1"]
WITH_COLOUR = {**ORDER, "priority": 1, "lines": [{**line, "colour": "red"} for line in ORDER["lines"]]}


def test_fields_are_counted_per_event_and_logged_once_per_producer() -> None:
    counted = Counted()
    with capture_logs() as logs:
        for source in ("urn:erp", "urn:erp", "urn:shop"):
            counted.check(WITH_COLOUR, source)
    assert (counted.count("priority"), counted.count("lines[].colour")) == (2, 2)
    assert counted.count("priority", "urn:shop") == 1
    assert sorted((entry["producer"], entry["field"]) for entry in logs) == [
        ("urn:erp", "lines[].colour"),
        ("urn:erp", "priority"),
        ("urn:shop", "lines[].colour"),
        ("urn:shop", "priority"),
    ]


@pytest.mark.parametrize("name", EVENTS)
def test_no_example_of_a_contract_has_an_unknown_field(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknown_fields, "from_json", None)  # the usual body is not parsed again
    with capture_logs() as logs:
        Counted().check(EXAMPLES[name], name=name)
    assert logs == []


def test_text_that_looks_like_a_key_is_no_field() -> None:
    with capture_logs() as logs:
        Counted().check({**ORDER, "customer_reference": '"priority": 1'})
    assert logs == []


def test_a_process_tells_a_bounded_number_of_fields_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(unknown_fields, "_NAMES_MAX", 2)
    counted = Counted()
    with capture_logs() as logs:
        counted.check({**ORDER, **{f"field_{n}": n for n in range(10)}})
    assert [entry["field"] for entry in logs] == ["field_0", "field_1", "other"]
    assert counted.count("other", "other") == 8
