"""Payment terms in CustomerChanged: terms that are not understood are refused by name, never read as net days."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

import pytest

from shared.chassis.envelope import cloudevent_headers, decode, read_headers
from shared.chassis.errors import DecodeError
from shared.contracts.erp import CustomerChanged
from shared.contracts.event import EventContext
from shared.contracts.terms import Terms
from shared.kernel.payment_terms import PaymentTerms
from tests.contracts.examples import EXAMPLES

CONTEXT = EventContext(
    id=UUID("0b9d9c0e-5d3a-5a57-8a3c-6f1d2e4b7c90"),
    source="urn:o2c:erp",
    time=datetime(2026, 3, 3, tzinfo=UTC),
    correlation_id=UUID("0b9d9c0e-5d3a-5a57-8a3c-6f1d2e4b7c90"),
)


def received(terms: Any) -> Terms:
    body = json.dumps({**EXAMPLES["CustomerChanged.v1"], "terms": terms}).encode()
    event = decode(body, read_headers(cloudevent_headers("CustomerChanged.v1", "C-1001", CONTEXT)), 1_000_000)
    assert isinstance(event, CustomerChanged)
    return event.terms


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        ({"net_days": 30}, "net 30"),
        ({"net_days": 30, "discount_days": 10, "discount_percent": "2"}, "2/10 net 30"),
        ({"net_days": 30, "end_of_month": "after_days"}, "30 days end of month"),
        ({"net_days": 30, "end_of_month": "before_days"}, "end of month + 30 days"),
        ({"net_months": 1, "end_of_month": "before_days"}, "end of month + 1 month"),
        (
            {"net_days": 30, "end_of_month": "after_days", "days_of_month": [10]},
            "30 days end of month, on the 10th",
        ),
        ({"fixed_dates": ["2026-03-31", "2026-09-30"]}, "due on 2026-03-31, 2026-09-30"),
        (
            {"instalments": [{"percent": "30", "net_days": 15}, {"percent": "70", "net_days": 45}]},
            "30 % net 15, 70 % net 45",
        ),
        (
            {"net_days": 30, "discounts": [{"percent": "3", "net_days": 10}, {"percent": "2", "net_days": 20}]},
            "3/10, 2/20, net 30",
        ),
    ],
)
def test_terms_as_the_trade_writes_them_are_read_and_published_unchanged(terms: dict[str, Any], text: str) -> None:
    read = received(terms)
    assert str(read.payment_terms()) == text
    assert Terms.of(read.payment_terms()) == read
    assert received(json.loads(read.model_dump_json())) == read


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (
            {"net_days": 30, "eom": True},
            r"terms: unknown field in payment terms: eom = 'True'\. Known fields are net_days, net_months",
        ),
        (
            {"instalments": [{"percent": "50", "days": 15}, {"percent": "50", "net_days": 45}]},
            r"terms\.instalments\.0: unknown field in payment terms: days = '15'\. Known fields are .*percent",
        ),
        (
            {"net_days": 30, "end_of_month": "both"},
            r"terms\.end_of_month: .*'after_days' or 'before_days' \(it is 'both'\)",
        ),
        ({"net_days": 30, "days_of_month": [32]}, r"terms\.days_of_month\.0: .* \(it is '32'\)"),
        ({"discount_days": 10, "discount_percent": "2"}, "the terms give no due date: give at least one of"),
        ({"cutoff_day": 25}, "the terms give no due date"),
        ({"net_days": 30, "fixed_dates": ["2026-03-31"]}, "terms with fixed_dates count no days or months"),
        (
            {"instalments": [{"percent": "30", "net_days": 15}, {"percent": "60", "net_days": 45}]},
            "there are 2 of 90 per cent",
        ),
        ("30 days end of month", "terms: .* \\(it is '30 days end of month'\\)"),
    ],
)  # fmt: skip
def test_terms_that_are_not_understood_are_refused_with_field_and_value(terms: Any, sentence: str) -> None:
    with pytest.raises(DecodeError, match=sentence):
        received(terms)


def test_usual_terms_are_short_in_an_event() -> None:
    usual = Terms(net_days=30, discount_days=10, discount_percent=Decimal(2))
    assert usual.model_dump_json() == '{"net_days":30,"discount_days":10,"discount_percent":"2"}'
    assert usual.payment_terms() == PaymentTerms(30, 10, Decimal(2))


def test_a_due_date_follows_the_received_terms() -> None:
    terms = received({"net_days": 30, "end_of_month": "after_days"})
    assert terms.payment_terms().due_date(date(2028, 1, 31)) == date(2028, 3, 31)
