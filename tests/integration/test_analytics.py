"""analytics as a service: what it consumes, what it publishes, what it answers for any past day."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

import o2c.books
from services.analytics.receivables.domain.tracked_item import open_on
from shared.chassis.transaction.queries import load_queries
from shared.contracts.analytics import AgingSnapshotTaken, PeriodReported
from shared.contracts.cash_app import OpenItemChanged, PaymentApplied
from shared.contracts.erp import BusinessDayStarted
from shared.kernel.aging import AgingBucket, bucket_of
from tests.kit import World
from tests.kit.events.sample import COMPANY, customer

BOOKS_SQL = Path(o2c.books.__file__).parent
FIELDS = {
    AgingBucket.CURRENT: "current",
    AgingBucket.DAYS_1_30: "days_1_30",
    AgingBucket.DAYS_31_60: "days_31_60",
    AgingBucket.DAYS_61_90: "days_61_90",
    AgingBucket.DAYS_91_120: "days_91_120",
    AgingBucket.OVER_120: "over_120",
}


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["analytics"]) as world:
        yield world


def item(
    item_id: str, amount: str, posted: date, *reliefs: tuple[date, str], customer_id: str = "C-1", **more: Any
) -> list[OpenItemChanged]:
    """An item's whole life: its posting, net 30, and what relieved it (a cash amount on a day each)."""
    changes, still_open = [], Decimal(amount)
    for version, (on, relief) in enumerate([(posted, "0"), *reliefs], start=1):
        still_open -= Decimal(relief)
        body = {
            "item_id": item_id, "item_version": version, "customer_id": customer_id, "company_id": COMPANY,
            "document_number": f"N{item_id}", "currency": "USD", "original_amount": amount, "open_amount": still_open,
            "change": amount if version == 1 else f"-{relief}", "cause": "posted" if version == 1 else "cash",
            "cause_id": f"{item_id}/{version}", "business_date": on, "document_date": posted,
            "due_date": posted + timedelta(days=30),
        }  # fmt: skip
        changes.append(OpenItemChanged.model_validate({**body, **more}))
    return changes


def applied(application_id: str, on: date, amount: str, discount: str = "0.00") -> PaymentApplied:
    line = {
        "item_id": "I", "document_number": "N", "amount": amount, "discount": discount, "rule": "remittance",
        "why": "named",
    }  # fmt: skip
    body = {
        "application_id": application_id, "payment_id": application_id, "customer_id": "C-1", "company_id": COMPANY,
        "applied_on": on, "currency": "USD", "amount": amount, "discount": discount, "lines": [line],
    }  # fmt: skip
    return PaymentApplied.model_validate(body)


def day(on: date) -> BusinessDayStarted:
    return BusinessDayStarted(company_id=COMPANY, business_date=on)


async def ask(world: World, path: str, **query: Any) -> Any:
    async with world.http("analytics", "collector") as client:
        answer = await client.get(path, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def aging_on(world: World, on: date, **query: Any) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await ask(world, "/aging", as_of=on.isoformat(), **query))["items"]
    return items


async def test_an_item_through_the_buckets(world: World) -> None:
    posted = date(2026, 1, 10)  # due on 2026-02-09
    await world.publish(*item("A", "100.00", posted, (date(2026, 7, 1), "100.00")))
    await world.settle()
    due = posted + timedelta(days=30)
    for overdue, field in [
        (0, "current"), (1, "days_1_30"), (30, "days_1_30"), (31, "days_31_60"), (60, "days_31_60"), (61, "days_61_90"),
        (90, "days_61_90"), (91, "days_91_120"), (120, "days_91_120"), (121, "over_120"),
    ]:  # fmt: skip
        [line] = await aging_on(world, due + timedelta(days=overdue))
        assert line[field] == line["total"] == "100.00"
        assert line["open_items"] == 1
    assert await aging_on(world, posted - timedelta(days=1)) == []
    assert await aging_on(world, date(2026, 7, 1)) == []


async def test_neither_order_of_arrival_nor_repeats_matter(world: World) -> None:
    life = item("A", "100.00", date(2026, 1, 10), (date(2026, 1, 20), "40.00"), (date(2026, 2, 20), "60.00"))
    for change in [life[2], life[0], life[2], life[1], life[0]]:
        await world.publish(change)
        await world.settle()
    assert await world.rows("analytics", "SELECT item_version, open_amount, closed_on FROM item") == [
        (3, Decimal("0.000"), date(2026, 2, 20))
    ]
    assert await world.rows("analytics", "SELECT count(*), sum(change) FROM item_movement") == [(3, Decimal("0.000"))]
    [line] = await aging_on(world, date(2026, 2, 19))
    assert (line["days_1_30"], line["total"]) == ("60.00", "60.00")


def a_random_business(seed: int) -> list[OpenItemChanged]:
    chance = random.Random(seed)
    changes = []
    for n in range(300):
        posted = date(2025, 1, 1) + timedelta(days=chance.randrange(300))
        left, reliefs = Decimal(chance.randrange(1000, 100000)) / 100, []
        amount = left
        while left and chance.random() < 0.75:
            part = left if chance.random() < 0.5 else (left / 2).quantize(Decimal("0.01"))
            left -= part
            reliefs.append((posted + timedelta(days=chance.randrange(200)), str(part)))
        changes += item(f"I{n}", str(amount), posted, *reliefs, customer_id=f"C-{n % 7}")
    chance.shuffle(changes)
    return changes


def plain_aging(changes: list[OpenItemChanged], on: date) -> dict[str, dict[str, Decimal]]:
    """Aging by its definition: per customer and bucket, the sums of what was open of each item."""
    lives: dict[str, list[OpenItemChanged]] = defaultdict(list)
    for change in changes:
        lives[change.item_id].append(change)
    aged: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for life in lives.values():
        still_open = open_on(on, [(change.business_date, change.change) for change in life])
        if still_open:
            aged[life[0].customer_id][FIELDS[bucket_of(life[0].due_date, on)]] += still_open
    return aged


async def test_any_past_day_equals_the_plain_sum_of_dated_changes(world: World) -> None:
    """Late and early, forwards and backwards: by item and from the sums by due date, the same."""
    changes = a_random_business(seed=7)
    for start in range(0, len(changes), 250):  # in batches: many an item's payment before its posting, or dated earlier
        await world.publish(*changes[start : start + 250])
        await world.settle()
    differing = load_queries(BOOKS_SQL)["aging_sums_differing"]
    assert await world.rows("analytics", differing) == [(0,)]
    await world.rows("analytics", "UPDATE aging_sum SET amount = amount + 1 WHERE span = 'day' RETURNING 1")
    assert await world.rows("analytics", differing) != [(0,)]
    await world.rows("analytics", "SELECT make_aging_sums()")
    assert await world.rows("analytics", differing) == [(0,)]
    for on in [date(2024, 12, 31), *(date(2025, 1, 15) + timedelta(days=25 * n) for n in range(20))]:
        expected = plain_aging(changes, on)
        lines = await aging_on(world, on, by="customer")
        answered = {
            line["customer_id"]: {f: Decimal(line[f]) for f in FIELDS.values() if Decimal(line[f])} for line in lines
        }
        assert answered == {customer_id: dict(buckets) for customer_id, buckets in expected.items()}, on
        totals = await aging_on(world, on)
        for field in [*FIELDS.values(), "total", "open_items"]:
            assert sum(Decimal(line[field]) for line in totals) == sum(Decimal(line[field]) for line in lines), field
    [one] = await aging_on(world, date(2025, 9, 1), customer_id="C-3")
    assert one in await aging_on(world, date(2025, 9, 1), by="customer")


async def test_customers_come_in_pages_with_their_names(world: World) -> None:
    posted = date(2026, 1, 10)
    await world.publish(customer("C-2", version=1, name="Old Name"), customer("C-2", version=2, name="New Name"))
    for n in range(5):
        await world.publish(*item(f"A{n}", "10.00", posted, customer_id=f"C-{n}"))
    await world.settle()
    await world.publish(customer("C-2", version=1, name="Old Name"))
    await world.settle()
    seen, cursor, pages = [], None, 0
    while True:
        query = {"cursor": cursor} if cursor else {}
        page = await ask(world, "/aging", as_of="2026-02-01", by="customer", limit=2, **query)
        seen += [(line["customer_id"], line["customer_name"]) for line in page["items"]]
        cursor, pages = page["next_cursor"], pages + 1
        if cursor is None:
            break
    assert seen == [("C-0", ""), ("C-1", ""), ("C-2", "New Name"), ("C-3", ""), ("C-4", "")]
    assert pages == 3
    [line] = await aging_on(world, date(2026, 2, 1), by="customer", customer_id="C-3")
    assert line["customer_id"] == "C-3"


async def test_a_day_that_begins_tells_the_aging_of_the_days_that_ended(world: World) -> None:
    await world.publish(*item("A", "100.00", date(2026, 1, 10), (date(2026, 1, 31), "100.00")))
    await world.settle()
    await world.publish(day(date(2026, 1, 30)))
    await world.settle()
    await world.publish(day(date(2026, 2, 2)), day(date(2026, 1, 30)))
    await world.settle()
    snapshots = world.published(AgingSnapshotTaken)
    assert [(s.as_of, s.total, s.open_items) for s in snapshots] == [
        (date(2026, 1, 29), Decimal("100.00"), 1),
        (date(2026, 1, 30), Decimal("100.00"), 1),
        (date(2026, 1, 31), Decimal("0.00"), 0),
        (date(2026, 2, 1), Decimal("0.00"), 0),
    ]
    assert snapshots[0].snapshot_id == "1000/USD/2026-01-29"
    trend = await ask(world, "/aging/trend", since="2026-01-30", until="2026-02-28", limit=2)
    assert [point["as_of"] for point in trend["items"]] == ["2026-01-30", "2026-01-31"]
    assert [point["total"] for point in trend["items"]] == ["100.00", "0.00"]
    rest = await ask(world, "/aging/trend", since="2026-01-30", until="2026-02-28", cursor=trend["next_cursor"])
    assert [point["as_of"] for point in rest["items"]] == ["2026-02-01"]
    assert rest["next_cursor"] is None


async def test_a_month_that_ended_is_reported_once(world: World) -> None:
    await world.publish(
        *item("A", "100.00", date(2025, 12, 20), (date(2026, 1, 15), "100.00")),
        *item("B", "60.00", date(2026, 1, 5)),
        *item("C", "40.00", date(2025, 11, 1)),
        applied("P-1", date(2026, 1, 15), "98.00", "2.00"),
        applied("P-2", date(2026, 2, 1), "10.00"),
    )
    await world.settle()
    await world.publish(day(date(2026, 1, 31)))
    await world.settle()
    assert [report.report_id for report in world.published(PeriodReported)] == ["1000/USD/2025-12"]
    world.forget()
    await world.publish(day(date(2026, 2, 1)), day(date(2026, 2, 2)))
    await world.settle()
    [report] = world.published(PeriodReported)
    assert (report.period_start, report.period_end) == (date(2026, 1, 1), date(2026, 1, 31))
    assert (report.opening, report.sales, report.closing) == (Decimal("140.00"), Decimal("60.00"), Decimal("100.00"))
    assert (report.closing_current, report.collections, report.cash_collected) == (
        Decimal("60.00"), Decimal("100.00"), Decimal("98.00"),
    )  # fmt: skip
    assert report.cei_percent == Decimal("71.43")  # (140 + 60 - 100) / (140 + 60 - 60)
    assert report.cash_share_percent == Decimal("98.00")
    assert report.dso_days == Decimal("51.67")  # 100 / 60 x 31
    months = await ask(world, "/periods", limit=1)
    assert [month["month"] for month in months["items"]] == ["2026-01"]
    earlier = await ask(world, "/periods", cursor=months["next_cursor"])
    assert [month["month"] for month in earlier["items"]] == ["2025-12"]
    assert [(point["month"], point["dso_days"]) for point in await ask(world, "/dso")][-1] == ("2026-01", "51.67")
    [cei] = await ask(world, "/cei", first="2026-01")
    assert (cei["collectable"], cei["cei_percent"]) == ("140.00", "71.43")


async def test_any_month_is_computed_from_what_is_known_now(world: World) -> None:
    await world.publish(*item("A", "100.00", date(2025, 12, 20), (date(2026, 1, 15), "70.00")))
    await world.settle()
    [january] = await ask(world, "/periods/2026-01")
    assert (january["opening"], january["closing"], january["cei_percent"]) == ("100.00", "30.00", "70.00")
    assert january["dso_days"] is None
    async with world.http("analytics", "collector") as client:
        early = await client.get("/periods/2025-11")
        wrong = await client.get("/periods/June")
        undated = await client.get("/aging")
    assert (early.status_code, wrong.status_code, undated.status_code) == (404, 422, 422)
    assert "is not a month" in wrong.json()["detail"]
    assert "no business day has begun yet" in undated.json()["detail"]


async def test_reading_needs_a_token(world: World) -> None:
    async with world.http("analytics") as client:
        assert (await client.get("/aging", params={"as_of": "2026-01-01"})).status_code == 401
