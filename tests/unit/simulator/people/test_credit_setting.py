"""What gives credit something to value: exchange rates, orders amended, groups and collateral."""

from __future__ import annotations

import json
from datetime import date
from typing import Any

import httpx

from simulator.calendar import business_day, business_days
from simulator.catalogue import forty_items
from simulator.customers.customers import sixty_customers
from simulator.customers.order_amendments import amendments_of
from simulator.customers.ordering import orders_of
from simulator.dice import Dice
from simulator.people.underwriter import Underwriter
from simulator.systems.exchange_rates import rates_of
from simulator.transport.api_client import ApiClient

DICE = Dice(1)
CUSTOMERS = sixty_customers(DICE)


def test_rates_are_published_once_a_week_and_differ_from_week_to_week():
    days = [business_day(day) for day in business_days(date(2026, 1, 5), 1)]
    rates = [rate for day in days for rate in rates_of(day, DICE, first=False)]
    assert {rate.valid_from.isocalendar().week for rate in rates} == {day.today.isocalendar().week for day in days}
    assert len(rates) == 2 * len({rate.valid_from for rate in rates})
    assert len({rate.rate for rate in rates}) > 3
    assert len(rates_of(days[1], DICE, first=True)) == 2


def test_amendments_are_of_customers_without_other_changes_and_change_one_quantity():
    amended = []
    for day in business_days(date(2026, 1, 1), 2):
        orders = orders_of(day, CUSTOMERS, forty_items(), DICE)
        busy = {orders[0].customer_id}
        found = amendments_of(day, orders, {order.order_id for order in orders[:9]}, busy, DICE)
        assert not busy & {order.customer_id for order in found}
        assert len({order.customer_id for order in found}) == len(found)
        before = {order.order_id: order for order in orders}
        amended += [(before[order.order_id], order) for order in found]
    assert all((after.revision, after.lines[1:]) == (2, before.lines[1:]) for before, after in amended)
    more = sum(after.lines[0].quantity > before.lines[0].quantity for before, after in amended)
    assert 5 < more < len(amended)


async def test_the_underwriter_opens_groups_and_enters_collateral_once():
    kept: list[tuple[str, dict[str, Any]]] = []
    shown = [
        {"customer_id": c.customer_id, "currency": c.currency, "credit_limit": str(c.credit_limit)}
        for c in CUSTOMERS.values()
    ]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "PUT":
            kept.append((request.url.path, json.loads(request.content)))
            return httpx.Response(200, json={})
        known = request.url.path in ("/accounts", "/exchange-rates")
        rows = shown if known else [{"group_id": p} for p, _ in kept if "/groups/" in p]
        return httpx.Response(200, json={"items": rows, "next_cursor": None})

    api = ApiClient(httpx.AsyncClient(transport=httpx.MockTransport(answer)), "http://credit", "token")
    underwriter = Underwriter(api, DICE)
    thursday, friday = business_day(date(2026, 1, 8)), business_day(date(2026, 1, 9))
    assert await underwriter.act(thursday) == 0
    assert await underwriter.act(friday) == len(kept) == 8
    assert await underwriter.act(friday) == 0
    groups = [body for path, body in kept if path.startswith("/groups/")]
    assert [group["currency"] for group in groups] == ["EUR", "USD"]
    assert {CUSTOMERS[member].currency for member in groups[0]["members"]} == {"EUR", "GBP"}
    secured = [(path.split("/")[2], body["currency"]) for path, body in kept if "/collateral/" in path]
    assert all(CUSTOMERS[customer_id].currency != currency for customer_id, currency in secured)
