"""Compatibility check: whether a contract still accepts everything that its golden file accepts.

A value that was valid stays valid and of the same type, every field stays in its place, and no further field becomes
required. Optional fields may be added, limits may widen, and a field may accept further types of value.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema

from shared.contracts.event import Event

Json = dict[str, Any]
Bound = tuple[Any, int]
"""A limit and whether it is itself excluded: 0 no, 1 an excluded lower limit, -1 an excluded upper limit."""

_LOWER = {
    "minimum": "exclusiveMinimum",
    "formatMinimum": "formatExclusiveMinimum",
    "minLength": "",
    "minItems": "",
    "minProperties": "",
}
_UPPER = {
    "maximum": "exclusiveMaximum",
    "formatMaximum": "formatExclusiveMaximum",
    "maxLength": "",
    "maxItems": "",
    "maxProperties": "",
    "decimalPlaces": "",
    "maxDigits": "",
}
_NOTES = {"title", "description", "default", "examples", "deprecated", "discriminator", "$defs"}
_COMPARED_APART = {
    *_NOTES, *_LOWER, *_LOWER.values(), *_UPPER, *_UPPER.values(),
    "type", "format", "enum", "const", "items", "properties", "required", "additionalProperties",
}  # fmt: skip


class _WithEveryLimit(GenerateJsonSchema):
    """pydantic's JSON schema, with the limits of decimals and dates that pydantic omits."""

    def decimal_schema(self, schema: core_schema.DecimalSchema) -> JsonSchemaValue:
        names = {"decimal_places": "decimalPlaces", "max_digits": "maxDigits"}
        limits = {name: schema[key] for key, name in names.items() if key in schema}  # type: ignore[literal-required]
        alternatives = super().decimal_schema(schema)["anyOf"]
        return {"anyOf": [{**alternative, **limits} for alternative in alternatives]}

    def date_schema(self, schema: core_schema.DateSchema) -> JsonSchemaValue:
        names = {"ge": "formatMinimum", "gt": "formatExclusiveMinimum"}
        names |= {"le": "formatMaximum", "lt": "formatExclusiveMaximum"}
        limits = {name: schema[key].isoformat() for key, name in names.items() if key in schema}  # type: ignore[literal-required]
        return {**super().date_schema(schema), **limits}


def schema_of(contract: type[Event]) -> Json:
    """The JSON schema for the validation of bodies, with every limit of the fields."""
    return contract.model_json_schema(mode="validation", schema_generator=_WithEveryLimit)


def incompatibilities(golden: Json, contract: type[Event]) -> list[str]:
    """Every incompatible change of the contract since its golden file, each as a sentence.

    Not checked: rules of validator functions (such as the currencies), the business order, and the producers.
    """
    schema = schema_of(contract)
    changes = [*_changed_routing(golden, contract), *_narrowed(_inlined(golden["schema"]), _inlined(schema), "")]
    return list(dict.fromkeys(changes))


def _changed_routing(golden: Json, contract: type[Event]) -> Iterator[str]:
    now = {"topic": contract.topic, "key": list(contract.key_fields), "subject": contract.subject_field}
    for what, is_now in now.items():
        if golden[what] != is_now:
            yield f"{what} changed from {golden[what]!r} to {is_now!r}"


def _inlined(schema: Json) -> Json:
    """The schema with each reference replaced by its definition."""
    definitions = schema.get("$defs", {})

    def inline(node: Any) -> Any:
        if isinstance(node, list):
            return [inline(part) for part in node]
        if not isinstance(node, dict):
            return node
        if isinstance(node.get("$ref"), str):
            beside = {key: value for key, value in node.items() if key != "$ref"}
            return inline({**definitions[node["$ref"].removeprefix("#/$defs/")], **beside})
        return {key: inline(part) for key, part in node.items()}

    inlined: Json = inline({key: part for key, part in schema.items() if key != "$defs"})
    return inlined


def _narrowed(old: Json, new: Json, place: str) -> Iterator[str]:
    """Each alternative of the old schema needs an alternative in the new schema that accepts all its values."""
    alternatives = list(_alternatives(new))
    if any(not alternative.keys() - _NOTES for alternative in alternatives):
        return
    for before in _alternatives(old):
        same_kind = [now for now in alternatives if _kind(now) == _kind(before)]
        if same_kind:
            yield from min((list(_faults(before, now, place)) for now in same_kind), key=len)
        else:
            kinds = " or ".join(dict.fromkeys(_kind(now) for now in alternatives))
            yield f"{_named(place)}: {_kind(before)} is no longer accepted, only {kinds}"


def _alternatives(schema: Json) -> Iterator[Json]:
    for word in ("anyOf", "oneOf"):
        if word in schema:
            beside = {key: part for key, part in schema.items() if key != word and key not in _NOTES}
            for alternative in schema[word]:
                yield from _alternatives({**beside, **alternative})
            return
    yield schema


def _kind(schema: Json) -> str:
    kind = schema.get("type", "any type")
    return f"{kind} ({schema['format']})" if "format" in schema else str(kind)


def _faults(old: Json, new: Json, place: str) -> Iterator[str]:
    """What the new alternative refuses that the old one of the same type accepted."""
    yield from _tighter_limits(old, new, place)
    yield from _lost_values(old, new, place)
    if "items" in old and "items" in new:
        yield from _narrowed(old["items"], new["items"], f"{place}[]")
    elif "items" in new:
        yield f"{_named(place)}: items are limited now"
    yield from _changed_fields(old, new, place)
    yield from _closed(old, new, place)
    for rule in sorted(new.keys() - _COMPARED_APART):
        if rule not in old:
            yield f"{_named(place)}: {rule} {new[rule]!r} is new"
        elif new[rule] != old[rule]:
            yield f"{_named(place)}: {rule} changed from {old[rule]!r} to {new[rule]!r}"


def _tighter_limits(old: Json, new: Json, place: str) -> Iterator[str]:
    for names, outwards, verb in ((_LOWER, 1, "raised"), (_UPPER, -1, "lowered")):
        for inclusive, exclusive in names.items():
            before, now = (_bound(schema, inclusive, exclusive, outwards) for schema in (old, new))
            if now is None:
                continue
            if before is None:
                yield f"{_named(place)}: {inclusive} {_shown(now)} is new"
            elif (now > before) if outwards > 0 else (now < before):
                yield f"{_named(place)}: {inclusive} {verb} from {_shown(before)} to {_shown(now)}"


def _bound(schema: Json, inclusive: str, exclusive: str, outwards: int) -> Bound | None:
    """The limit as a comparable pair. For integers, above 0 equals from 1 on."""
    bounds: list[Bound] = [(schema[inclusive], 0)] if inclusive in schema else []
    if exclusive in schema:
        limit, whole = schema[exclusive], schema.get("type") == "integer"
        bounds.append((limit + outwards, 0) if whole else (limit, outwards))
    if not bounds:
        return None
    return max(bounds) if outwards > 0 else min(bounds)


def _shown(bound: Bound) -> str:
    limit, outwards = bound
    return f"{('', 'above ', 'below ')[outwards]}{limit}"


def _lost_values(old: Json, new: Json, place: str) -> Iterator[str]:
    before, now = _values(old), _values(new)
    if now is None:
        return
    if before is None:
        yield f"{_named(place)}: only {now} are accepted now"
        return
    lost = [value for value in before if value not in now]
    if lost:
        yield f"{_named(place)}: {lost} are no longer accepted"


def _values(schema: Json) -> list[Any] | None:
    if "const" in schema:
        return [schema["const"]]
    values: list[Any] | None = schema.get("enum")
    return values


def _changed_fields(old: Json, new: Json, place: str) -> Iterator[str]:
    before, now = old.get("properties", {}), new.get("properties", {})
    needed_before, needed = set(old.get("required", ())), set(new.get("required", ()))
    for name, schema in before.items():
        field = f"{place}.{name}".lstrip(".")
        if name not in now:
            yield f"{field}: the field was removed"
            continue
        if name in needed - needed_before:
            yield f"{field}: the field became required"
        yield from _changed_default(schema, now[name], field)
        yield from _narrowed(schema, now[name], field)
    for name in sorted(needed - before.keys()):
        yield f"{place}.{name}: the new field is required".lstrip(".")


def _changed_default(old: Json, new: Json, field: str) -> Iterator[str]:
    """An omitted field must keep its meaning."""
    if "default" in old and "default" in new and old["default"] != new["default"]:
        yield f"{field}: omitted, it was {old['default']!r} and is {new['default']!r}"


def _closed(old: Json, new: Json, place: str) -> Iterator[str]:
    """Unknown fields that were ignored stay ignored; the values of a mapping stay valid."""
    before, now = old.get("additionalProperties", True), new.get("additionalProperties", True)
    if isinstance(before, dict) and isinstance(now, dict):
        yield from _narrowed(before, now, f"{place}{{}}")
    elif now is not True and before != now and before is not False:
        yield f"{_named(place)}: unknown fields are refused or limited now"


def _named(place: str) -> str:
    return place or "the body"
