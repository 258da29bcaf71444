"""The AsyncAPI 3 document of the platform, made from the contracts and the services' own declarations."""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Mapping
from inspect import cleandoc
from typing import Any

from pydantic.json_schema import models_json_schema

from o2c.stack import SERVICES
from shared.chassis.publish.topics import dead_letter_topic, group_id
from shared.contracts import EVENTS
from shared.contracts.event import Event

Json = dict[str, Any]

_DESCRIPTION = """Order to cash as events between an upstream ERP (with INV_CTRL and GL_CORE) and five services.
Every event has a topic of its own, named as the event. CloudEvents 1.0 in Kafka's binary mode: attributes as `ce_*`
headers, the event itself as JSON body. Amounts are decimal strings; dates are ISO 8601."""


def document(consumed_by: Mapping[str, Iterable[type[Event]]] | None = None) -> Json:
    """The whole document. `consumed_by` names what each service consumes; by default what their handlers declare."""
    consumed = {name: list(events) for name, events in (consumed_by or declared_consumers()).items()}
    schemas, definitions = models_json_schema(
        [(event, "serialization") for event in EVENTS.values()], ref_template="#/components/schemas/{model}"
    )
    payloads = {event: schemas[event, "serialization"] for event in EVENTS.values()}
    return {
        "asyncapi": "3.0.0",
        "info": {"title": "Order to cash", "version": "1.0.0", "description": _DESCRIPTION},
        "defaultContentType": "application/json",
        "servers": {"kafka": {"host": "localhost:9092", "protocol": "kafka", "description": "The local stack's"}},
        "channels": {
            **{event.topic: _channel(event, consumed) for event in EVENTS.values()},
            **{dead_letter_topic(name): _dead_letter_channel(name) for name in SERVICES},
        },
        "operations": _operations(consumed),
        "components": {
            "messages": {
                **{name: _message(event, payloads[event]) for name, event in EVENTS.items()},
                "DeadLetter": _dead_letter_message(),
            },
            "schemas": definitions["$defs"],
        },
    }


def declared_consumers() -> dict[str, list[type[Event]]]:
    """What each service declares that it consumes, in the order in which it handles it."""
    return {
        name: list(importlib.import_module(f"services.{name}.handlers").handlers.subscriptions) for name in SERVICES
    }


def _channel(event: type[Event], consumed: Mapping[str, list[type[Event]]]) -> Json:
    consumers = [name for name, events in consumed.items() if event in events]
    versions = [name for name, other in EVENTS.items() if other.topic == event.topic]
    producers, read = ", ".join(event.published_by), ", ".join(consumers) or "no service of ours"
    return {
        "address": event.topic,
        "description": f"Published by {producers}; consumed by {read}.",
        "messages": {name: _reference("components", "messages", name) for name in versions},
        "bindings": {"kafka": {"topic": event.topic}},
    }


def _operations(consumed: Mapping[str, list[type[Event]]]) -> Json:
    sent = {
        f"{producer}.sends.{event.topic}": _operation("send", producer, event.topic, event.type_name())
        for event in EVENTS.values()
        for producer in event.published_by
    }
    received = {
        f"{name}.receives.{event.topic}": {
            **_operation("receive", name, event.topic, event.type_name()),
            "bindings": {"kafka": {"groupId": {"type": "string", "enum": [group_id(name)]}}},
        }
        for name, events in consumed.items()
        for event in events
    }
    dead = {
        f"{name}.sends.{dead_letter_topic(name)}": _operation("send", name, dead_letter_topic(name), "DeadLetter")
        for name in SERVICES
    }
    return {**sent, **received, **dead}


def _operation(action: str, application: str, channel: str, message: str) -> Json:
    return {
        "action": action,
        "channel": _reference("channels", channel),
        "messages": [_reference("channels", channel, "messages", message)],
        "tags": [{"name": application}],
    }


def _message(event: type[Event], payload: Json) -> Json:
    summary, _, more = cleandoc(event.__doc__ or "").partition("\n")
    key = " or else ".join(event.key_fields)
    message = {
        "name": event.type_name(),
        "title": event.topic,
        "summary": summary,
        "contentType": "application/json",
        "headers": _cloudevent_headers(event),
        "payload": payload,
        "bindings": {"kafka": {"key": {"type": "string", "description": key}}},
    }
    return {**message, "description": more.strip()} if more.strip() else message


def _cloudevent_headers(event: type[Event]) -> Json:
    identifier = {"type": "string", "format": "uuid"}
    return {
        "type": "object",
        "properties": {
            "ce_specversion": {"const": "1.0"},
            "ce_type": {"const": event.type_name()},
            "ce_id": {"type": "string", "description": "Unique per source; the services use UUIDs"},
            "ce_source": {"type": "string", "description": f"The producer: {', '.join(event.published_by)}"},
            "ce_time": {"type": "string", "format": "date-time"},
            "ce_subject": {"type": "string", "description": f"The body's {event.subject_field}"},
            "ce_correlationid": {**identifier, "description": "The same for all that one cause led to"},
            "ce_causationid": {**identifier, "description": "The event or command that led to this one"},
            "traceparent": {"type": "string", "description": "W3C trace context"},
            "content-type": {"const": "application/json"},
        },
        "required": ["ce_specversion", "ce_type", "ce_id", "ce_source", "ce_time"],
    }


def _dead_letter_channel(service: str) -> Json:
    topic = dead_letter_topic(service)
    return {
        "address": topic,
        "description": f"What {service} could not handle, and why. `o2c dead-letters` lists and replays it.",
        "messages": {"DeadLetter": _reference("components", "messages", "DeadLetter")},
        "bindings": {"kafka": {"topic": topic}},
    }


def _dead_letter_message() -> Json:
    return {
        "name": "DeadLetter",
        "title": "Dead letter",
        "summary": "A record as it came, its error beside it in the headers.",
        "contentType": "application/octet-stream",
        "payload": {"description": "The body as it came, decodable or not"},
    }


def _reference(*path: str) -> Json:
    return {"$ref": "#/" + "/".join(path)}
