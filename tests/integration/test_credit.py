"""Credit on real Kafka and PostgreSQL: events consumed, decisions, events published, and requests over HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import date
from typing import Any

import pytest

from shared.contracts.credit import (
    CreditApproved,
    CreditDeclined,
    CreditHeld,
    CreditLimitSet,
    CreditReleased,
    CreditStateChanged,
)
from shared.contracts.erp import BusinessDayStarted
from tests.kit import World
from tests.unit.credit.events import DAY, customer, hold, item, left, lift, order


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["credit"]) as world:
        yield world
        await assert_totals_are_sums(world)


async def assert_totals_are_sums(world: World) -> None:
    """The totals an account keeps by differences are the sums over its items and orders."""
    differing = await world.rows(
        "credit",
        """
        SELECT a.customer_id, a.open_items_total, i.total, a.open_orders_total, o.total
        FROM account a
        CROSS JOIN LATERAL (SELECT COALESCE(sum(open_amount), 0) AS total FROM open_item
                            WHERE customer_id = a.customer_id AND currency = a.currency) i
        CROSS JOIN LATERAL (SELECT COALESCE(sum(open_amount), 0) AS total FROM open_order
                            WHERE customer_id = a.customer_id AND currency = a.currency
                              AND decision IN ('approved', 'released')) o
        WHERE a.open_items_total <> i.total OR a.open_orders_total <> o.total
        """,
    )
    assert differing == []


async def open_day(world: World, *events: Any) -> None:
    """The business day DAY begins, and what is known before it."""
    await world.publish(BusinessDayStarted(company_id="US01", business_date=DAY), *events)
    await world.settle()


async def ask(world: World, path: str, role: str = "credit_analyst") -> Any:
    async with world.http("credit", role) as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_orders_way_through_credit_and_back_out_as_an_invoice_paid(world: World) -> None:
    await open_day(world, customer("1000"))
    await world.publish(order("O-1", "700"), order("O-2", "500"))
    await world.settle()
    assert [e.order_id for e in world.published(CreditApproved)] == ["O-1"]
    assert [e.order_id for e in world.published(CreditHeld)] == ["O-2"]

    await world.publish(left("O-1", "0", 2, "INV-1", "700"))
    await world.publish(item("INV-1", "700", "700"))
    await world.settle()
    assert world.published(CreditReleased) == []
    await world.publish(item("INV-1", "700", "0", 2))
    await world.settle()
    assert [(e.order_id, e.released_by) for e in world.published(CreditReleased)] == [("O-2", "system")]
    assert await world.rows("credit", "SELECT open_items_total, open_orders_total, state FROM account") == [
        (0, 500, "Active")
    ]

    view = await ask(world, "/orders/O-2")
    assert (view["decision"], view["open_amount"]) == ("released", "500.00")
    assert [(step["decision"], step["policy_version"]) for step in view["history"]] == [("held", 0), ("released", None)]
    assert "200.00 USD above the credit" in view["history"][0]["reasons"][0]["text"]


async def test_what_comes_before_the_customer_waits_for_the_customer(world: World) -> None:
    await open_day(world, item("I-1", "300", "300"), order("O-1", "600"), order("O-2", "600"), left("O-3", "0"))
    assert world.published(CreditApproved) == []
    await world.publish(order("O-3", "10"))
    await world.publish(customer("1000"))
    await world.settle()
    assert [e.order_id for e in world.published(CreditApproved)] == ["O-1"]
    assert [e.order_id for e in world.published(CreditHeld)] == ["O-2"]
    assert await world.rows("credit", "SELECT decision FROM open_order WHERE order_id = 'O-3'") == [("lapsed",)]


async def test_a_hold_of_collections_is_seen_and_ends(world: World) -> None:
    await open_day(world, customer("1000"))
    await world.publish(hold("H-1"))
    await world.publish(order("O-1", "10"))
    await world.settle()
    detail = await ask(world, "/accounts/C-1", "collector")
    assert detail["account"]["state"] == "Hold"
    assert [h["reason"] for h in detail["holds"]] == ["a promise was broken"]
    assert [o["order_id"] for o in detail["held_orders"]] == ["O-1"]

    await world.publish(lift("H-1"))
    await world.settle()
    assert [e.order_id for e in world.published(CreditReleased)] == ["O-1"]
    assert [(e.old_state, e.new_state) for e in world.published(CreditStateChanged)] == [
        ("Active", "Hold"),
        ("Hold", "Active"),
    ]


async def test_a_limit_set_by_a_manager_releases_what_fits_and_is_answered_once(world: World) -> None:
    await open_day(world, customer("100"))
    await world.publish(order("O-1", "300"), order("O-2", "300"))
    await world.settle()
    body = {"credit_limit": "500", "currency": "USD", "reason": "good payer for years"}
    path = "/accounts/C-1/limit"

    refused = await world.command("credit", "credit_analyst", path, body, method="PUT")
    assert refused.status_code == 403
    wrong = await world.command("credit", "credit_manager", path, body | {"currency": "EUR"}, method="PUT")
    assert wrong.status_code == 422
    assert "give the limit in USD" in wrong.json()["detail"]
    answers = [
        await world.command("credit", "credit_manager", path, body, method="PUT", key="once", person="Mo")
        for _ in range(2)
    ]
    assert answers[0].status_code == 200, answers[0].text
    assert answers[0].json() == answers[1].json()
    assert answers[0].json()["released_orders"] == ["O-1"]
    assert answers[0].json()["account"]["headroom"] == "200.00"
    await world.settle()
    (limit_set,) = world.published(CreditLimitSet)
    assert (limit_set.previous_limit, limit_set.credit_limit, limit_set.set_by) == (100, 500, "Mo")

    await world.publish(customer("9000", version=2))
    await world.settle()
    account = (await ask(world, "/accounts/C-1"))["account"]
    assert (account["credit_limit"], account["limit_set_by"]) == ("500.00", "credit")
    audited = await world.rows("credit", "SELECT person, action, before::text, after::text FROM audit_entry")
    assert audited == [("Mo", "set_limit", '"100.00"', '"500.00"')]


async def test_people_release_within_their_authority_and_decline(world: World) -> None:
    await open_day(world, customer("100"))
    await world.publish(order("O-1", "30000"), order("O-2", "500"), order("O-3", "60"), order("O-4", "50000"))
    await world.settle()
    assert [e.order_id for e in world.published(CreditApproved)] == ["O-3"]
    why = {"reason": "prepaid by cheque"}

    above = await world.command("credit", "credit_analyst", "/held-orders/O-1/release", why)
    assert above.status_code == 403
    assert "may decide on at most 25,000.00 USD, not 30,000.00 USD" in above.json()["detail"]
    within = await world.command("credit", "credit_analyst", "/held-orders/O-2/release", why, person="Ann")
    assert within.json()["released_orders"] == ["O-2"]
    assert (await world.command("credit", "credit_manager", "/held-orders/O-1/release", why)).status_code == 200
    assert (await world.command("credit", "credit_analyst", "/held-orders/O-4/decline", why)).status_code == 200

    again = await world.command("credit", "credit_manager", "/held-orders/O-4/release", why)
    assert again.status_code == 409
    assert "is declined, not held" in again.json()["detail"]
    assert (await world.command("credit", "credit_manager", "/held-orders/O-9/release", why)).status_code == 404
    await world.settle()
    assert {(e.order_id, e.released_by) for e in world.published(CreditReleased)} == {("O-1", "Pat"), ("O-2", "Ann")}
    assert [(e.order_id, e.declined_by) for e in world.published(CreditDeclined)] == [("O-4", "Pat")]


async def test_lists_are_filtered_sorted_and_paged(world: World) -> None:
    others = [customer("100", customer_id=f"C-{n}", company_id="DE01") for n in range(2, 5)]
    await open_day(world, customer("100"), *others)
    await world.publish(
        order("O-1", "300", date(2024, 3, 3)),
        order("O-2", "200", date(2024, 3, 2), customer_id="C-2"),
        order("O-3", "250", date(2024, 3, 1), customer_id="C-3"),
        item("I-1", "150", "150", customer_id="C-4"),
    )
    await world.settle()

    async def walk(path: str, key: str) -> list[str]:
        found: list[str] = []
        cursor = ""
        while True:
            page = await ask(world, f"{path}limit=1{cursor}")
            found += [entry[key] for entry in page["items"]]
            if page["next_cursor"] is None:
                return found
            cursor = f"&cursor={page['next_cursor']}"

    assert await walk("/held-orders?", "order_id") == ["O-3", "O-2", "O-1"]
    assert await walk("/held-orders?sort=amount&", "order_id") == ["O-1", "O-3", "O-2"]
    assert await walk("/held-orders?amount_min=250&", "order_id") == ["O-3", "O-1"]
    assert await walk("/held-orders?customer_id=C-2&", "order_id") == ["O-2"]
    assert await walk("/accounts?", "customer_id") == ["C-1", "C-2", "C-3", "C-4"]
    assert await walk("/accounts?over_limit=true&", "customer_id") == ["C-4"]
    assert await walk("/accounts?state=AtLimit&", "customer_id") == ["C-4"]
    assert await walk("/accounts?over_limit=false&company_id=DE01&", "customer_id") == ["C-2", "C-3"]


async def test_what_if_tells_what_would_be_decided_and_decides_nothing(world: World) -> None:
    await open_day(world, customer("1000"), item("I-1", "900", "900"))
    assert (await ask(world, "/accounts/C-1/what-if?amount=100"))["decision"] == "approved"
    held = await ask(world, "/accounts/C-1/what-if?amount=100.01")
    assert (held["decision"], held["headroom_left"], held["reasons"][0]["code"]) == ("held", "-0.01", "over-limit")
    await world.publish(item("I-2", "5", "5", currency="EUR"))
    await world.settle()
    held = await ask(world, "/accounts/C-1/what-if?amount=1")
    assert [reason["code"] for reason in held["reasons"]] == ["no-exchange-rate"]
    assert (await ask(world, "/accounts/C-1"))["not_counted"] == [
        {"currency": "EUR", "open_items": "5.00", "open_orders": "0.00"}
    ]
    async with world.http("credit", "credit_analyst") as client:
        assert (await client.get("/accounts/C-1/what-if?amount=0")).status_code == 422
        assert (await client.get("/accounts/C-9")).status_code == 404


async def test_new_credit_rules_take_hold_with_their_day(world: World) -> None:
    await open_day(world, customer("1000"))
    await world.publish(order("O-1", "1050"))
    await world.settle()
    rules = {"warning_percent": "90", "at_limit_percent": "110", "authority": {"credit_manager": None}}
    change = {"valid_from": "2024-03-02", "reason": "tolerance of ten per cent", "document": rules}
    answer = await world.command("credit", "credit_manager", "/policies/credit_rules", change, method="PUT")
    assert answer.status_code == 200, answer.text
    await world.settle()
    assert world.published(CreditReleased) == []

    await world.publish(BusinessDayStarted(company_id="US01", business_date=date(2024, 3, 2)))
    await world.settle()
    assert [(e.order_id, e.decided_on) for e in world.published(CreditReleased)] == [("O-1", date(2024, 3, 2))]
    assert [e.new_state for e in world.published(CreditStateChanged)] == ["Warning"]
