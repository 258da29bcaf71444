"""Unknown fields of consumed events: counted, and logged by name once per producer and process.

Unknown fields are ignored, so that contracts can grow. They may also be a misspelled field, so they must be visible.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any, Final, get_args

import structlog
from prometheus_client import Counter
from pydantic import BaseModel
from pydantic_core import from_json

from shared.contracts.event import Event

log = structlog.get_logger(__name__)

_NAMES_MAX: Final = 200
"""Fields that a process counts separately. Further ones are counted as `other`, so that labels stay bounded."""
_NAME_CHARACTERS_MAX: Final = 80
_OTHER: Final = "other"


class UnknownFields:
    """Counts the unknown fields of one service's consumed events."""

    def __init__(self, counter: Counter) -> None:
        self._counter = counter
        self._seen: set[tuple[str, str, str]] = set()

    def check(self, event: Event, body: bytes) -> None:
        """Counts the fields of the body that the event's contract does not have.

        Usually it only compares two numbers: the keys in the body, and the fields that were read from it. The body is
        parsed again only where they differ.
        """
        if body.count(b'":') != _fields_read(event):
            for field in unknown_fields(from_json(body), type(event)):
                self._count(event, field)

    def _count(self, event: Event, field: str) -> None:
        name, producer = event.type_name(), event.context.source[:_NAME_CHARACTERS_MAX]
        field = field[:_NAME_CHARACTERS_MAX]
        if (name, field, producer) not in self._seen:
            if len(self._seen) >= _NAMES_MAX:
                field, producer = _OTHER, _OTHER
            if (name, field, producer) not in self._seen:
                self._seen.add((name, field, producer))
                log.warning(
                    "an event has a field that its contract does not have: it is ignored",
                    event_type=name,
                    field=field,
                    producer=producer,
                )
        self._counter.labels(name, field, producer).inc()


def unknown_fields(value: Any, contract: type[BaseModel], place: str = "") -> Iterator[str]:
    """The unknown fields of a parsed body, each with its place (`lines[].colour`), once each."""
    found: dict[str, None] = {}
    _collect(value, contract, place, found)
    yield from found


def _collect(value: dict[str, Any], contract: type[BaseModel], place: str, found: dict[str, None]) -> None:
    nested = _nested_contracts(contract)
    for name, part in value.items():
        if name not in contract.model_fields:
            found[f"{place}{name}"] = None
        elif name in nested and isinstance(part, dict):
            _collect(part, nested[name], f"{place}{name}.", found)
        elif name in nested and isinstance(part, list):
            for element in part:
                _collect(element, nested[name], f"{place}{name}[].", found)


def _fields_read(body: BaseModel) -> int:
    """The number of fields that were given, nested ones included."""
    count = len(body.__pydantic_fields_set__)
    for name in _nested_contracts(type(body)):
        part = body.__dict__[name]
        if isinstance(part, tuple):
            count += sum(map(_fields_read, part))
        elif part is not None:
            count += _fields_read(part)
    return count


@cache
def _nested_contracts(contract: type[BaseModel]) -> dict[str, type[BaseModel]]:
    """The fields of a contract that contain bodies, each with the body's contract."""
    found = {}
    for name, field in contract.model_fields.items():
        for part in _types_within(field.annotation):
            if isinstance(part, type) and issubclass(part, BaseModel):
                found[name] = part
    return found


def _types_within(annotation: Any) -> Iterator[Any]:
    arguments = get_args(annotation)
    if not arguments:
        yield annotation
    for argument in arguments:
        yield from _types_within(argument)
