"""Bad input: where each kind ends, with which reason, and that its neighbours in the batch are handled."""

from __future__ import annotations

import json
import uuid
from typing import Any

import pytest

from shared.chassis.envelope import Encoded, encode
from tests.kit import World
from tests.kit.events.sample import customer, validated
from tests.kit.stack.approve_all import service as APPROVE_ALL


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> Any:
    async with World(kafka, postgres, services=[APPROVE_ALL], message_bytes_max=20_000) as world:
        await world.publish(customer())
        await world.settle()
        yield world


def changed(world: World, **body: Any) -> Encoded:
    """A valid order whose body was tampered with; a field given as None is left out."""
    order = validated("O-BAD")
    record = encode(order, world.context(order))
    content = {**json.loads(record.value), **body}
    return record._replace(value=json.dumps({k: v for k, v in content.items() if v is not None}).encode())


def retitled(world: World, **headers: str | None) -> Encoded:
    """A valid order with other headers; a header given as None is left out."""
    order = validated("O-BAD")
    record = encode(order, world.context(order))
    content = {**dict(record.headers), **{k: v.encode() if v is not None else None for k, v in headers.items()}}
    return record._replace(headers=[(k, v) for k, v in content.items() if v is not None])


BAD_INPUT = {
    "undecodable bytes": (lambda w: changed(w)._replace(value=b"\xff\xfe\x00 not json"), "Invalid JSON"),
    "an empty body": (lambda w: changed(w)._replace(value=b""), "the message has no body"),
    "a list instead of an object": (lambda w: changed(w)._replace(value=b"[1]"), "should be an object"),
    "an unknown type": (lambda w: retitled(w, ce_type="OrderEaten.v1"), "unknown event type 'OrderEaten.v1'"),
    "an unknown version": (
        lambda w: retitled(w, ce_type="OrderValidated.v9"),
        "unknown version '9' of OrderValidated: known are 1",
    ),
    "no type": (lambda w: retitled(w, ce_type=None), "no ce_type header"),
    "no id": (lambda w: retitled(w, ce_id=None), "no ce_id header"),
    "a broken time": (lambda w: retitled(w, ce_time="yesterday"), "CloudEvents header cannot be read"),
    "an event on another's topic": (lambda w: retitled(w, ce_type="CreditHeld.v1"), "not a valid CreditHeld.v1"),
    "a missing field": (lambda w: changed(w, customer_id=None), "customer_id: Field required"),
    "a negative amount": (
        lambda w: changed(w, total="-1.00"),
        "total: Input should be greater than or equal to 0 (it is '-1.00')",
    ),
    "an absurd amount": (
        lambda w: changed(w, total="99999999999999999.00"),
        "total: Input should be less than or equal to",
    ),
    "not a number": (lambda w: changed(w, total="NaN"), "total: Input should be a finite number"),
    "too many decimals": (
        lambda w: changed(w, total="1.005"),
        "total 1.005 has more decimal places than USD is accounted in",
    ),
    "an unknown currency": (lambda w: changed(w, currency="XYZ"), "unknown currency 'XYZ'"),
    "a date in the far future": (
        lambda w: changed(w, order_date="9999-01-01"),
        "order_date: Input should be less than or equal to",
    ),
    "a date that is none": (lambda w: changed(w, order_date="2026-02-30"), "order_date: Input should be a valid date"),
    "an id with control characters": (
        lambda w: changed(w, order_id="O-1\x00; DROP"),
        "order_id: String should match pattern",
    ),
    "an oversized message": (lambda w: changed(w, padding="x" * 30_000), "at most 20,000 are accepted"),
    "an unknown customer": (
        lambda w: changed(w, customer_id="C-9"),
        "customer C-9 is not known: send CustomerChanged first",
    ),
}


async def test_every_kind_of_bad_input_ends_with_its_reason_and_its_neighbours_are_handled(world: World) -> None:
    """Given good orders with bad input between them, then the good are approved, the bad kept and explained."""
    good = [validated(f"O-{n:02}") for n in range(len(BAD_INPUT))]
    records = []
    for order, (kind, (make, _)) in zip(good, BAD_INPUT.items(), strict=True):
        bad = make(world)
        headers = [header for header in bad.headers if header[0] != "ce_subject"]
        records += [
            encode(order, world.context(order)),
            bad._replace(headers=[*headers, ("ce_subject", kind.encode())]),
        ]
    await world.publish_encoded(*records)
    await world.settle()

    approved = await world.rows("credit", "SELECT order_id FROM approval ORDER BY 1")
    assert approved == [(order.order_id,) for order in good]
    letters = dict(await world.rows("credit", "SELECT headers->>'ce_subject', reason FROM dead_letter"))
    assert letters.keys() == BAD_INPUT.keys()
    unexplained = {kind: letters[kind] for kind, (_, reason) in BAD_INPUT.items() if reason not in letters[kind]}
    assert unexplained == {}


async def test_a_dead_letter_can_be_listed_and_shown(world: World) -> None:
    await world.publish_encoded(changed(world, total="-1.00"), changed(world, total="-2.00"))
    await world.settle()
    async with world.http("credit", "admin") as admin:
        first = (await admin.get("/dead-letters", params={"limit": 1})).json()
        second = (await admin.get("/dead-letters", params={"limit": 1, "cursor": first["next_cursor"]})).json()
        shown = (await admin.get(f"/dead-letters/{first['items'][0]['event_id']}")).json()

    (letter,), (other,) = first["items"], second["items"]
    assert {letter["topic"], other["topic"]} == {"OrderValidated"}
    assert letter["event_id"] != other["event_id"] and second["next_cursor"] is None
    assert json.loads(shown["body"])["order_id"] == "O-BAD"
    assert shown["headers"]["ce_type"] == "OrderValidated.v1"


async def test_headers_that_are_no_text_do_not_fail_the_batch(world: World) -> None:
    order = validated("O-1")
    record = encode(order, world.context(order))
    await world.publish_encoded(record._replace(headers=[*record.headers, ("x-odd", b"\xff\x00\xfe")]))
    await world.settle()
    assert await world.rows("credit", "SELECT order_id FROM approval") == [("O-1",)]


async def test_a_redelivered_dead_letter_is_not_tried_again_by_itself(world: World) -> None:
    """What waits for a person waits: only a replay takes it out."""
    identity = uuid.uuid4()
    await world.publish(validated("O-1", customer_id="C-9"), identity=identity)
    await world.settle()
    await world.publish(customer("C-9"))
    await world.publish(validated("O-1", customer_id="C-9"), identity=identity)
    await world.settle()
    assert await world.rows("credit", "SELECT count(*) FROM approval") == [(0,)]
    assert await world.rows("credit", "SELECT attempts, replayed_at FROM dead_letter") == [(1, None)]
