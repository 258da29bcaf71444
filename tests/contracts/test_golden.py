"""Contracts are stable: a published version stays compatible with its golden file."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from jsonschema import Draft202012Validator

from shared.chassis.envelope import cloudevent_headers, decode, encode, read_headers
from shared.contracts import EVENTS
from shared.contracts.event import Event, EventContext
from tests.contracts.compatibility import Json, incompatibilities
from tests.contracts.examples import EXAMPLES
from tests.contracts.golden import NoExample, golden_files, write_new

GOLDEN = golden_files()
BYTES_MAX = 1_000_000
CONTEXT = EventContext(
    id=UUID("0b9d9c0e-5d3a-5a57-8a3c-6f1d2e4b7c90"),
    source="urn:o2c:golden",
    time=datetime(2025, 3, 3, 8, 30, tzinfo=UTC),
    correlation_id=UUID("5e1c8f7a-2b44-5f0d-9b0e-1c2d3e4f5a6b"),
    causation_id=UUID("9a7b6c5d-4e3f-5a1b-8c2d-0e1f2a3b4c5d"),
    traceparent="00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01",
)


def received(name: str, body: Json) -> Event:
    """The event that a consumer decodes from this body and its headers."""
    subject = str(body[GOLDEN[name]["subject"]])
    headers = read_headers(cloudevent_headers(name, subject, CONTEXT))
    return decode(json.dumps(body).encode(), headers, BYTES_MAX)


def with_unknown_fields(part: Any) -> Any:
    """The same body from a producer of a later version, with further fields at every level except in payment terms.

    An unknown field of payment terms is refused, since it would change the due date: see test_terms.py.
    """
    if isinstance(part, dict):
        return {
            **{key: value if key == "terms" else with_unknown_fields(value) for key, value in part.items()},
            "added_later": {"more": ["than now"]},
        }
    return [with_unknown_fields(element) for element in part] if isinstance(part, list) else part


def without_later_fields(example: Any, body: Any) -> Any:
    """The body without the fields that were added after the example was written."""
    if isinstance(example, dict):
        return {key: without_later_fields(value, body[key]) for key, value in example.items()}
    if isinstance(example, list):
        return [without_later_fields(*pair) for pair in zip(example, body, strict=True)]
    return body


def values_within(part: Any) -> list[Any]:
    if isinstance(part, dict):
        return [part, *(inner for value in part.values() for inner in values_within(value))]
    if isinstance(part, list):
        return [part, *(inner for value in part for inner in values_within(value))]
    return [part]


def test_every_version_has_a_golden_file_and_none_was_dropped() -> None:
    assert sorted(GOLDEN) == sorted(EVENTS), (
        "a new version: write an example and run `python -m tests.contracts.golden`; "
        "a published version is kept, its golden file is never deleted"
    )


@pytest.mark.parametrize("name", EVENTS)
def test_the_contract_is_compatible_with_its_golden_file(name: str) -> None:
    broken = incompatibilities(GOLDEN[name], EVENTS[name])
    assert not broken, f"{name} is published, but {'; '.join(broken)}: keep this version and add a new one"


@pytest.mark.parametrize("name", EVENTS)
def test_the_golden_example_is_decoded_and_encoded_unchanged(name: str) -> None:
    golden = GOLDEN[name]
    event = received(name, golden["example"])
    published = encode(event, event.context)
    assert type(event) is EVENTS[name]
    assert event.context == CONTEXT
    assert without_later_fields(golden["example"], json.loads(published.value)) == golden["example"]
    assert read_headers(published.headers)["ce_type"] == name
    assert read_headers(published.headers)["ce_subject"] == str(golden["example"][golden["subject"]])
    assert published.topic == golden["topic"]
    assert published.key.decode() == golden["example"][golden["key"][0]]


@pytest.mark.parametrize("name", EVENTS)
def test_the_golden_schema_is_valid_and_accepts_the_example(name: str) -> None:
    Draft202012Validator.check_schema(GOLDEN[name]["schema"])
    Draft202012Validator(GOLDEN[name]["schema"]).validate(GOLDEN[name]["example"])


@pytest.mark.parametrize("name", EVENTS)
def test_unknown_fields_are_ignored(name: str) -> None:
    example = GOLDEN[name]["example"]
    assert received(name, with_unknown_fields(example)) == received(name, example)


@pytest.mark.parametrize("name", EVENTS)
def test_the_example_shows_every_field_and_no_amount_as_a_number(name: str) -> None:
    body = json.loads(EVENTS[name].model_validate(EXAMPLES[name]).model_dump_json())
    assert body == EXAMPLES[name]
    assert not [value for value in values_within(body) if value in (None, "", [], {}) or isinstance(value, float)]


def test_the_command_writes_new_files_and_keeps_published_ones(tmp_path: Path) -> None:
    published = tmp_path / "OrderPlaced.v1.json"
    published.write_text("as it was", "utf-8")
    contracts = {name: EVENTS[name] for name in ("OrderPlaced.v1", "OrderCancelled.v1")}
    assert write_new(contracts, EXAMPLES, tmp_path) == [tmp_path / "OrderCancelled.v1.json"]
    assert golden_files(tmp_path / "nowhere") == {} and published.read_text("utf-8") == "as it was"
    assert json.loads((tmp_path / "OrderCancelled.v1.json").read_text("utf-8")) == GOLDEN["OrderCancelled.v1"]
    assert write_new(contracts, EXAMPLES, tmp_path) == []


def test_the_command_requires_an_example_and_writes_nothing_without_it(tmp_path: Path) -> None:
    examples = {"OrderPlaced.v1": EXAMPLES["OrderPlaced.v1"]}
    with pytest.raises(NoExample, match=r"no example of OrderCancelled\.v1: write one in tests/contracts/examples\.py"):
        write_new({name: EVENTS[name] for name in ("OrderPlaced.v1", "OrderCancelled.v1")}, examples, tmp_path)
    assert list(tmp_path.iterdir()) == []
