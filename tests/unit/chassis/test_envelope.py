"""Events as they travel: what is encoded is decoded, ids are deterministic, trace context is carried."""

from __future__ import annotations

import uuid
from datetime import UTC, datetime

import pytest

from shared.chassis.envelope import decode, encode, event_id, read_headers
from shared.chassis.errors import DecodeError
from shared.chassis.observe.tracing import child_traceparent
from shared.chassis.transaction.crash_points import CrashPoints
from shared.contracts import EVENTS
from shared.contracts.event import EventContext
from tests.kit.events.sample import order

CONTEXT = EventContext(
    id=uuid.UUID(int=7), source="erp", time=datetime(2026, 3, 2, 9, tzinfo=UTC), correlation_id=uuid.UUID(int=8),
    causation_id=uuid.UUID(int=9), traceparent="00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01",
)  # fmt: skip


def test_what_is_encoded_is_decoded_with_its_context() -> None:
    record = encode(order(), CONTEXT)
    event = decode(record.value, read_headers(record.headers), 100_000)
    assert event.model_dump() == order().model_dump()
    assert event.context == CONTEXT
    assert (record.topic, record.key) == ("OrderPlaced", b"C-1")


def test_headers_are_cloudevents_in_binary_mode() -> None:
    headers = dict(encode(order(), CONTEXT).headers)
    assert headers["ce_specversion"] == b"1.0"
    assert headers["ce_type"] == b"OrderPlaced.v1"
    assert headers["ce_source"] == b"erp"
    assert headers["ce_subject"] == b"O-1"
    assert headers["content-type"] == b"application/json"


def test_any_text_may_be_an_id_and_is_unique_per_source() -> None:
    assert event_id("erp", "4711") == event_id("erp", "4711") != event_id("bank", "4711")
    assert event_id("erp", str(CONTEXT.id)) == CONTEXT.id


def test_an_event_that_was_never_published_has_no_id() -> None:
    with pytest.raises(LookupError, match="has not been emitted"):
        _ = order().context


def test_a_trace_goes_on_from_cause_to_effect() -> None:
    child = child_traceparent(CONTEXT.traceparent, uuid.UUID(int=5))
    assert child == "00-0af7651916cd43dd8448eb211c80319c-0000000000000005-01"
    assert child_traceparent("garbage", uuid.UUID(int=5)).startswith("00-00000000000000000000000000000005-")


def test_what_is_wrong_is_reported_field_by_field() -> None:
    headers = read_headers(encode(order(), CONTEXT).headers)
    with pytest.raises(DecodeError, match="order_date: Input should be a valid date") as fault:
        decode(b'{"order_id":"O-1","order_date":"soon"}', headers, 100_000)
    assert "customer_id: Field required" in str(fault.value)


def test_every_contract_can_be_keyed_and_ordered() -> None:
    for contract in EVENTS.values():
        assert contract.published_by, contract
        assert contract.topic == contract.__name__
        assert set(contract.order_fields) <= set(contract.model_fields)


def test_a_crash_point_that_does_not_exist_is_refused_and_an_unarmed_one_does_nothing() -> None:
    with pytest.raises(ValueError, match="unknown crash point 'lunch'"):
        CrashPoints("lunch")
    CrashPoints("").reach("before_commit", ["OrderPlaced"])
    CrashPoints("before_commit:OrderPlaced").reach("after_commit", ["OrderPlaced"])
