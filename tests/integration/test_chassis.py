"""The chassis on real Kafka and PostgreSQL, carried by the smallest service there can be."""

from __future__ import annotations

import asyncio
import uuid
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from faststream import AckPolicy
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from shared.chassis.declare.settings import ServiceSettings
from shared.chassis.envelope import encode
from shared.chassis.observe.tracing import Traces
from shared.chassis.runtime.service_runtime import ServiceRuntime
from shared.chassis.transaction.migrate import apply_migrations, migrate
from shared.contracts.credit import CreditApproved, CreditLimitSet
from shared.contracts.invoicing import OrderValidated
from tests.kit import World
from tests.kit.events.sample import customer, day, validated
from tests.kit.stack.approve_all import service as APPROVE_ALL


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> Any:
    async with World(kafka, postgres, services=[APPROVE_ALL]) as world:
        yield world


async def approvals(world: World) -> list[str]:
    return [order for (order,) in await world.rows("credit", "SELECT order_id FROM approval ORDER BY order_id")]


async def test_an_event_published_twice_is_handled_once(world: World) -> None:
    """Given an order, when the same event comes again, then it was approved once and one answer went out."""
    await world.publish(customer())
    await world.settle()
    identity = uuid.uuid4()
    await world.publish(validated("O-1"), identity=identity)
    await world.publish(validated("O-1"), identity=identity)
    await world.settle()
    await world.publish(validated("O-1"), identity=identity)
    await world.settle()

    assert await approvals(world) == ["O-1"]
    assert [e.order_id for e in world.published(CreditApproved)] == ["O-1"]


async def test_the_same_cause_emits_events_with_the_same_ids(world: World) -> None:
    """Ids follow from the cause, so a consumer can drop events that a service emits again after a crash."""
    await world.publish(customer())
    await world.settle()
    (cause,) = await world.publish(validated("O-1"))
    await world.settle()

    (answer,) = world.published(CreditApproved)
    assert answer.context.id == uuid.uuid5(cause.id, "CreditApproved.v1/O-1/")
    assert answer.context.causation_id == cause.id
    assert answer.context.correlation_id == cause.correlation_id
    assert answer.context.source == "credit"


async def test_trace_context_is_carried_through_the_outbox(world: World) -> None:
    """And where a collector is configured, it receives the span of the batch, in the trace of what caused it."""
    trace, collected = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01", InMemorySpanExporter()
    await world.publish(customer())
    await world.settle()
    world.running["credit"].processor.traces = Traces("credit", SimpleSpanProcessor(collected))
    record = encode(order := validated("O-1"), world.context(order))
    await world.publish_encoded(record._replace(headers=[*record.headers, ("traceparent", trace.encode())]))
    await world.settle()

    (answer,) = world.published(CreditApproved)
    assert answer.context.traceparent is not None
    assert answer.context.traceparent.split("-")[1] == "0af7651916cd43dd8448eb211c80319c"
    (span,) = collected.get_finished_spans()
    assert (span.name, span.resource.attributes["service.name"]) == ("batch", "o2c-credit")
    assert span.parent is not None and span.context is not None
    assert f"00-{span.context.trace_id:032x}-{span.parent.span_id:016x}-01" == trace
    assert span.attributes is not None and span.attributes["messaging.batch.message_count"] == 1


async def test_the_lag_is_measured_while_a_batch_hangs(world: World) -> None:
    """Given a locked table, then waiting records are counted: the current batch and what came since."""
    await world.publish(customer())
    await world.settle()
    lag = world.running["credit"].metrics.lag

    async def until_behind(orders: int) -> None:
        async with asyncio.timeout(30):
            while lag.labels("OrderValidated")._value.get() != orders:
                await asyncio.sleep(0.05)

    hanging = await asyncpg.connect(world.databases["credit"])
    try:
        async with hanging.transaction():
            await hanging.execute("LOCK TABLE inbox IN ACCESS EXCLUSIVE MODE")
            await world.publish(*(validated(f"O-{n}") for n in range(5)))
            await until_behind(5)
            await world.publish(*(validated(f"O-{n}") for n in range(5, 12)))
            await until_behind(12)
    finally:
        await hanging.close()
    await until_behind(0)
    assert len(await approvals(world)) == 12


async def test_poison_is_dead_lettered_alone(world: World) -> None:
    """Given 200 orders of which two cannot be applied, then 198 are, and the two are kept with their reasons."""
    await world.publish(customer())
    await world.settle()
    orders = [validated(f"O-{n:03}") for n in range(198)]
    await world.publish(
        *orders[:90],
        validated("O-POISON", customer_id="C-UNKNOWN"),
        *orders[90:],
        validated("O-HUGE", total="10000.00"),
    )
    await world.settle()

    assert await approvals(world) == sorted(order.order_id for order in orders)
    letters = await world.rows("credit", "SELECT topic, error, reason FROM dead_letter ORDER BY error")
    assert [(topic, error) for topic, error, _ in letters] == [
        ("OrderValidated", "EventRejected"),
        ("OrderValidated", "NumericValueOutOfRangeError"),
    ]
    assert "C-UNKNOWN is not known" in letters[0][2]


async def test_a_dead_letter_is_replayed_once_however_often_it_is_asked_for(world: World) -> None:
    await world.publish(validated("O-EARLY"))
    await world.settle()
    async with world.http("credit", "admin") as admin:
        (letter,) = (await admin.get("/dead-letters")).json()["items"]
    path = f"/dead-letters/{letter['event_id']}/replay"

    still_failing = await world.command("credit", "admin", path, {})
    assert still_failing.status_code == 409
    assert "C-1 is not known" in still_failing.json()["detail"]

    await world.publish(customer())
    await world.settle()
    outcomes = [(await world.command("credit", "admin", path, {})).json()["status"] for _ in range(3)]
    await world.settle()

    assert outcomes == ["applied", "already_applied", "already_applied"]
    assert await approvals(world) == ["O-EARLY"]
    assert len(world.published(CreditApproved)) == 1


async def test_too_many_dead_letters_in_a_row_stop_the_consumer(kafka: Any, postgres: Any) -> None:
    """The service stops before it turns a whole topic into dead letters; readiness gives the reason."""
    async with World(kafka, postgres, services=[APPROVE_ALL], dead_letters_in_a_row_max=5) as world:
        await world.publish(*(validated(f"O-{n}", customer_id="C-UNKNOWN") for n in range(12)))
        await until(lambda: world.running["credit"].consumer.stopped_because)
        async with world.http("credit") as anyone:
            ready = await anyone.get("/health/ready")

        assert ready.status_code == 503
        assert "5 dead letters in a row" in ready.json()["checks"]["dead_letters"]
        assert await world.rows("credit", "SELECT count(*) FROM dead_letter") == [(5,)]

        await world.stop("credit")
        await world.publish(customer("C-UNKNOWN"))
        world._overrides["dead_letters_in_a_row_max"] = 100
        await world.start("credit")
        await world.settle()
        applied, dead = (
            len(await approvals(world)),
            (await world.rows("credit", "SELECT count(*) FROM dead_letter"))[0][0],
        )
        assert applied + dead == 12


async def test_published_events_keep_their_order_per_key(world: World) -> None:
    """Orders of one customer are answered in the order they were decided, however many batches that takes."""
    await world.publish(*(customer(f"C-{n}") for n in range(5)))
    await world.settle()
    for start in range(0, 300, 50):
        await world.publish(*(validated(f"O-{n:03}", customer_id=f"C-{n % 5}") for n in range(start, start + 50)))
    await world.settle()

    by_customer: dict[str, list[str]] = {}
    for event in world._published["CreditApproved"]:
        by_customer.setdefault(event.key, []).append(event.subject)
    assert sum(map(len, by_customer.values())) == 300
    assert all(orders == sorted(orders) for orders in by_customer.values())


async def test_an_event_of_an_unfinished_older_transaction_is_not_overtaken(world: World) -> None:
    """The relay's fence: a row committed late, with a lower id, is still published, and first."""
    await world.publish(customer())
    await world.settle()
    late = await asyncpg.connect(world.databases["credit"])
    try:
        transaction = late.transaction()
        await transaction.start()
        await late.execute(
            """INSERT INTO outbox (event_id, topic, key, type, subject, occurred_at, correlation_id, body)
               VALUES (gen_random_uuid(), 'CreditApproved', 'C-1', 'CreditApproved.v1', 'O-LATE', now(),
               gen_random_uuid(), convert_to('{"order_id":"O-LATE","customer_id":"C-1","decided_on":"2026-03-02",
               "currency":"USD","order_amount":"1","exposure":"1","credit_limit":"1","policy_version":0}', 'UTF8'))"""
        )
        await world.publish(validated("O-1"))
        await until_rows(world, "SELECT 1 FROM approval")
        await asyncio.sleep(0.3)
        waiting = await world.rows("credit", "SELECT subject FROM outbox ORDER BY id")
        await transaction.commit()
    finally:
        await late.close()
    await world.settle()

    assert waiting == [("O-1",)]
    assert [e.subject for e in world._published["CreditApproved"]] == ["O-LATE", "O-1"]


async def test_a_daily_run_goes_over_all_customers_in_chunks_once_a_day(world: World) -> None:
    await world.publish(*(customer(f"C-{n}") for n in range(5)))
    await world.settle()
    await world.publish(day(date(2026, 3, 2)), day(date(2026, 3, 2)), day(date(2026, 3, 3)))
    await world.settle()

    runs = await world.rows("credit", "SELECT business_date, chunks, finished_at IS NOT NULL FROM daily_run ORDER BY 1")
    assert runs == [(date(2026, 3, 2), 3, True), (date(2026, 3, 3), 3, True)]
    emitted = [(e.valid_from, e.customer_id) for e in world.published(CreditLimitSet)]
    assert sorted(emitted) == [(date(2026, 3, d), f"C-{n}") for d in (2, 3) for n in range(5)]


_SLOW_CHUNKS = (
    "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN PERFORM pg_sleep(0.6); RETURN NEW; END $$",
    "CREATE TRIGGER slow BEFORE UPDATE ON daily_run FOR EACH ROW EXECUTE FUNCTION slow()",
)


async def test_a_wait_for_idle_goes_on_as_long_as_a_daily_run_gets_further(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a run that publishes nothing and takes longer than the wait's patience, its chunks are progress."""
    await world.publish(*(customer(f"C-{n}") for n in range(6)))
    await world.settle()
    for statement in _SLOW_CHUNKS:
        await world.rows("credit", statement)
    monkeypatch.setattr(APPROVE_ALL.work, "emit", lambda *_, **__: None)
    before = await idle(world)
    await world.publish(day(date(2026, 3, 2)))
    await world.settle(stall_seconds=1.2)

    assert await world.rows("credit", "SELECT chunks, finished_at - started_at > '1.5 s' FROM daily_run") == [(4, True)]
    after = await idle(world)
    assert after["progress"] - before["progress"] == 1 + 4  # the event of the day, and the chunks
    assert after["replica"] == before["replica"]


async def idle(world: World) -> dict[str, Any]:
    async with world.http("credit") as client:
        answer: dict[str, Any] = (await client.get("/health/idle")).json()
    return answer


async def test_five_replicas_starting_together_migrate_once(postgres: Any) -> None:
    url = postgres.create_database(f"migrated_{uuid.uuid4().hex[:8]}")
    await asyncio.gather(*(migrate(APPROVE_ALL, url) for _ in range(5)))
    connection = await asyncpg.connect(url)
    try:
        applied = await connection.fetch("SELECT schema_name, migration_id FROM _pogo_migration ORDER BY 1, 2")
    finally:
        await connection.close()
    assert [tuple(row) for row in applied] == [
        ("chassis", "0001_chassis"),
        ("credit", "0001_approve_all"),
    ]


async def test_an_older_database_is_brought_to_todays_schema(postgres: Any, tmp_path: Path) -> None:
    """Given a database of the first release with data in it, when today's release starts, then both are there."""
    url = postgres.create_database(f"older_{uuid.uuid4().hex[:8]}")
    await migrate(APPROVE_ALL, url)
    connection = await asyncpg.connect(url)
    try:
        await connection.execute("INSERT INTO known_customer VALUES ('C-OLD', 1, 7)")
        newer = tmp_path / "migrations"
        newer.mkdir()
        for path in (APPROVE_ALL.root / "migrations").iterdir():
            (newer / path.name).write_text(path.read_text())
        (newer / "0002_region.sql").write_text(
            "-- Customers have a region.\n-- depends: 0001_approve_all\n\n-- migrate: apply\n"
            "ALTER TABLE known_customer ADD COLUMN region text NOT NULL DEFAULT 'none';\n"
            "-- migrate: rollback\nALTER TABLE known_customer DROP COLUMN region;\n"
        )
        await apply_migrations(url, [("credit", newer)])
        rows = await connection.fetch("SELECT customer_id, orders, region FROM known_customer")
    finally:
        await connection.close()
    assert [tuple(row) for row in rows] == [("C-OLD", 7, "none")]


async def test_two_replicas_share_the_work_and_one_relays(world: World) -> None:
    """Given two replicas, when orders flood in, then each is handled by one of them and answered once."""
    await world.publish(*(customer(f"C-{n}") for n in range(9)))
    await world.settle()
    second = ServiceRuntime(APPROVE_ALL, world.settings("credit"))
    await second.start()
    try:
        await until(lambda: second.consumer.partitions)
        await world.publish(*(validated(f"O-{n:03}", customer_id=f"C-{n % 9}") for n in range(300)))
        await world.settle()
        relaying = [r.metrics.relay_active._value.get() for r in (world.running["credit"], second)]
    finally:
        await second.stop()
    await world.settle()

    assert len(await approvals(world)) == 300
    assert len({e.context.id for e in world.published(CreditApproved)}) == 300 == len(world.published(CreditApproved))
    assert sorted(relaying) == [0, 1]


async def test_a_replica_that_does_not_relay_wakes_the_one_that_does(kafka: Any, postgres: Any) -> None:
    """Given a relay that looks every ten seconds, when another replica emits an event, then it goes out at once."""
    async with World(kafka, postgres, services=[APPROVE_ALL], relay_poll_seconds=10) as world:
        metrics = world.running["credit"].metrics
        await until(lambda: metrics.relay_active._value.get() == 1)
        second = ServiceRuntime(APPROVE_ALL, world.settings("credit"))
        await second.start()
        try:
            cause = validated("O-1")
            limit = CreditLimitSet(
                customer_id="C-1", limit_version=1, currency="USD", credit_limit=Decimal(1), previous_limit=Decimal(0),
                valid_from=date(2026, 3, 2), set_by="Pat", reason="",
            )  # fmt: skip
            async with second.transactions.begin() as uow:
                uow.emit(limit, cause=cause.with_context(world.context(cause)))
            await until(lambda: metrics.events_out.labels("CreditLimitSet")._value.get() == 1, seconds_max=5)
        finally:
            await second.stop()


async def test_a_rebalance_waits_for_the_current_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a slow batch, when a replica joins, then partitions move with their offsets: nothing twice."""
    (approve,) = APPROVE_ALL.handlers.by_event[OrderValidated]
    started = asyncio.Event()

    async def slowly(orders: list[OrderValidated], uow: Any) -> None:
        started.set()
        await asyncio.sleep(1.0)
        await approve(orders, uow)

    await world.publish(*(customer(f"C-{n}") for n in range(9)))
    await world.settle()
    monkeypatch.setitem(APPROVE_ALL.handlers.by_event, OrderValidated, [slowly])
    await world.publish(*(validated(f"O-{n:03}", customer_id=f"C-{n % 9}") for n in range(100)))
    await started.wait()
    second = ServiceRuntime(APPROVE_ALL, world.settings("credit"))
    await second.start()
    try:
        await world.settle()
        repeated = [r.metrics.events_duplicate._value.get() for r in (world.running["credit"], second)]
    finally:
        await second.stop()

    assert len(await approvals(world)) == 100
    assert repeated == [0, 0]


async def test_a_lost_connection_is_retried_in_place(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a batch whose connections are cut, then it is tried again: nothing is lost, nothing applied twice."""
    (approve,) = APPROVE_ALL.handlers.by_event[OrderValidated]
    cuts = iter(range(3))

    async def cut_off(orders: list[OrderValidated], uow: Any) -> None:
        await approve(orders, uow)
        if next(cuts, None) is not None:
            await world.rows("credit", "SELECT pg_terminate_backend($1)", uow.connection.get_server_pid())

    await world.publish(customer())
    await world.settle()
    monkeypatch.setitem(APPROVE_ALL.handlers.by_event, OrderValidated, [cut_off])
    await world.publish(*(validated(f"O-{n}") for n in range(5)))
    await world.settle()

    assert await approvals(world) == [f"O-{n}" for n in range(5)]
    assert world.running["credit"].metrics.retries._value.get() >= 3
    assert await world.rows("credit", "SELECT count(*) FROM dead_letter") == [(0,)]


async def test_a_lone_event_is_answered_without_waiting_for_a_batch(world: World) -> None:
    """Readiness and metrics show what happened to it."""
    await world.publish(customer())
    await world.settle()
    await world.publish(validated("O-1"))
    await world.settle()
    async with world.http("credit") as anyone:
        ready = await anyone.get("/health/ready")
        metrics = (await anyone.get("/metrics")).text

    assert ready.status_code == 200, ready.text
    assert 'o2c_events_in_total{topic="OrderValidated"} 1.0' in metrics
    assert 'o2c_events_out_total{topic="CreditApproved"} 1.0' in metrics


def test_the_subscriber_never_acknowledges_before_the_commit() -> None:
    """FastStream's default would lose events: the policy is ours, set on the subscriber itself."""
    settings = ServiceSettings(database_url="postgresql://user@localhost/none", token_secret=SecretStr("x" * 32))
    running = ServiceRuntime(APPROVE_ALL, settings)
    (subscriber,) = running.consumer._broker.subscribers
    assert subscriber.ack_policy is AckPolicy.MANUAL
    assert subscriber._connection_args["auto_offset_reset"] == "earliest"


async def until(condition: Any, seconds_max: float = 30.0) -> None:
    async with asyncio.timeout(seconds_max):
        while not condition():
            await asyncio.sleep(0.02)


async def until_rows(world: World, sql: str) -> None:
    async with asyncio.timeout(30.0):
        while not await world.rows("credit", sql):
            await asyncio.sleep(0.02)
