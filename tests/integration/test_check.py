"""The check of the books over five databases and Kafka: it agrees when they do, and names what does not."""

from __future__ import annotations

import contextlib
import random
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import asyncpg
import pytest

from o2c.books.check import BooksReport, check_books, digest
from o2c.history.csv_file import read_history
from o2c.history.replay import identified, play
from shared.chassis.envelope import encode
from shared.contracts.event import Event
from shared.contracts.gl_core import JournalBatchPosted
from shared.contracts.journal import JournalBatchSubmitted
from tests.kit import World

PAST = """customer_id,invoice_number,invoice_date,due_date,amount,settled_on,disputed
C1,9001,2026-01-05,2026-02-04,100.00,2026-02-10,no
C1,9002,2026-01-06,2026-02-05,250.50,,no
C2,9003,2026-01-06,2026-02-05,80.25,2026-01-20,yes
C2,9004,2026-01-19,2026-02-18,19.75,2026-01-20,no
C3,9005,2026-01-20,2026-02-19,5.00,2026-01-20,no
C3,9006,2026-02-12,2026-03-14,1000.00,2026-02-11,no
"""


async def replayed(world: World, tmp_path: Path, seed: int | None = None) -> None:
    """A short history, published in the file's order or, with a seed, each phase in an order of chance."""
    file = tmp_path / "past.csv"
    file.write_text(PAST)

    async def publish(events: list[Event]) -> None:
        if seed is not None:
            random.Random(seed).shuffle(events)
        await world.publish_encoded(*(encode(event, event.context) for event in map(identified, events)))

    await play(read_history(file), publish, world.settle)


@pytest.fixture(scope="module")
async def world(kafka: Any, postgres: Any, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[World]:
    """Five services at rest after a small past; tests leave it as they found it."""
    async with World(kafka, postgres) as world:
        await replayed(world, tmp_path_factory.mktemp("past"))
        yield world


async def checked(world: World, as_of: date | None = None) -> BooksReport:
    return await check_books(world.databases, world.kafka.bootstrap_servers, as_of, world.prefix)


@contextlib.asynccontextmanager
async def changed(world: World, service: str, table: str, sql: str) -> AsyncIterator[None]:
    """What no service would do: a change behind the books' back. Undone at the end."""
    connection = await asyncpg.connect(world.databases[service])
    try:
        await connection.execute(f"CREATE TEMP TABLE saved AS TABLE {table}")
        await connection.execute(sql)
        try:
            yield
        finally:
            await connection.execute(f"DELETE FROM {table}; INSERT INTO {table} TABLE saved")
    finally:
        await connection.close()


def differing(report: BooksReport) -> set[str]:
    return {line.invariant for line in report.differences}


async def test_the_books_agree_now_and_on_every_past_day(world: World) -> None:
    now = await checked(world)
    assert now.agree, now.differences
    for day in [
        date(2026, 1, 1),
        date(2026, 1, 6),
        date(2026, 1, 20),
        date(2026, 2, 10),
        date(2026, 2, 11),
        date(2026, 2, 12),
    ]:
        then = await checked(world, day)
        assert then.agree, then.differences


BEHIND_THE_BOOKS_BACK = [
    (
        "analytics", "item_movement", "UPDATE item_movement SET change = change + 0.01 WHERE cause = 'posted'",
        {"analytics = cash_app, item by item", "Aging sums = dated changes, on every day"},
    ),
    (
        "analytics", "item", "UPDATE item SET original_amount = original_amount - 0.01 WHERE open_amount > 0",
        {"Aging sums = open items, by due date"},
    ),
    (
        "analytics", "aging_sum", "UPDATE aging_sum SET amount = amount + 0.01 WHERE span = 'month'",
        {
            "Aging, by company and bucket", "Aging sums = open items, by due date",
            "Aging sums = dated changes, on every day",
        },
    ),
    (
        "analytics", "aging_sum", "UPDATE aging_sum SET items = items + 1 WHERE span = 'month'",
        {"Items counted in the aging, by due date", "Aging sums = dated changes, on every day"},
    ),
    (
        "collections", "open_item", "UPDATE open_item SET open_amount = open_amount + 1 WHERE open_amount > 0",
        {"Open items of collections, per customer"},
    ),
    (
        "credit", "open_item", "UPDATE open_item SET open_amount = open_amount + 1 WHERE open_amount > 0",
        {"Open items of credit, per customer"},
    ),
    (
        "credit", "account", "UPDATE account SET open_items_total = open_items_total + 1 WHERE customer_id = 'C1'",
        {"Open items in the exposure, per customer", "Exposure: open items by due day, per customer"},
    ),
    (
        "credit", "account", "UPDATE account SET open_orders_total = open_orders_total + 1 WHERE customer_id = 'C1'",
        {"Open orders in the exposure, per customer"},
    ),
    (
        "invoicing", "invoice_series", "INSERT INTO invoice_series (series, last_number) VALUES ('US01', 7)",
        {"Document numbers without gaps, per series"},
    ),
    (
        "invoicing", "credit_memo",
        "INSERT INTO credit_memo VALUES ('C1', 'CM', '7', 'US01-CM', 7, 'US01', 'X', 'invoice', NULL, NULL, 'USD', "
        "1, 0, 1, '[]', 'pricing', 'why', 'Pat', '2026-01-01', 'posted', '2026-01-01')",
        {
            "Credit memos posted = credit memos recorded, per customer",
            "No document credited beyond what it charged",
            "Sales in the journal = invoices - credit memos - tax in discounts",
        },
    ),
    (
        "invoicing", "finance_charge",
        "INSERT INTO finance_charge VALUES ('C1', 'FC', '8', 'US01-FC', 8, 'US01', 'fee', '2026-01-01', '2026-01-01', "
        "'USD', 1, 'why', '[]')",
        {
            "Open items = invoices - applications, per customer",
            "Finance charges in the journal = charges - those waived",
        },
    ),
    (
        "invoicing", "inbox", "DELETE FROM inbox WHERE topic = 'InvoiceBroughtForward'",
        {"Every input applied once or dead-lettered"},
    ),
    (
        "cash_app", "inbox", "INSERT INTO inbox (event_id, topic) VALUES (gen_random_uuid(), 'InvoicePosted')",
        {"Every input applied once or dead-lettered"},
    ),
    (
        "cash_app", "payment", "UPDATE payment SET amount = amount + 1 WHERE customer_id = 'C1'",
        {"Payments = cash applied + cash waiting", "Cash in the journal = payments"},
    ),
    (
        "cash_app", "journal_posting", "UPDATE journal_posting SET amount = amount + 1 WHERE debit = '1000'",
        {"Cash in the journal = payments", "Unapplied in the journal = payments"},
    ),
    (
        "cash_app", "item_movement", "UPDATE item_movement SET business_date = '2026-01-01' WHERE cause = 'cash'",
        {"No item below zero, on any day", "analytics = cash_app, item by item"},
    ),
]  # fmt: skip


@pytest.mark.parametrize(("service", "table", "sql", "invariants"), BEHIND_THE_BOOKS_BACK)
async def test_whatever_is_changed_behind_the_books_back_is_named(
    world: World, service: str, table: str, sql: str, invariants: set[str]
) -> None:
    async with changed(world, service, table, sql):
        assert differing(await checked(world)) == invariants


async def test_without_a_broker_it_states_what_was_not_compared(world: World) -> None:
    report = await check_books(world.databases, None)
    assert report.agree
    assert report.not_compared == ["GL_CORE's totals and the inputs on Kafka's topics, as no broker was named"]
    with pytest.raises(LookupError, match="missing: credit"):
        await check_books({"invoicing": "postgres://nowhere"}, None)


async def test_the_same_business_has_the_same_digest_in_whatever_order_it_arrives(
    world: World, kafka: Any, postgres: Any, tmp_path: Path
) -> None:
    async with World(kafka, postgres) as other:
        await replayed(other, tmp_path, seed=3)
        assert await digest(other.databases) == await digest(world.databases)
        await replayed(other, tmp_path)  # the same file again changes nothing
        assert await digest(other.databases) == await digest(world.databases)
        assert (await checked(other)).agree
    before = await digest(world.databases)
    async with changed(world, "cash_app", "open_item", "UPDATE open_item SET disputed = NOT disputed"):
        assert await digest(world.databases) != before
    assert await digest(world.databases) == before


async def test_what_the_general_ledger_booked_is_compared_with_what_was_sent(
    kafka: Any, postgres: Any, tmp_path: Path
) -> None:
    async with World(kafka, postgres) as world:
        await replayed(world, tmp_path)
        await reported_by_the_general_ledger(world)


async def reported_by_the_general_ledger(world: World) -> None:
    batches = world.published(JournalBatchSubmitted)
    answers = [
        JournalBatchPosted(**batch.model_dump(include=set(JournalBatchPosted.model_fields))) for batch in batches
    ]
    await world.publish(*answers[1:])
    await world.settle()
    report = await checked(world)
    assert report.agree, report.differences
    [line] = [line for line in report.lines if line.invariant == "Journals = general ledger + on its way"]
    assert "submitted" in line.note
    wrong = answers[0].totals[0].model_copy(update={"debit": answers[0].totals[0].debit + 1})
    await world.publish(answers[0].model_copy(update={"totals": (wrong, *answers[0].totals[1:])}))
    await world.settle()
    assert differing(await checked(world)) == {
        "General ledger: debits by account",
        "Journals = general ledger + on its way",
    }
