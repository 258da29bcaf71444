"""Payers and banks as they are: numbers in words, names in every script, references used again, overlapping messages.

Money is counted once, and what was applied without a person is what the payer meant.
"""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any, Final

import httpx

from simulator.calendar import business_day, business_days
from simulator.connected_simulation import FIRST_DAY, connected_simulation
from simulator.people.bank_courier import BankCourier
from simulator.people.clerks import CashClerk
from simulator.systems.bank_files import is_day_of_files
from simulator.transport.connection_info import ConnectionInfo
from tests.kit.business.books import books_agree
from tests.kit.business.play import desk
from tests.kit.stack.world import PARTITIONS, Doors, World

DAYS: Final = [day for day in business_days(FIRST_DAY, 2) if 9 <= day.day <= 12]
"""Of two months those around the day of files, so that references come again."""

_RECEIVED: Final = """
SELECT currency, sum(amount) FROM (
    SELECT currency, amount FROM payment WHERE state <> 'repeat' AND bank_reference NOT LIKE '%INT-%'
) AS money GROUP BY currency
"""
"""Customers' money; credit interest of the bank is none."""
_APPLIED: Final = """
SELECT a.payment_id, i.item_id, l.rule, sum(l.amount)
FROM application AS a
INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
INNER JOIN open_item AS i ON l.item_id = i.item_id
GROUP BY a.payment_id, i.item_id, l.rule
"""


async def test_money_is_counted_once_and_applied_as_it_was_meant(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres) as world:
        await world.settle()
        where = ConnectionInfo(
            world.kafka.bootstrap_servers, world.kafka.idempotent, PARTITIONS, topic_prefix=world.prefix
        )
        async with (
            connected_simulation(where, seed=11, start=DAYS[0], idle=world.at_rest) as simulation,
            httpx.AsyncClient(transport=Doors(world), timeout=30.0) as client,
        ):
            clerk, treasurer = desk(client, "cash_app", "cash_clerk"), desk(client, "cash_app", "controller")
            simulation.people = [
                CashClerk(clerk, simulation.upstream.customers), BankCourier(clerk, treasurer, simulation.upstream)
            ]  # fmt: skip
            for day in DAYS:
                await simulation.play_day(business_day(day))
        await books_agree(world)
        assert sum(is_day_of_files(business_day(day)) for day in DAYS) == 2
        received: dict[Any, Any] = {row[0]: row[1] for row in await world.rows("cash_app", _RECEIVED)}
        assert received == dict(simulation.upstream.tally.cash)
        meant: defaultdict[str, dict[str, Decimal]] = defaultdict(dict)
        for one in simulation.truth:
            meant[one.payment_id][one.invoice_id] = meant[one.payment_id].get(one.invoice_id, Decimal(0)) + one.amount
        by_rule: defaultdict[str, int] = defaultdict(int)
        for payment_id, invoice_id, rule, amount in await world.rows("cash_app", _APPLIED):
            by_rule[rule] += 1
            assert rule == "by_hand" or meant[payment_id].get(invoice_id) == amount, (payment_id, invoice_id, rule)
        assert by_rule["bank_words"] > 5, dict(by_rule)
