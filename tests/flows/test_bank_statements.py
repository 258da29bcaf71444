"""A clerk imports the bank's statements each day: the bank's balances agree with the journal, as of every day."""

from __future__ import annotations

from datetime import date
from typing import Any

import httpx

from o2c.books.check import check_books
from simulator.calendar import business_day, business_days
from simulator.connected_simulation import FIRST_DAY, connected_simulation
from simulator.people.bank_courier import BankCourier
from simulator.systems.bank_files import is_day_of_files
from simulator.transport.connection_info import ConnectionInfo
from tests.integration.test_imports import IBAN, own, send
from tests.kit.business.books import books_agree
from tests.kit.business.play import desk
from tests.kit.stack.world import PARTITIONS, Doors, World
from tests.unit.cash_app.bank_files.samples import entry_053, statement_053

BALANCE = "Bank's closing balance = cash in the journal + named items"


async def test_the_bank_agrees_with_the_journal_on_every_day(kafka: Any, postgres: Any) -> None:
    """Days of the feed with their statements, then the day on which lockbox and card files replace the feed."""
    days = [day for day in business_days(FIRST_DAY, 1) if day.day <= 12][-5:]
    async with World(kafka, postgres) as world:
        await world.settle()
        where = ConnectionInfo(
            world.kafka.bootstrap_servers, world.kafka.idempotent, PARTITIONS, topic_prefix=world.prefix
        )
        async with (
            connected_simulation(where, seed=11, start=days[0], idle=world.at_rest) as simulation,
            httpx.AsyncClient(transport=Doors(world), timeout=30.0) as client,
        ):
            clerk, treasurer = desk(client, "cash_app", "cash_clerk"), desk(client, "cash_app", "controller")
            simulation.people = [BankCourier(clerk, treasurer, simulation.upstream)]
            for day in days:
                await simulation.play_day(business_day(day))
        await books_agree(world)
        assert any(is_day_of_files(business_day(day)) for day in days)
        for day in days:
            await books_agree(world, day)
        await _names_what_is_not_coded(world, days[-1])
        await _code_what_is_no_customers_money(world)
        await books_agree(world)
        for day in days:
            await books_agree(world, day)


async def _names_what_is_not_coded(world: World, day: date) -> None:
    report = await check_books(world.databases, None, day)
    notes = {line.where.split()[1]: line.note for line in report.lines if line.invariant == BALANCE}
    assert "brought forward +10,000.00" in notes["ZBAUSD"], notes
    assert "to be coded -480.00" in notes["ZBAUSD"], notes


async def _code_what_is_no_customers_money(world: World) -> None:
    """The bill that was paid, and money of an unknown payer on another account."""
    await own(world, IBAN, "EUR")
    assert (await send(world, statement_053(entry_053("100.00", reference="B-1"))))["posted"] == 1
    query = (
        "SELECT line_id FROM statement_line AS l LEFT JOIN payment AS p ON l.subject_id = p.payment_id "
        "WHERE l.state = 'to_code' OR p.state = 'suspense'"
    )
    lines = [line_id for (line_id,) in await world.rows("cash_app", query)]
    assert len(lines) >= 2
    for line_id in lines:
        body = {"purpose": "bank_charges", "reason": "no customer's money"}
        done = await world.command("cash_app", "controller", f"/bank-lines/{line_id}/code", body)
        assert done.status_code == 200, done.text
