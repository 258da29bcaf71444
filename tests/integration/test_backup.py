"""A backup taken in the midst of business, and all of it there again after the databases are gone."""

from __future__ import annotations

import asyncio
import contextlib
import signal
import uuid
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer

import o2c.backup.restore
from o2c.backup.catch_up import catch_up
from o2c.backup.create import backup
from o2c.backup.files import MANIFEST, Manifest
from o2c.backup.restore import restore
from o2c.stack import StackError
from shared.chassis.publish.topics import group_id
from shared.contracts.credit import CreditLimitSet
from shared.contracts.invoicing import InvoicePosted
from simulator.calendar import business_day, business_days
from simulator.connected_simulation import FIRST_DAY, connected_simulation
from simulator.transport.connection_info import ConnectionInfo
from tests.kit import World
from tests.kit.business.books import books_agree
from tests.kit.events.sample import customer
from tests.kit.stack.process import ServiceProcess
from tests.kit.stack.world import PARTITIONS, SECRET

BEFORE, DURING, AFTER, AGAIN = ((day,) for day in business_days(FIRST_DAY, 1)[:4])
_STALL_SECONDS = 180.0


async def saved(world: World, directory: Path) -> Manifest:
    return await backup(
        directory, world.databases, world.kafka.bootstrap_servers, topic_prefix=world.prefix, report_progress=print
    )


async def restored(world: World, directory: Path) -> Manifest:
    return await restore(
        directory, world.databases, world.kafka.bootstrap_servers, topic_prefix=world.prefix, report_progress=print
    )


async def caught_up(world: World, directory: Path) -> int:
    servers = world.kafka.bootstrap_servers
    return await catch_up(directory, servers, world.at_rest, topic_prefix=world.prefix, report_progress=print)


def lose_the_databases(world: World) -> None:
    """They are dropped, and made anew, empty."""
    for name, url in world.databases.items():
        database = url.rpartition("/")[2]
        world.postgres.drop(database)
        world.databases[name] = world.postgres.create_database(database)


def simulated(world: World, processes: Sequence[ServiceProcess]) -> Any:
    """The simulated company, going on after what was played before, with its people."""
    urls = {process.name: f"http://127.0.0.1:{process.port}" for process in processes}
    where = ConnectionInfo(
        world.kafka.bootstrap_servers, world.kafka.idempotent, PARTITIONS, urls, SECRET, world.prefix
    )  # fmt: skip
    return connected_simulation(where, seed=7, idle=world.at_rest)


async def play(simulation: Any, days: Sequence[date]) -> None:
    for day in days:
        await simulation.play_day(business_day(day))


async def played_with_a_backup(world: World, processes: Sequence[ServiceProcess], directory: Path) -> Manifest:
    """A day with people, a day with a backup in the midst of it, and a day after it."""
    async with simulated(world, processes) as simulation:
        await play(simulation, BEFORE)
        simulation.people = ()  # what people command after a backup is lost with the databases
        manifest, _ = await asyncio.gather(saved(world, directory), play(simulation, DURING))
        await play(simulation, AFTER)
    return manifest


async def facts(world: World) -> dict[str, list[tuple[Any, ...]]]:
    """What the world outside has in hand: goods, invoices with their numbers, money, what the ledger booked."""
    asked = {
        "invoicing": (
            "SELECT shipment_id, invoice_id FROM shipment ORDER BY 1",
            "SELECT invoice_id, invoice_number, invoice_date, total FROM invoice ORDER BY 1",
        ),
        "cash_app": (
            "SELECT item_id, document_number, original_amount, open_amount FROM open_item ORDER BY 1",
            "SELECT payment_id, amount, unapplied_amount, state FROM payment ORDER BY 1",
        ),
    }
    journal = "SELECT batch_id, state, disagreement FROM journal_batch ORDER BY 1"
    return {
        f"{name}: {query}": await world.rows(name, query)
        for name, queries in asked.items()
        for query in (*queries, journal)
    }


async def test_what_was_saved_while_running_catches_up_to_the_same_facts_and_goes_on(
    kafka: Any, postgres: Any, tmp_path: Path
) -> None:
    """Given a backup in the midst of a day, when all databases are lost a day later, then nothing of it is."""
    async with World(kafka, postgres, as_processes=True) as world, contextlib.AsyncExitStack() as running:
        processes = [await running.enter_async_context(ServiceProcess(world, name)) for name in world.names]
        await world.settle(_STALL_SECONDS)
        manifest = await played_with_a_backup(world, processes, tmp_path / "backup")
        assert {dump.last_business_day for dump in manifest.services.values()} <= {*BEFORE, *DURING}
        await books_agree(world)
        before, posted = await facts(world), len(world.published(InvoicePosted))
        assert posted > 0
        for process in processes:
            process.signal(signal.SIGKILL)
            await process.died()
        lose_the_databases(world)
        await restored(world, tmp_path / "backup")
        for process in processes:
            await process.start()
        await world.settle(_STALL_SECONDS)
        assert await caught_up(world, tmp_path / "backup") > 0
        await books_agree(world)
        assert await facts(world) == before
        async with simulated(world, processes) as simulation:
            await play(simulation, AGAIN)
        await books_agree(world)
        assert len(await world.rows("invoicing", "SELECT invoice_id FROM invoice")) > posted


async def emitted_and_not_published(world: World) -> uuid.UUID:
    """An event in credit's outbox whose transaction had a number this server has not come to yet."""
    event = CreditLimitSet(
        customer_id="C-1", limit_version=2, currency="USD", credit_limit="1.00", previous_limit="2.00",
        valid_from=date(2026, 3, 2), set_by="Pat", reason="a test",
    )  # fmt: skip
    identity = uuid.uuid4()
    connection = await asyncpg.connect(world.databases["credit"])
    try:
        await connection.execute(
            "INSERT INTO outbox"
            " (transaction_id, event_id, topic, key, type, subject, occurred_at, correlation_id, body)"
            " VALUES ('9000000000000', $1, $2, $3, $4, $5, $6, $1, $7)",
            identity, event.topic, event.key, event.type_name(), event.subject, datetime.now(UTC),
            event.model_dump_json().encode(),
        )  # fmt: skip
    finally:
        await connection.close()
    return identity


async def test_an_outbox_is_published_after_the_restore_also_on_a_younger_server(
    kafka: Any, postgres: Any, tmp_path: Path
) -> None:
    async with World(kafka, postgres, services=["credit"], as_processes=True) as world:
        await world.publish(customer("C-1"), customer("C-2"))
        identity = await emitted_and_not_published(world)
        manifest = await saved(world, tmp_path)
        assert manifest.services["credit"].outbox_waiting == 1
        lose_the_databases(world)
        await restored(world, tmp_path)
        async with ServiceProcess(world, "credit"):
            await world.settle(_STALL_SECONDS)
            assert [await caught_up(world, tmp_path) for _ in range(2)] == [2, 2]  # the second time changes nothing
            assert [event.context.id for event in world.published(CreditLimitSet)] == [identity]
            accounts = await world.rows("credit", "SELECT customer_id FROM account ORDER BY customer_id")
            assert accounts == [("C-1",), ("C-2",)]


async def test_a_restore_changes_nothing_where_something_is_in_its_way(
    kafka: Any, postgres: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with World(kafka, postgres, services=["credit"], as_processes=True) as world:
        await world.publish(customer("C-1"))
        manifest = await saved(world, tmp_path)
        with pytest.raises(StackError, match="is not empty"):
            await saved(world, tmp_path)
        with pytest.raises(StackError, match="the database of credit is not empty"):
            await restored(world, tmp_path)
        lose_the_databases(world)

        monkeypatch.setattr(o2c.backup.restore, "_LEAVE_STALL_SECONDS", 0.0)
        replica = AIOKafkaConsumer(
            world.prefix + "CustomerChanged",
            bootstrap_servers=kafka.bootstrap_servers,
            group_id=group_id("credit", world.prefix),
            enable_auto_commit=False,
        )
        await replica.start()
        try:
            with pytest.raises(StackError, match="credit is running"):
                await restored(world, tmp_path)
        finally:
            await replica.stop()

        longer = {topic: {part: end + 1 for part, end in ends.items()} for topic, ends in manifest.ends.items()}
        manifest.model_copy(update={"ends": longer}).write(tmp_path)
        with pytest.raises(StackError, match="Use the Kafka the backup was taken with"):
            await restored(world, tmp_path)

        manifest.write(tmp_path)
        dump = tmp_path / "credit.dump"
        content = dump.read_bytes()
        dump.write_bytes(content[:-1] + b"?")
        with pytest.raises(StackError, match="does not have the SHA-256"):
            await restored(world, tmp_path)
        dump.write_bytes(content[:-1])
        with pytest.raises(StackError, match="cut off"):
            await restored(world, tmp_path)
        assert await world.rows("credit", "SELECT tablename FROM pg_tables WHERE schemaname = 'public'") == []

        (tmp_path / MANIFEST).unlink()
        with pytest.raises(StackError, match="no finished backup"):
            await restored(world, tmp_path)
