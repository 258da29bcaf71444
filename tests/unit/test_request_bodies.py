"""What a person sends over HTTP has no unknown fields: every request body of the five services refuses them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from o2c.specs.openapi import document
from o2c.stack import SERVICES


def open_objects(schema: Any, definitions: dict[str, Any], seen: set[str], place: str) -> Iterator[str]:
    """The objects within a schema that accept unknown fields, by name.

    A mapping with typed values is closed, whether its keys have a pattern or not.
    """
    if isinstance(schema, list):
        for part in schema:
            yield from open_objects(part, definitions, seen, place)
    if not isinstance(schema, dict):
        return
    name = str(schema.get("$ref", "")).removeprefix("#/components/schemas/")
    if name and name not in seen:
        seen.add(name)
        yield from open_objects(definitions[name], definitions, seen, name)
    is_mapping = "patternProperties" in schema
    if schema.get("type") == "object" and schema.get("additionalProperties", not is_mapping) is True:
        yield place
    for part in schema.values():
        yield from open_objects(part, definitions, seen, place)


@pytest.mark.parametrize("service", SERVICES)
def test_every_request_body_refuses_unknown_fields(service: str) -> None:
    described = document(service)
    definitions = described["components"]["schemas"]
    found = [
        f"{method.upper()} {path}: {name}"
        for path, item in described["paths"].items()
        for method, operation in item.items()
        for name in open_objects(operation.get("requestBody", {}), definitions, set(), "body")
    ]
    assert found == []
