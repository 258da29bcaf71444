"""A real company's receivables of two years, replayed: figures to the cent on every past day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from o2c.books.aging import aging
from o2c.books.check import check_books
from o2c.history.csv_file import read_history
from o2c.history.past import History
from o2c.history.replay import identified, play
from shared.chassis.envelope import encode
from shared.contracts.analytics import AgingSnapshotTaken, PeriodReported
from shared.contracts.event import Event
from shared.contracts.invoicing import InvoicePosted
from shared.kernel.aging import AgingBucket, bucket_of
from tests.kit import World

FILE = Path(__file__).parents[3] / "shared" / "data" / "receivables-history.csv"
JUNE_END = date(2013, 6, 30)

pytestmark = pytest.mark.skipif(
    not FILE.exists(), reason=f"the real receivables history is not beside the project ({FILE.name} in ../shared/data)"
)


@pytest.fixture(scope="module")
def history() -> History:
    return read_history(FILE)


@pytest.fixture(scope="module")
async def world(kafka: Any, postgres: Any, history: History) -> AsyncIterator[World]:
    async with World(kafka, postgres) as world:

        async def publish(events: list[Event]) -> None:
            await world.publish_encoded(*(encode(event, event.context) for event in map(identified, events)))

        await play(history, publish, world.settle)
        yield world


def plain_aging(history: History, day: date) -> dict[str, dict[AgingBucket, Decimal]]:
    """From the file alone: what was posted by that day and not settled on or before it, by days past due."""
    aged: defaultdict[str, defaultdict[AgingBucket, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for past in history.past:
        invoice = past.invoice
        if invoice.invoice_date <= day and (past.settled_on is None or past.settled_on > day):
            aged[invoice.customer_id][bucket_of(invoice.due_date, day)] += invoice.amount
    return {customer_id: dict(buckets) for customer_id, buckets in aged.items()}


async def test_every_invoice_was_posted_and_settled(world: World) -> None:
    posted = world.published(InvoicePosted)
    assert len(posted) == 2_466
    assert sum(invoice.total for invoice in posted) == Decimal("147703.18")
    assert {invoice.origin for invoice in posted} == {"brought_forward"}
    [(items, open_amount, disputed)] = await world.rows(
        "cash_app", "SELECT count(*), sum(open_amount), count(*) FILTER (WHERE disputed) FROM open_item"
    )
    assert (items, open_amount, disputed) == (2_466, Decimal(0), 561)
    for name in world.names:
        assert await world.rows(name, "SELECT reason FROM dead_letter") == []


async def test_aging_at_the_end_of_june_2013(world: World) -> None:
    report = await aging(world.databases["analytics"], JUNE_END)
    [line] = report.totals
    assert line.total == Decimal("5119.85")
    assert line.buckets == {
        AgingBucket.CURRENT: Decimal("4284.29"),
        AgingBucket.DAYS_1_30: Decimal("835.56"),
        AgingBucket.DAYS_31_60: Decimal("0.00"),
        AgingBucket.DAYS_61_90: Decimal("0.00"),
        AgingBucket.DAYS_91_120: Decimal("0.00"),
        AgingBucket.OVER_120: Decimal("0.00"),
    }


async def test_june_2013_as_it_was_reported_when_it_ended(world: World) -> None:
    [june] = [report for report in world.published(PeriodReported) if report.period_end == JUNE_END]
    assert (june.opening, june.sales, june.closing) == (Decimal("6918.35"), Decimal("5849.59"), Decimal("5119.85"))
    assert (june.collections, june.closing_current) == (Decimal("7648.09"), Decimal("4284.29"))
    assert june.cei_percent == Decimal("90.15")
    assert (june.cash_collected, june.cash_share_percent) == (Decimal("7648.09"), Decimal("100.00"))
    async with world.http("analytics", "controller") as client:
        [computed] = (await client.get("/periods/2013-06")).json()
    assert (computed["opening"], computed["closing"], computed["cei_percent"]) == ("6918.35", "5119.85", "90.15")


async def test_aging_of_any_past_day_is_that_of_the_file(world: World, history: History) -> None:
    days = [history.first_day + timedelta(days=23 * n) for n in range(33)]
    assert len(days) >= 24
    assert days[-1] > history.last_day - timedelta(days=23)
    for day in [history.first_day - timedelta(days=1), *days, history.last_day, history.last_day + timedelta(days=1)]:
        expected = plain_aging(history, day)
        report = await aging(world.databases["analytics"], day)
        answered = {
            line.customer_id: {bucket: amount for bucket, amount in line.buckets.items() if amount}
            for line in report.customers
        }
        assert answered == expected, day
        assert sum((line.total for line in report.totals), Decimal(0)) == sum(
            (amount for buckets in expected.values() for amount in buckets.values()), Decimal(0)
        )
    some = next(iter(plain_aging(history, JUNE_END)))
    report = await aging(world.databases["analytics"], JUNE_END, some)
    [only] = report.customers
    assert only.customer_id == some
    assert sum(item.open_amount for item in report.items) == only.total


async def test_every_day_had_its_snapshot(world: World, history: History) -> None:
    snapshots = {snapshot.as_of: snapshot for snapshot in world.published(AgingSnapshotTaken)}
    days = (history.last_day - history.first_day).days + 1
    assert len(snapshots) == len(world.published(AgingSnapshotTaken)) == days
    for day in (history.first_day + timedelta(days=17 * n) for n in range(days // 17)):
        expected = plain_aging(history, day)
        total = sum((amount for buckets in expected.values() for amount in buckets.values()), Decimal(0))
        assert snapshots[day].total == total, day


async def test_the_books_agree_at_the_end_and_on_past_days(world: World) -> None:
    for as_of in (None, date(2012, 1, 31), JUNE_END, date(2013, 12, 31)):
        report = await check_books(world.databases, world.kafka.bootstrap_servers, as_of, world.prefix)
        assert report.agree, report.differences
