"""The reference page of limits: what each field of an event, a request body or a policy document accepts.

`python -m o2c.specs.limits` writes it again after a change.
"""

from __future__ import annotations

import importlib
import types
from collections import defaultdict
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Annotated, Any, Final, Union, get_args, get_origin

import annotated_types as limit
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from o2c.stack import SERVICES
from shared.contracts import EVENTS, event

PAGE: Final = Path("docs/reference/limits.md")
_KINDS: Final[dict[str, Any]] = {
    "identifier": event.Identifier,
    "text": event.Text,
    "currency": event.Currency,
    "amount": event.Amount,
    "positive amount": event.PositiveAmount,
    "amount, not negative": event.NonNegativeAmount,
    "unit price": event.UnitPrice,
    "quantity": event.Quantity,
    "percent": event.Percent,
    "exchange rate": event.ExchangeRate,
    "business date": event.BusinessDate,
}
_INTRODUCTION: Final = """# Limits

What is outside of these limits is refused: an event goes to the dead letters, a policy is not accepted. Request bodies
use the same kinds of fields; `o2c openapi` shows their limits. Fields that are not listed are yes or no, or one of a
list of words that `o2c asyncapi` shows. `python -m o2c.specs.limits` writes this page, and a test compares it with the
code.
"""


def page() -> str:
    """The page as it has to be."""
    events = sorted(EVENTS.values(), key=lambda contract: contract.topic)
    parts = {part.__name__: part for contract in events for part in _all_within(contract) if part is not contract}
    kinds = [f"| {name} | {_in_full(kind, ())} |" for name, kind in _KINDS.items()]
    sections = [
        _INTRODUCTION,
        _table("Kinds of fields", "kind | accepted", kinds),
        _table("Events", "event | accepted", [_row(contract) for contract in events]),
        _table("Parts of events", "part | accepted", [_row(parts[name]) for name in sorted(parts)]),
        _table("Policies", "policy | field | accepted | as shipped", _policies()),
    ]
    return "\n".join(sections)


def _table(title: str, columns: str, rows: Iterable[str]) -> str:
    line = "|".join("---" for _ in columns.split("|"))
    return "\n".join([f"## {title}\n", f"| {columns} |", f"|{line}|", *rows, ""])


def _row(model: type[BaseModel]) -> str:
    """A model's fields, those with the same limits together."""
    alike: defaultdict[str, list[str]] = defaultdict(list)
    for name, field in model.model_fields.items():
        alike[_accepted(field.annotation, field.metadata)].append(name)
    alike.pop("", None)
    lines = [f"{', '.join(names)}: {words}" for words, names in alike.items()]
    return f"| {model.__name__} | {'<br>'.join(lines)} |"


def _policies() -> Iterator[str]:
    for service in SERVICES:
        for policy in importlib.import_module(f"services.{service}.app").service.policies:
            yield from _policy_rows(policy.name, policy.document, policy.shipped.document, "")


def _policy_rows(policy: str, model: type[BaseModel], shipped: BaseModel | None, path: str) -> Iterator[str]:
    for name, field in model.model_fields.items():
        value = getattr(shipped, name, None)
        words = _accepted(field.annotation, field.metadata)
        if words:
            shown = f"{value:,}" if isinstance(value, int | Decimal) and not isinstance(value, bool) else ""
            yield f"| {policy} | {path}{name} | {words} | {shown} |"
        for part in _models_within(field.annotation):
            yield from _policy_rows(policy, part, value if isinstance(value, part) else None, f"{path}{name}.")


def _accepted(annotation: Any, metadata: Iterable[Any]) -> str:
    """The limits of a type in words, or the name of its kind."""
    words = _in_full(annotation, metadata)
    return _named_kinds().get(words, words)


@cache
def _named_kinds() -> dict[str, str]:
    return {_in_full(kind, ()): name for name, kind in _KINDS.items()}


def _in_full(annotation: Any, metadata: Iterable[Any]) -> str:
    """The limits of a type: of itself, and of each of its entries."""
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return _in_full(arguments[0], [*annotation.__metadata__, *metadata])
    if origin in {Union, types.UnionType}:
        parts = [_accepted(part, ()) for part in arguments if part is not type(None)]
        return " or ".join(filter(None, [*dict.fromkeys(parts), _own(None, metadata)]))
    if origin in {list, tuple, dict, set, frozenset}:
        entries = [_accepted(part, ()) for part in arguments if part is not Ellipsis]
        each = [f"each: {words}" for words in dict.fromkeys(entries) if words]
        return "; ".join(filter(None, [_own(origin, metadata), *each]))
    return _own(annotation, metadata)


def _own(kind: Any, metadata: Iterable[Any]) -> str:
    marks = list(_flat(metadata))

    def first(mark: type, attribute: str) -> Any:
        return next((getattr(m, attribute) for m in marks if isinstance(m, mark)), None)

    unit = "characters" if kind is str else "entries"
    words = [
        _between(first(limit.MinLen, "min_length") or None, first(limit.MaxLen, "max_length"), unit),
        _range(first(limit.Ge, "ge"), first(limit.Gt, "gt"), first(limit.Le, "le"), first(limit.Lt, "lt")),
    ]
    places = next((m.decimal_places for m in marks if getattr(m, "decimal_places", None) is not None), None)
    pattern = next((m.pattern for m in marks if not hasattr(m, "quantum") and getattr(m, "pattern", None)), None)
    if places is not None:
        words.append(f"{places} decimals at most")
    if pattern:
        words.append(f"`{str(pattern).replace('|', chr(92) + '|')}`")
    return ", ".join(filter(None, words))


def _flat(metadata: Iterable[Any]) -> Iterator[Any]:
    for mark in metadata:
        if isinstance(mark, FieldInfo):
            yield from _flat(mark.metadata)
        elif isinstance(mark, limit.GroupedMetadata):
            yield from _flat(mark)
        else:
            yield mark


def _between(least: int | None, most: int | None, unit: str) -> str:
    if least is not None and most is not None:
        return f"{most:,} {unit}" if least == most else f"{least:,} to {most:,} {unit}"
    if most is not None:
        return f"{most:,} {unit} at most"
    return f"{least:,} {unit} at least" if least is not None else ""


def _range(at_least: Any, above: Any, at_most: Any, below: Any) -> str:
    bounds = (("", at_least), ("above ", above), ("to ", at_most), ("below ", below))
    given = [f"{words}{_value(bound)}" for words, bound in bounds if bound is not None]
    if at_least is not None and len(given) == 1:
        return f"{given[0]} or more"
    if at_most is not None and len(given) == 1:
        return f"{_value(at_most)} at most"
    return " ".join(given)


def _value(bound: Any) -> str:
    return bound.isoformat() if isinstance(bound, date) else f"{bound:,}"


def _models_within(annotation: Any) -> Iterator[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    for part in get_args(annotation):
        yield from _models_within(part)


def _all_within(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models within a type, and those within them."""
    for model in _models_within(annotation):
        yield model
        for field in model.model_fields.values():
            yield from _all_within(field.annotation)


if __name__ == "__main__":
    PAGE.write_text(page())
