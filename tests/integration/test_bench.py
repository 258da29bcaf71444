"""The bench's large business fits the services' tables, and its figures are those the tables give."""

from __future__ import annotations

import uuid
from decimal import Decimal
from typing import Any

import asyncpg
import pytest

from bench import scale_data
from bench.direct import service_named
from bench.plans import sequential_scans
from shared.chassis.transaction.migrate import migrate

CUSTOMERS = 40
OPEN = {
    "cash_app": "SELECT sum(open_amount) FROM open_item",
    "credit": "SELECT sum(open_items_total) FROM account",
    "collections": "SELECT sum(open_amount) FROM open_item",
    "analytics": "SELECT sum(open_amount) FROM open_items_as_of('2026-03-02')",
}


@pytest.mark.parametrize("service", OPEN)
async def test_a_large_business_is_loaded_as_the_services_keep_it(service: str, postgres: Any) -> None:
    name = f"bench_{uuid.uuid4().hex[:10]}"
    url = postgres.create_database(name)
    try:
        await migrate(service_named(service), url)
        connection = await asyncpg.connect(url)
        try:
            await scale_data.copy_all(connection, service, CUSTOMERS, lambda done: None)
            total = sum(one.open_cents for one in scale_data.items(CUSTOMERS))
            assert await connection.fetchval(OPEN[service]) == Decimal(total).scaleb(-2)
            planned, _ = await sequential_scans(connection, service)
            assert planned > 0
        finally:
            await connection.close()
    finally:
        postgres.drop(name)


@pytest.mark.parametrize("days_ago", [0, 10, 90])
def test_the_buckets_of_a_day_add_up_to_what_was_open_then(days_ago: int) -> None:
    buckets = scale_data.aging(CUSTOMERS, days_ago)
    assert sum(buckets.values()) == sum(one.open_cents_as_of(days_ago) for one in scale_data.items(CUSTOMERS))


def test_movements_add_up_to_what_is_open() -> None:
    for one in scale_data.items(CUSTOMERS):
        assert sum(cents for _, _, cents, _ in one.movements) == one.open_cents
        assert one.open_cents == one.open_cents_as_of(0)
