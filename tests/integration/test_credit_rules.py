"""Rules on orders, exposure by part, groups, holds and what people do with them; over real Kafka and HTTP."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.cash_app import OnAccountChanged
from shared.contracts.collections import DunningSent
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.erp import BusinessDayStarted, ExchangeRateSet
from shared.contracts.event import Event
from shared.contracts.invoicing import CreditCheckRequested
from tests.kit import World
from tests.unit.credit.events import DAY, customer, hold, item, lift, order

RULES = {
    "warning_percent": "80",
    "at_limit_percent": "100",
    "authority": {"credit_analyst": "2000", "credit_manager": None},
    "two_persons_above": "5000",
    "tolerance": {"percent": "5", "amount": "30"},
    "approval_days": 10,
    "hold_days_max": 20,
    "account_hold_stops_orders": True,
    "exposure": {
        "clearing_days": {"check": 5},
        "collateral_percent": {"guarantee": "100", "insurance": "90", "deposit": "100"},
    },
    "rules": [
        {"name": "overdue", "effect": "blocking", "field": "days_overdue", "above": "30"},
        {"name": "overdue", "effect": "blocking", "field": "days_overdue", "above": "90", "customer_id": "C-2"},
        {"name": "large", "effect": "blocking", "field": "order_amount", "above": "8000"},
        {"name": "dunned", "effect": "blocking", "field": "dunning_level", "at_least": "3"},
        {"name": "friends", "effect": "excluding", "field": "country", "one_of": ["NL"]},
        {"name": "in-group", "effect": "blocking", "field": "day_amount", "above": "700", "group_id": "P-1"},
    ],
}


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["credit"]) as world:
        await world.publish(BusinessDayStarted(company_id="US01", business_date=DAY))
        await world.settle()
        unknown = {"name": "mood", "effect": "blocking", "field": "mood", "above": "1"}
        refused = await put(world, "/policies/credit_rules", policy({**RULES, "rules": [unknown]}))
        assert (refused.status_code, "which no order has: use one of days_overdue" in refused.text) == (422, True)
        answer = await put(world, "/policies/credit_rules", policy(RULES))
        assert answer.status_code == 200, answer.text
        yield world


def policy(document: dict[str, Any]) -> dict[str, Any]:
    return {"valid_from": str(DAY), "reason": "the rules of this story", "document": document}


async def put(world: World, path: str, body: dict[str, Any], **given: Any) -> Any:
    return await world.command("credit", "credit_manager", path, body, method="PUT", **given)


async def post(world: World, path: str, body: dict[str, Any], role: str = "credit_manager", **given: Any) -> Any:
    return await world.command("credit", role, path, body, **given)


async def ask(world: World, path: str) -> Any:
    async with world.http("credit", "credit_analyst") as client:
        answer = await client.get(path)
    assert answer.status_code == 200, answer.text
    return answer.json()


def held(world: World) -> dict[str, list[str]]:
    return {e.order_id: [reason.code for reason in e.reasons] for e in world.published(CreditHeld)}


def released(world: World) -> dict[str, str]:
    return {e.order_id: e.reason_code for e in world.published(CreditReleased)}


async def publish(world: World, *events: Event) -> None:
    await world.publish(*events)
    await world.settle()


def overdue_item(item_id: str, amount: str, days_overdue: int, **given: Any) -> Event:
    return item(item_id, amount, amount, due_date=DAY - timedelta(days=days_overdue), **given)


def on_account(payment_id: str, change: str, no: int = 1, **given: Any) -> OnAccountChanged:
    facts = {"customer_id": "C-1", "company_id": "US01", "currency": "USD", "business_date": DAY}
    return OnAccountChanged(payment_id=payment_id, movement_no=no, change=Decimal(change), **{**facts, **given})


async def test_rules_exposure_and_what_if(world: World) -> None:
    """Blocking, excluding, the narrowest scope, tolerance, and every part of exposure in its own currency."""
    await publish(world, *(customer("1000", customer_id=f"C-{n}") for n in range(1, 5)))
    await publish(world, customer("1000", customer_id="C-5", jurisdiction="NL-NH"), customer("9000", customer_id="C-6"))
    await publish(world, *(overdue_item(f"I-{n}", "100", 40, customer_id=f"C-{n}") for n in (1, 2, 5)))
    await publish(world, *(order(f"O-{n}", "100", customer_id=f"C-{n}") for n in (1, 2, 5)))
    assert held(world) == {"O-1": ["rule:overdue"]}
    approved = {e.order_id: e for e in world.published(CreditApproved)}
    assert approved["O-2"].remarks == ()
    assert [r.code for r in approved["O-5"].remarks] == ["excluded-by-rule", "rule:overdue"]
    assert approved["O-2"].valid_until == DAY + timedelta(days=10)
    await publish(world, order("O-3", "1030", customer_id="C-3"), order("O-6", "8000.01", customer_id="C-6"))
    marked = {e.order_id: e for e in world.published(CreditApproved)}["O-3"]
    assert [r.code for r in marked.remarks] == ["within-tolerance"]
    assert held(world)["O-6"] == ["rule:large"]
    await publish(world, order("O-7", "500", customer_id="C-6"))
    assert "O-7" in {e.order_id for e in world.published(CreditApproved)}

    view = await ask(world, "/orders/O-1")
    (rule,) = [r for r in view["history"][0]["rules"] if r["name"] == "overdue"]
    assert (rule["value"], rule["condition"], rule["scope"], rule["held"]) == ("40", "above 30", "all customers", True)
    assert view["history"][0]["facts"]["overdue_amount"] == "100.00"

    what = await ask(world, "/accounts/C-1/what-if?amount=50")
    assert (what["decision"], what["payment_needed"]) == ("held", "100.00")
    await publish(world, item("I-1", "100", "0", 2, payment_method="check", due_date=DAY - timedelta(days=40)))
    assert released(world) == {"O-1": "room-made"}
    exposure = (await ask(world, "/accounts/C-1"))["exposure"]
    assert (exposure["open_items"], exposure["open_orders"], exposure["total"]) == ("0.00", "100.00", "200.00")
    assert [(part["name"], part["counted"]) for part in exposure["other_parts"]] == [("uncleared", "100.00")]

    # A currency without a rate blocks; with one, it counts.
    await publish(
        world, overdue_item("E-1", "100", 0, customer_id="C-4", currency="EUR"), order("O-4", "1", customer_id="C-4")
    )
    assert held(world)["O-4"] == ["no-exchange-rate"]
    await publish(world, order("O-40", "1", customer_id="C-3", currency="JPY"))
    assert held(world)["O-40"] == ["other-currency"]
    rate = {"from_currency": "EUR", "to_currency": "USD", "valid_from": DAY}
    await publish(
        world, ExchangeRateSet(**rate, rate=Decimal("1.5")), ExchangeRateSet(**rate, rate=Decimal(2), version=2)
    )
    await publish(world, on_account("P-4", "50", customer_id="C-4"))
    assert released(world)["O-4"] == "room-made"
    exposure = (await ask(world, "/accounts/C-4"))["exposure"]
    assert [(p["name"], p["currency"], p["counted"]) for p in exposure["other_parts"]] == [
        ("open_items", "EUR", "200.00"), ("on_account", "USD", "-50.00"),
    ]  # fmt: skip
    assert exposure["total"] == "151.00"

    secured = {"kind": "insurance", "currency": "EUR", "amount": "100", "reason": "insured by the ECA"}
    answer = await put(world, "/accounts/C-4/collateral/INS-1", {**secured, "expires_on": str(DAY)})
    assert answer.status_code == 200, answer.text
    assert (await ask(world, "/accounts/C-4"))["exposure"]["total"] == "-29.00"
    as_of = await ask(world, f"/accounts/C-4/exposure?as_of={DAY}")
    assert (as_of["total"], len(as_of["parts"])) == ("-29.00", 4)
    assert (await ask(world, f"/accounts/C-4/exposure?as_of={DAY + timedelta(days=1)}"))["total"] == "151.00"
    assert (await ask(world, f"/accounts/C-4/exposure?as_of={DAY - timedelta(days=1)}"))["total"] == "0.00"
    # Sterling has a rate with the euro, the euro with the dollar: that is the way, and the decision states it.
    sterling = {"from_currency": "GBP", "to_currency": "EUR", "rate": Decimal("1.2"), "valid_from": DAY}
    await publish(world, ExchangeRateSet(**sterling))
    crossed = await ask(world, "/accounts/C-4/what-if?amount=10&currency=GBP")
    assert (crossed["exposure_with_order"], crossed["exposure_currency"]) == ("-5.00", "USD")
    assert [r["text"] for r in crossed["remarks"] if r["code"] == "converted-over"] == [
        "The order in GBP is valued in USD through EUR, as there is no exchange rate between the two."
    ]
    refused = await put(world, "/accounts/C-4/collateral/INS-2", {**secured, "currency": "CHF"})
    assert (refused.status_code, "no exchange rate between CHF and USD" in refused.text) == (422, True)
    backwards = {**secured, "valid_from": str(DAY), "expires_on": str(DAY - timedelta(days=1))}
    assert "before it begins" in (await put(world, "/accounts/C-4/collateral/INS-3", backwards)).text

    await publish(
        world,
        DunningSent(
            notice_id="N-1", customer_id="C-2", company_id="US01", step=3, step_name="last-letter", sent_on=DAY,
            currency="USD", total=Decimal(100), policy_version=0,
            items=[{"item_id": "I-2", "document_number": "I-2", "due_date": DAY, "days_overdue": 40,
                    "open_amount": "100"}],
        ),
    )  # fmt: skip
    await publish(world, order("O-8", "10", customer_id="C-2"))
    assert held(world)["O-8"] == ["rule:dunned"]
    await publish(world, item("I-2", "100", "0", 2, customer_id="C-2", due_date=DAY))
    assert released(world)["O-8"] == "room-made"

    # What another policy would have made of it: O-2 and O-5 held, O-6 let through.
    tried = {"document": {**RULES, "rules": [RULES["rules"][0]]}, "first_day": str(DAY), "last_day": str(DAY)}  # type: ignore[index]
    async with world.http("credit", "credit_manager") as client:
        answer = await client.post("/policy-trials", json=tried)
        nonsense = await client.post("/policy-trials", json={**tried, "last_day": "2024-01-01"})
    trial = answer.json()
    assert (trial["would_hold"], trial["would_approve"]) == (2, 1), trial
    assert trial["sold"] == {"USD": "8000.01"}
    assert "before it begins" in nonsense.text


async def test_groups_holds_and_what_people_do(world: World) -> None:
    """A pooled limit, the queue of held orders, release in part and on a condition, two persons, re-checks, stops."""
    await publish(world, *(customer("1000", customer_id=f"C-{n}") for n in (1, 2)), customer("100", customer_id="C-3"))
    group = {"name": "Alder", "currency": "USD", "pooled_limit": "1200", "members": ["C-1", "C-2"], "reason": "parent"}
    assert (await put(world, "/groups/P-1", group)).status_code == 200
    assert (await put(world, "/groups/P-1", {**group, "members": ["C-9"]})).status_code == 404
    await publish(world, order("O-1", "700"))
    await publish(world, order("O-2", "501", customer_id="C-2"), order("O-3", "100"))
    assert held(world) == {"O-2": ["over-group-limit"], "O-3": ["rule:in-group"]}
    shown = await ask(world, "/groups/P-1")
    assert (shown["exposure"], shown["members"]) == ("700.00", ["C-1", "C-2"])
    await publish(world, on_account("P-1", "1"))
    assert released(world) == {"O-2": "room-made"}
    asked = await ask(world, "/accounts/C-2/what-if?amount=1")
    assert "on top of 1,200.00 USD of group P-1" in asked["reasons"][0]["text"]
    raised = await put(world, "/groups/P-1", {**group, "pooled_limit": None})
    assert raised.json()["pooled_limit"] is None
    assert "belongs to group P-1" in (await put(world, "/groups/P-2", group)).text

    # The queue, and what people do with it.
    await publish(world, *(order(f"H-{n}", f"{n}000", DAY, customer_id="C-3") for n in range(1, 7)))
    page = await ask(world, "/held-orders?customer_id=C-3&sort=amount&reason=over-limit&limit=2")
    assert [(o["order_id"], o["account"]["headroom"]) for o in page["items"]] == [("H-6", "100.00"), ("H-5", "100.00")]
    assert page["items"][0]["reasons"][0]["code"] == "over-limit"
    assert page["items"][0]["history"][0]["decision"] == "held"
    assert [o["order_id"] for o in (await ask(world, "/held-orders?group_id=P-1"))["items"]] == ["O-3"]
    assert (await ask(world, "/held-orders?days_held_min=1"))["items"] == []

    why = {"reason": "known for years", "reason_code": "good-customer"}
    unknown = await post(world, "/held-orders/H-1/release", {**why, "reason_code": "because"})
    assert (unknown.status_code, "use one of paid, prepaid" in unknown.text) == (422, True)
    assert (await post(world, "/held-orders/H-3/release", why, "credit_analyst")).status_code == 403
    part = await post(world, "/held-orders/H-3/release", {**why, "amount": "1500"}, "credit_analyst")
    assert part.json()["decision"] == "released"
    condition = {**why, "condition": "cash-in-advance"}
    waits = await post(world, "/held-orders/H-2/release", condition, "credit_analyst")
    assert (waits.json()["decision"], waits.json()["awaits"][0]["code"]) == ("held", "awaits-cash-in-advance")
    first = await post(world, "/held-orders/H-6/release", why, person="Ann")
    assert (first.json()["decision"], first.json()["awaits"][0]["code"]) == ("held", "awaits-second-person")
    assert (await post(world, "/held-orders/H-6/release", why, person="Ann")).status_code == 409
    assert (await post(world, "/held-orders/H-6/release", why, person="Bob")).json()["decision"] == "released"
    assert (await post(world, "/held-orders/H-5/decline", why)).json()["decision"] == "declined"
    await publish(world, on_account("P-3", "2000", customer_id="C-3"))
    published = {e.order_id: e for e in world.published(CreditReleased)}
    assert (published["H-2"].reason_code, published["H-3"].released_amount) == ("cash-in-advance-met", Decimal(1500))
    assert published["H-6"].decision_no == 2

    # Held by hand, only a person releases it.
    by_hand = await post(world, "/orders/O-1/hold", {"reason": "wrong address", "reason_code": "wrong-data"})
    assert by_hand.json()["decision"] == "held"
    await world.settle()
    assert held(world)["O-1"] == ["held-by-hand"]
    await publish(world, on_account("P-1", "500", 2))
    assert released(world).get("O-1") is None
    assert (await post(world, "/held-orders/O-1/release", why, "credit_analyst")).json()["decision"] == "released"
    assert (await post(world, "/orders/H-5/hold", why)).status_code == 409

    # An approval too old is checked again; a hold of the account stops what was let through.
    later = DAY + timedelta(days=11)
    check = CreditCheckRequested(
        order_id="O-2", customer_id="C-2", company_id="US01", order_version=1, currency="USD",
        open_amount=Decimal(501), business_date=later,
    )  # fmt: skip
    await publish(world, check)
    again = [e for e in world.published(CreditApproved) if e.order_id == "O-2"]
    assert [(e.decided_on, e.valid_until) for e in again] == [(later, later + timedelta(days=10))]
    await publish(world, hold())
    assert held(world)["O-1"] == ["account-held"]
    await publish(world, lift())
    assert released(world)["O-1"] == "room-made"

    # Orders held for too long are declined, with notice.
    await publish(world, BusinessDayStarted(company_id="US01", business_date=DAY + timedelta(days=21)))
    declined = {e.order_id: e.reason_code for e in world.published(CreditDeclined)}
    assert declined["H-4"] == "held-too-long"
    actions = await world.rows("credit", "SELECT DISTINCT action FROM audit_entry ORDER BY action")
    assert {"sign_release", "release_on_condition", "hold_order", "set_group"} <= {action for (action,) in actions}
