"""The compatibility check reports changes that break a consumer, and accepts additions."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Annotated, Any, Literal

import pytest
from pydantic import BaseModel, ConfigDict, Field, create_model

from shared.contracts.event import AMOUNT_MAX, Body, BusinessDate, Event, Identifier, Text
from tests.contracts.compatibility import Json, incompatibilities, schema_of


def model(name: str, base: type[BaseModel], fields: dict[str, Any], **declaration: Any) -> Any:
    """A model with these fields: `type` (required) or `(type, default)`."""
    pairs = {field: kind if isinstance(kind, tuple) else (kind, ...) for field, kind in fields.items()}
    make: Any = create_model
    return make(name, __base__=base, __cls_kwargs__=declaration or None, **pairs)


def many(of: Any, **limits: Any) -> Any:
    return Annotated[tuple[of, ...], Field(**limits)]


Fee = Annotated[Decimal, Field(ge=0, le=1000, decimal_places=2)]
Day = Annotated[date, Field(ge=date(1990, 1, 1), le=date(2099, 12, 31))]
PART: dict[str, Any] = {
    "document": Annotated[str, Field(min_length=1, max_length=80)],
    "state": Literal["open", "paid"],
    "fee": Fee,
}
LINE: dict[str, Any] = {"part": model("Part", Body, PART), "text": (Text, "")}
FIELDS: dict[str, Any] = {
    "notice_id": Identifier,
    "customer_id": Identifier,
    "company_id": Identifier,
    "sent_on": Day,
    "fee": Fee,
    "balance": (Fee | None, None),
    "step": Annotated[int, Field(gt=0, le=9)],
    "code": Annotated[str, Field(pattern=r"^[A-Z]{3}$")],
    "way": (Literal["letter", "email", "call"], "letter"),
    "kind": Literal["reminder"],
    "final": (bool, False),
    "note": (Annotated[str, Field(max_length=500)] | None, None),
    "tags": (dict[str, Annotated[str, Field(max_length=50)]], {}),
    "lines": many(model("Line", Body, LINE), min_length=1, max_length=100),
}
DECLARED: dict[str, Any] = {"published_by": ("collections",), "subject": "notice_id", "order": ("notice_id",)}


def contract(without: str = "", declared: dict[str, Any] | None = None, **changed: Any) -> type[Event]:
    """`NoticeSent` as published, or with these changes."""
    fields = {name: kind for name, kind in {**FIELDS, **changed}.items() if name != without}
    made: type[Event] = model("NoticeSent", Event, fields, **{**DECLARED, **(declared or {})})
    return made


def with_part(without: str = "", **changed: Any) -> dict[str, Any]:
    """`lines` with a change in the model two levels below."""
    part = model("Part", Body, {name: kind for name, kind in {**PART, **changed}.items() if name != without})
    return {"lines": many(model("Line", Body, {**LINE, "part": part}), min_length=1, max_length=100)}


def published() -> Json:
    original = contract()
    golden = {"topic": "NoticeSent", "key": ["customer_id"], "subject": "notice_id", "schema": schema_of(original)}
    as_read: Json = json.loads(json.dumps(golden))
    return as_read


def lines(**limits: int) -> Any:
    return many(model("Line", Body, LINE), **limits)


def fee(**limits: Any) -> Any:
    return Annotated[Decimal, Field(**{"ge": 0, "le": 1000, "decimal_places": 2, **limits})]


class Closed(Event, published_by=("collections",), subject="notice_id", order=("notice_id",)):
    model_config = ConfigDict(extra="forbid")
    notice_id: Identifier
    customer_id: Identifier


BREAKS: dict[str, tuple[dict[str, Any], list[str]]] = {
    "field removed": ({"without": "note"}, ["note: the field was removed"]),
    "field renamed": ({"without": "note", "remark": (str, "")}, ["note: the field was removed"]),
    "became required": ({"final": bool}, ["final: the field became required"]),
    "new required field": ({"region": Identifier}, ["region: the new field is required"]),
    "other type": ({"step": Annotated[str, Field()]}, ["step: integer is no longer accepted, only string"]),
    "list for one": ({"code": tuple[str, ...]}, ["code: string is no longer accepted, only array"]),
    "amount as number only": ({"fee": Annotated[float, Field(ge=0, le=1000)]}, [
        "fee: string is no longer accepted, only number",
    ]),
    "null not accepted": ({"note": (Annotated[str, Field(max_length=500)], "")}, [
        "note: omitted, it was None and is ''",
        "note: null is no longer accepted, only string",
    ]),
    "date became text": ({"sent_on": str}, ["sent_on: string (date) is no longer accepted, only string"]),
    "text became date": ({"code": date}, ["code: string is no longer accepted, only string (date)"]),
    "pattern changed": ({"code": Annotated[str, Field(pattern=r"^[A-Z]{2}$")]}, [
        "code: pattern changed from '^[A-Z]{3}$' to '^[A-Z]{2}$'",
    ]),
    "pattern new": (
        {"note": (Annotated[str, Field(max_length=500, pattern="^x")] | None, None)},
        ["note: pattern '^x' is new"],
    ),
    "value lost": ({"way": (Literal["letter", "email"], "letter")}, ["way: ['call'] are no longer accepted"]),
    "constant changed": ({"kind": Literal["warning"]}, ["kind: ['reminder'] are no longer accepted"]),
    "text became a choice": (
        {"note": (Literal["yes", "no"] | None, None)},
        ["note: only ['yes', 'no'] are accepted now"],
    ),
    "maximum lowered": ({"step": Annotated[int, Field(gt=0, le=8)]}, ["step: maximum lowered from 9 to 8"]),
    "maximum excluded": ({"step": Annotated[int, Field(gt=0, lt=9)]}, ["step: maximum lowered from 9 to 8"]),
    "minimum raised": ({"step": Annotated[int, Field(gt=1, le=9)]}, ["step: minimum raised from 1 to 2"]),
    "amount's maximum lowered": ({"fee": fee(le=999)}, ["fee: maximum lowered from 1000.0 to 999.0"]),
    "amount's minimum excluded": (
        {"fee": Annotated[Decimal, Field(gt=0, le=1000, decimal_places=2)]},
        ["fee: minimum raised from 0.0 to above 0.0"],
    ),
    "fewer decimal places": ({"fee": fee(decimal_places=0)}, ["fee: decimalPlaces lowered from 2 to 0"]),
    "fewer digits": ({"balance": (fee(max_digits=4) | None, None)}, ["balance: maxDigits 4 is new"]),
    "earlier last day": (
        {"sent_on": Annotated[date, Field(ge=date(1990, 1, 1), le=date(2029, 12, 31))]},
        ["sent_on: formatMaximum lowered from 2099-12-31 to 2029-12-31"],
    ),
    "later first day": (
        {"sent_on": Annotated[date, Field(gt=date(1990, 1, 1), le=date(2099, 12, 31))]},
        ["sent_on: formatMinimum raised from 1990-01-01 to above 1990-01-01"],
    ),
    "shorter text": (
        {"note": (Annotated[str, Field(max_length=100)] | None, None)},
        ["note: maxLength lowered from 500 to 100"],
    ),
    "text of a length": (
        {"note": (Annotated[str, Field(min_length=1, max_length=500)] | None, None)},
        ["note: minLength 1 is new"],
    ),
    "fewer lines": ({"lines": lines(min_length=1, max_length=99)}, ["lines: maxItems lowered from 100 to 99"]),
    "more lines at least": ({"lines": lines(min_length=2, max_length=100)}, ["lines: minItems raised from 1 to 2"]),
    "only multiples": ({"step": Annotated[int, Field(gt=0, le=9, multiple_of=3)]}, ["step: multipleOf 3 is new"]),
    "another default": ({"final": (bool, True)}, ["final: omitted, it was False and is True"]),
    "mapping's values": (
        {"tags": (dict[str, Annotated[str, Field(max_length=9)]], {})},
        ["tags{}: maxLength lowered from 50 to 9"],
    ),
    "nested field removed": (with_part(without="document"), ["lines[].part.document: the field was removed"]),
    "nested new required field": (with_part(unit=Identifier), ["lines[].part.unit: the new field is required"]),
    "nested value lost": (with_part(state=Literal["open"]), ["lines[].part.state: ['paid'] are no longer accepted"]),
    "nested amount": (with_part(fee=fee(ge=1)), ["lines[].part.fee: minimum raised from 0.0 to 1.0"]),
    "topic": ({"declared": {"topic": "NoticeMailed"}}, ["topic changed from 'NoticeSent' to 'NoticeMailed'"]),
    "key": ({"declared": {"key": "company_id"}}, ["key changed from ['customer_id'] to ['company_id']"]),
    "further key field": (
        {"declared": {"key": ("customer_id", "company_id")}},
        ["key changed from ['customer_id'] to ['customer_id', 'company_id']"],
    ),
    "subject": ({"declared": {"subject": "customer_id"}}, ["subject changed from 'notice_id' to 'customer_id'"]),
}  # fmt: skip

GROWS: dict[str, dict[str, Any]] = {
    "nothing": {},
    "optional field": {"region": (Identifier | None, None)},
    "optional field with a default": {"copies": (int, 1)},
    "nested optional field": with_part(unit=(Identifier, "EA")),
    "another value": {"way": (Literal["letter", "email", "call", "visit"], "letter")},
    "constant became a choice": {"kind": Literal["reminder", "warning"]},
    "choice became any text": {"way": (str, "letter")},
    "higher maximum": {"step": Annotated[int, Field(gt=0, le=12)]},
    "no maximum": {"step": Annotated[int, Field(gt=0)]},
    "lower minimum": {"step": Annotated[int, Field(ge=0, le=9)]},
    "above 0 as from 1": {"step": Annotated[int, Field(ge=1, lt=10)]},
    "higher amount": {"fee": fee(le=AMOUNT_MAX, decimal_places=3)},
    "more years": {"sent_on": BusinessDate},
    "any day": {"sent_on": date},
    "longer text": {"note": (Annotated[str, Field(max_length=900)] | None, None)},
    "any text": {"code": str},
    "more lines": {"lines": lines(max_length=500)},
    "null too": {"code": Annotated[str, Field(pattern=r"^[A-Z]{3}$")] | None},
    "anything": {"tags": (Any, {})},
    "any mapping": {"tags": (dict[str, Any], {})},
    "another producer": {"declared": {"published_by": ("collections", "credit")}},
    "optional now": {"fee": (Fee, Decimal(0))},
}


def as_changed(change: dict[str, Any]) -> type[Event]:
    declared = dict(change.get("declared", {}))
    topic = declared.pop("topic", "")
    changed = contract(**{**change, "declared": declared})
    if topic:
        changed.topic = topic
    return changed


@pytest.mark.parametrize("what", BREAKS)
def test_a_change_that_breaks_a_consumer_is_reported(what: str) -> None:
    change, sentences = BREAKS[what]
    assert incompatibilities(published(), as_changed(change)) == sentences


@pytest.mark.parametrize("what", GROWS)
def test_a_contract_may_grow(what: str) -> None:
    assert incompatibilities(published(), as_changed(GROWS[what])) == []


def test_refusing_unknown_fields_is_reported() -> None:
    golden = {"topic": "Closed", "key": ["customer_id"], "subject": "notice_id"}
    open_schema = {key: part for key, part in schema_of(Closed).items() if key != "additionalProperties"}
    sentences = incompatibilities({**golden, "schema": open_schema}, Closed)
    assert sentences == ["the body: unknown fields are refused or limited now"]


def test_all_incompatible_changes_are_reported_together() -> None:
    change = {"without": "note", "final": bool, "step": Annotated[int, Field(gt=0, le=8)], **with_part(without="fee")}
    assert incompatibilities(published(), as_changed(change)) == [
        "step: maximum lowered from 9 to 8",
        "final: the field became required",
        "note: the field was removed",
        "lines[].part.fee: the field was removed",
    ]
