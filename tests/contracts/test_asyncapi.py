"""The AsyncAPI document names the topic, producers, consumers and schema of every event."""

from __future__ import annotations

import json
from datetime import date
from functools import cache
from typing import Any

import pytest
from jsonschema import Draft202012Validator, ValidationError, validate

from o2c.specs.asyncapi import declared_consumers, document
from o2c.stack import SERVICES
from shared.contracts import EVENTS
from shared.contracts.credit import CreditApproved
from shared.contracts.erp import BusinessDayStarted

REFERENCE = {
    "type": "object",
    "properties": {"$ref": {"type": "string", "pattern": "^#/"}},
    "required": ["$ref"],
    "additionalProperties": False,
}
NAMED = {"type": "object", "minProperties": 1, "propertyNames": {"pattern": r"^[\w\d.\-_]+$"}}
STRUCTURE = {
    "type": "object",
    "required": ["asyncapi", "info", "channels", "operations", "components"],
    "additionalProperties": False,
    "properties": {
        "asyncapi": {"const": "3.0.0"},
        "info": {"type": "object", "required": ["title", "version"]},
        "defaultContentType": {"type": "string"},
        "servers": {
            **NAMED,
            "additionalProperties": {"type": "object", "required": ["host", "protocol"]},
        },
        "channels": {
            **NAMED,
            "additionalProperties": {
                "type": "object",
                "required": ["address", "messages"],
                "additionalProperties": False,
                "properties": {
                    "address": {"type": "string"},
                    "description": {"type": "string"},
                    "messages": {**NAMED, "additionalProperties": REFERENCE},
                    "bindings": {"type": "object"},
                },
            },
        },
        "operations": {
            **NAMED,
            "additionalProperties": {
                "type": "object",
                "required": ["action", "channel"],
                "additionalProperties": False,
                "properties": {
                    "action": {"enum": ["send", "receive"]},
                    "channel": REFERENCE,
                    "messages": {"type": "array", "items": REFERENCE, "minItems": 1},
                    "tags": {"type": "array", "items": {"type": "object", "required": ["name"]}},
                    "bindings": {"type": "object"},
                },
            },
        },
        "components": {
            "type": "object",
            "additionalProperties": False,
            "properties": {
                "messages": {
                    **NAMED,
                    "additionalProperties": {
                        "type": "object",
                        "required": ["name", "summary", "contentType", "payload"],
                        "additionalProperties": False,
                        "properties": {
                            "name": {"type": "string"},
                            "title": {"type": "string"},
                            "summary": {"type": "string", "minLength": 1},
                            "description": {"type": "string"},
                            "contentType": {"type": "string"},
                            "headers": {"type": "object", "properties": {"type": {"const": "object"}}},
                            "payload": {"type": "object"},
                            "bindings": {"type": "object"},
                        },
                    },
                },
                "schemas": NAMED,
            },
        },
    },
}


@cache
def printed() -> dict[str, Any]:
    document_as_printed: dict[str, Any] = json.loads(json.dumps(document()))
    return document_as_printed


def resolved(reference: str) -> Any:
    """The target of a reference within the document. Raises KeyError where it does not exist."""
    place: Any = printed()
    for part in reference.removeprefix("#/").split("/"):
        place = place[part]
    return place


def references(part: Any) -> set[str]:
    if isinstance(part, dict):
        own = {part["$ref"]} if isinstance(part.get("$ref"), str) else set()
        return own.union(*(references(value) for value in part.values()))
    if isinstance(part, list):
        return set().union(*(references(value) for value in part))
    return set()


def payload_check(event_type: str) -> Draft202012Validator:
    schema = {
        "components": printed()["components"],
        **resolved(f"#/components/messages/{event_type}")["payload"],
    }
    return Draft202012Validator(schema)


def test_it_has_the_structure_of_asyncapi_3() -> None:
    validate(printed(), STRUCTURE, cls=Draft202012Validator)


def test_the_structure_check_can_fail() -> None:
    with pytest.raises(ValidationError):
        validate({**printed(), "asyncapi": "2.6.0"}, STRUCTURE, cls=Draft202012Validator)


def test_every_reference_has_a_target() -> None:
    for reference in references(printed()):
        assert resolved(reference) is not None


def test_an_operation_s_messages_are_those_of_its_channel() -> None:
    for operation in printed()["operations"].values():
        for message in operation["messages"]:
            assert message["$ref"].startswith(operation["channel"]["$ref"] + "/messages/")


def test_every_event_has_its_channel_key_producers_and_consumers() -> None:
    operations = printed()["operations"]
    for name, event in EVENTS.items():
        assert printed()["channels"][event.topic]["address"] == event.topic
        assert printed()["components"]["messages"][name]["bindings"]["kafka"]["key"]["description"].startswith(
            event.key_fields[0]
        )
        for producer in event.published_by:
            assert operations[f"{producer}.sends.{event.topic}"]["action"] == "send"
    for service, events in declared_consumers().items():
        for event in events:
            operation = operations[f"{service}.receives.{event.topic}"]
            assert operation["bindings"]["kafka"]["groupId"]["enum"] == [f"o2c.{service}"]


def test_every_service_consumes_the_business_day_and_has_a_dead_letter_channel() -> None:
    for service in SERVICES:
        assert f"{service}.receives.BusinessDayStarted" in printed()["operations"]
        assert f"{service}.dead-letter" in printed()["channels"]


@pytest.mark.parametrize("name", EVENTS)
def test_payloads_and_headers_are_json_schemas(name: str) -> None:
    message = printed()["components"]["messages"][name]
    Draft202012Validator.check_schema(message["payload"])
    Draft202012Validator.check_schema(message["headers"])
    assert message["headers"]["properties"]["ce_type"] == {"const": name}


def test_a_published_event_matches_its_schema() -> None:
    day = BusinessDayStarted(company_id="C1", business_date=date(2025, 3, 3))
    payload_check("BusinessDayStarted.v1").validate(json.loads(day.model_dump_json()))


def test_amounts_are_strings() -> None:
    approved = CreditApproved.model_validate(
        {
            "order_id": "O1",
            "customer_id": "K1",
            "decided_on": "2025-03-03",
            "currency": "USD",
            "order_amount": "10.50",
            "exposure": "10.50",
            "credit_limit": "100",
            "policy_version": 0,
        }
    )
    body = json.loads(approved.model_dump_json())
    payload_check("CreditApproved.v1").validate(body)
    assert not payload_check("CreditApproved.v1").is_valid({**body, "order_amount": 10.5})
