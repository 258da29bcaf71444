"""Exchange rates kept in a service's database: the newest version counts, and one query loads what is in force."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from fastapi import APIRouter

from shared.chassis.declare.handlers import HandlerTable
from shared.chassis.declare.service import Service
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.components import exchange_rates
from shared.contracts.erp import ExchangeRateSet
from shared.kernel.exchange_rates import DatedExchangeRates
from tests.kit import World
from tests.kit.events.sample import DAY

NEXT = DAY + timedelta(days=1)
BEFORE = DAY - timedelta(days=1)


@pytest.fixture(scope="module")
def converter(tmp_path_factory: pytest.TempPathFactory) -> Service:
    root: Path = tmp_path_factory.mktemp("converter")
    (root / "migrations").mkdir()
    return Service(
        name="credit",
        title="Converts amounts",
        root=root,
        handlers=HandlerTable("credit", [exchange_rates.SUBSCRIPTION]),
        work=UnitOfWork,
        router=APIRouter(),
        components=(exchange_rates.COMPONENT,),
    )


@pytest.fixture
async def world(kafka: Any, postgres: Any, converter: Service) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=[converter]) as world:
        yield world


def rate(pair: str, value: str, valid_from: date = DAY, version: int = 1) -> ExchangeRateSet:
    return ExchangeRateSet(
        from_currency=pair[:3], to_currency=pair[3:], rate=value, valid_from=valid_from, version=version
    )


class CountingReader:
    """Counts the queries that a unit of work runs."""

    def __init__(self, uow: UnitOfWork) -> None:
        self.uow = uow
        self.queries = 0

    async def fetch(self, query: str, *arguments: Any) -> list[Any]:
        self.queries += 1
        return await self.uow.fetch(query, *arguments)


def value(rates: DatedExchangeRates, pair: str, day: date) -> str | None:
    found = rates.rate(pair[:3], pair[3:], day)
    return None if found is None else f"{found.value:.4f}"


async def test_one_query_loads_the_rates_in_force_on_several_days_with_those_for_crossing(world: World) -> None:
    await world.publish(
        rate("EURUSD", "1.10"), rate("EURUSD", "1.20", NEXT), rate("EURUSD", "1.15", DAY - timedelta(days=400)),
        rate("GBPUSD", "1.32"), rate("JPYUSD", "0.0066"), rate("CHFJPY", "170"),
    )  # fmt: skip
    await world.settle()
    async with world.running["credit"].transactions.begin() as uow:
        reader = CountingReader(uow)
        rates = await exchange_rates.load_rates(reader, {"EUR", "GBP"}, [BEFORE, DAY, NEXT])
        found = {(pair, day): value(rates, pair, day) for pair in ("EURUSD", "GBPEUR") for day in (BEFORE, DAY, NEXT)}
        assert found == {
            ("EURUSD", BEFORE): "1.1500", ("EURUSD", DAY): "1.1000", ("EURUSD", NEXT): "1.2000",
            ("GBPEUR", BEFORE): None, ("GBPEUR", DAY): "1.2000", ("GBPEUR", NEXT): "1.1000",
        }  # fmt: skip
        assert rates.on(DAY).crossed_over("GBP", "EUR") == "USD"
        assert rates.on(DAY).convert(Decimal("10.00"), "GBP", "EUR") == Decimal("12.00")
        assert reader.queries == 1

        assert await exchange_rates.load_rates(reader, {"GBP"}, [DAY], rates) is rates
        assert reader.queries == 1
        await exchange_rates.load_rates(reader, {"JPY", "GBP"}, [DAY], rates)
        assert reader.queries == 2
        assert value(rates, "GBPJPY", DAY) == "200.0000"


async def test_of_the_same_pair_and_day_the_highest_version_counts_in_whichever_order_they_arrive(
    world: World,
) -> None:
    await world.publish(rate("EURUSD", "1.30", version=3), rate("EURUSD", "1.20", version=2))
    await world.settle()
    await world.publish(rate("EURUSD", "1.10", version=1))
    await world.settle()
    assert await world.rows("credit", "SELECT version, rate FROM exchange_rate") == [(3, Decimal("1.300000000"))]


async def test_rates_are_listed_page_by_page_the_newest_first(world: World) -> None:
    await world.publish(rate("EURUSD", "1.10"), rate("EURUSD", "1.20", NEXT), rate("GBPUSD", "1.32"))
    await world.settle()
    async with world.http("credit", "cash_clerk") as client:
        first = (await client.get("/exchange-rates", params={"limit": 2})).json()
        rest = (await client.get("/exchange-rates", params={"limit": 2, "cursor": first["next_cursor"]})).json()
        euro = (await client.get("/exchange-rates", params={"from_currency": "EUR"})).json()
    shown = [(r["from_currency"], r["valid_from"], r["rate"]) for r in first["items"] + rest["items"]]
    assert shown == [
        ("EUR", str(NEXT), "1.200000000"), ("GBP", str(DAY), "1.320000000"), ("EUR", str(DAY), "1.100000000"),
    ]  # fmt: skip
    assert rest["next_cursor"] is None
    assert [r["valid_from"] for r in euro["items"]] == [str(NEXT), str(DAY)]
