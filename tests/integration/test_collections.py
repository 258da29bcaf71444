"""collections as a service: whom it duns, what it makes of promises, what it answers a collector."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from copy import copy
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.collections.app import service
from shared.chassis.declare.service import Service
from shared.chassis.runtime.service_runtime import ServiceRuntime
from shared.contracts.cash_app import OpenItemChanged, PaymentApplied
from shared.contracts.collections import (
    ActivityLogged,
    CreditHoldLifted,
    CreditHoldRequested,
    DunningSent,
    FinanceChargeAssessed,
    PromiseBroken,
    PromiseDue,
    PromiseKept,
    PromiseMade,
)
from tests.kit import World
from tests.kit.events.sample import COMPANY, customer, day

MONDAY = date(2026, 3, 2)
FRIDAY = date(2026, 3, 6)


def march(number: int) -> date:
    return date(2026, 3, number)


@pytest.fixture
async def world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["collections"]) as world:
        yield world


def item(item_id: str = "INV-1", customer_id: str = "C-1", amount: str = "500.00", **changes: Any) -> OpenItemChanged:
    """An item of 500.00 USD, due on 28 February 2026."""
    body: dict[str, Any] = {
        "item_id": item_id, "item_version": 1, "customer_id": customer_id, "company_id": COMPANY,
        "document_number": item_id, "currency": "USD", "original_amount": amount, "open_amount": amount,
        "change": amount, "cause": "posted", "cause_id": item_id, "business_date": date(2026, 1, 29),
        "document_date": date(2026, 1, 29), "due_date": date(2026, 2, 28),
    }  # fmt: skip
    return OpenItemChanged(**{**body, **changes})


def paid(number: int, amount: str, on: date, customer_id: str = "C-1", **changes: Any) -> PaymentApplied:
    line = {
        "item_id": "INV-1",
        "document_number": "INV-1",
        "amount": amount,
        "discount": "0",
        "rule": "remittance",
        "why": "named",
    }
    body: dict[str, Any] = {
        "application_id": f"P-{number}/A1", "payment_id": f"P-{number}", "customer_id": customer_id,
        "company_id": COMPANY, "applied_on": on, "currency": "USD", "amount": amount, "discount": "0", "lines": [line],
    }  # fmt: skip
    return PaymentApplied(**{**body, **changes})


async def owes(world: World, *items: OpenItemChanged, today: date = MONDAY) -> None:
    """The customers of these items, the items, and a first business day."""
    await world.publish(*(customer(c) for c in sorted({i.customer_id for i in items})), *items)
    await world.settle()
    await begin(world, today)


async def begin(world: World, *days: date) -> None:
    for one in days:
        await world.publish(day(one))
        await world.settle()


async def promise(world: World, due_on: date, amount: str = "500.00", customer_id: str = "C-1", **more: Any) -> str:
    body = {"amount": amount, "currency": "USD", "due_on": due_on.isoformat(), **more}
    answer = await world.command("collections", "collector", f"/customers/{customer_id}/promises", body)
    assert answer.status_code == 201, answer.text
    await world.settle()
    return str(answer.json()["promise_id"])


async def get(world: World, path: str, **parameters: Any) -> Any:
    async with world.http("collections", "collector") as client:
        answer = await client.get(path, params=parameters)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_an_unpaid_item_climbs_the_ladder_over_skipped_days_and_leaves_when_paid(world: World) -> None:
    await owes(world, item(), item("INV-2", due_date=march(1)), item("INV-3", disputed=True))
    await begin(world, march(3), march(30), date(2026, 4, 1), date(2026, 8, 3))
    sent = [(n.step_name, n.sent_on, [i.item_id for i in n.items]) for n in world.published(DunningSent)]
    assert sent == [
        ("reminder", MONDAY, ["INV-1", "INV-2"]),
        ("first-letter", date(2026, 4, 1), ["INV-1", "INV-2"]),
        ("final-notice", date(2026, 8, 3), ["INV-1", "INV-2"]),
    ]
    assert [a.kind for a in world.published(ActivityLogged)] == ["dunning"] * 3
    notices = await get(world, "/dunning-notices", customer_id="C-1")
    assert [n["total"] for n in notices["items"]] == ["1000.00"] * 3
    entry = (await get(world, "/worklist"))["items"][0]
    assert (entry["name"], entry["overdue_amount"], entry["bucket"]) == ("Customer C-1", "1500.00", "over 120")
    settled = {"item_version": 2, "open_amount": "0.00", "change": "-500.00", "cause": "cash"}
    await world.publish(item(**settled), item("INV-2", **settled), item("INV-3", **settled))
    await world.settle()
    assert (await get(world, "/worklist"))["items"] == []
    await begin(world, date(2026, 8, 4))
    assert len(world.published(DunningSent)) == 3


async def test_a_promise_is_kept_when_its_last_part_is_applied_and_due_is_published_once(world: World) -> None:
    await owes(world, item())
    promise_id = await promise(world, FRIDAY)
    await world.publish(paid(1, "200.00", march(3)), paid(2, "295.00", FRIDAY, discount="5.00"))
    await begin(world, FRIDAY, march(9))
    kept = world.published(PromiseKept)
    assert [(k.promise_id, k.judged_on, k.applied) for k in kept] == [(promise_id, FRIDAY, Decimal("500.00"))]
    assert world.published(PromiseBroken) == world.published(PromiseDue) == world.published(CreditHoldRequested) == []
    assert len(world.published(PromiseMade)) == 1


async def test_a_promise_for_saturday_is_due_and_broken_on_monday_then_paid_later(world: World) -> None:
    await owes(world, item())
    promise_id = await promise(world, march(7))
    await begin(world, march(3), FRIDAY)
    assert world.published(PromiseDue) == []
    await begin(world, march(9), march(10))
    assert [(d.due_on, d.business_date) for d in world.published(PromiseDue)] == [(march(7), march(9))]
    (broken,), (requested,) = world.published(PromiseBroken), world.published(CreditHoldRequested)
    assert (broken.judged_on, broken.applied) == (march(9), Decimal("0.00"))
    assert (requested.hold_id, requested.requested_on) == (f"{promise_id}/H", march(9))
    await world.publish(paid(1, "300.00", march(10)))
    await world.settle()
    assert world.published(CreditHoldLifted) == []
    await world.publish(paid(2, "200.00", march(11)))
    await world.settle()
    (lifted,) = world.published(CreditHoldLifted)
    assert (lifted.hold_id, lifted.lifted_on, lifted.lifted_by) == (f"{promise_id}/H", march(11), "system")
    assert [p["state"] for p in (await get(world, "/promises", state="paid_later"))["items"]] == ["paid_later"]
    assert len(world.published(PromiseBroken)) == 1


async def test_money_may_come_on_the_due_day_and_arrive_late(world: World) -> None:
    await owes(world, item())
    await promise(world, FRIDAY)
    await begin(world, FRIDAY)
    assert len(world.published(PromiseDue)) == 1
    await world.publish(paid(1, "500.00", FRIDAY))
    await begin(world, march(9))
    assert len(world.published(PromiseKept)) == 1
    assert world.published(PromiseBroken) == []


async def test_money_that_came_before_the_promise_does_not_keep_it(world: World) -> None:
    await owes(world, item())
    await world.publish(paid(1, "500.00", MONDAY))
    await world.settle()
    await promise(world, FRIDAY, amount="100.00")
    await begin(world, FRIDAY, march(9))
    assert world.published(PromiseKept) == []
    assert len(world.published(PromiseBroken)) == 1


async def test_money_applied_before_the_promise_under_a_later_value_date_does_not_keep_it(world: World) -> None:
    await owes(world, item())
    await world.publish(paid(1, "300.00", march(4)))
    await world.settle()
    await promise(world, FRIDAY, "300.00")
    await begin(world, FRIDAY, march(9))
    assert world.published(PromiseKept) == []
    assert len(world.published(PromiseBroken)) == 1


async def test_money_between_the_due_day_and_the_judgement_breaks_the_promise_and_lifts_the_hold(world: World) -> None:
    await owes(world, item())
    await promise(world, march(7))
    await world.publish(paid(1, "500.00", march(8)))
    await begin(world, march(9))
    assert len(world.published(PromiseBroken)) == len(world.published(CreditHoldRequested)) == 1
    assert [h.lifted_on for h in world.published(CreditHoldLifted)] == [march(9)]


async def test_one_open_promise_per_currency_unless_it_is_cancelled(world: World) -> None:
    await owes(world, item(), item("INV-2", currency="EUR"))
    first = await promise(world, FRIDAY)
    body = {"amount": "10.00", "currency": "USD", "due_on": "2026-03-06"}
    refused = await world.command("collections", "collector", "/customers/C-1/promises", body)
    assert refused.status_code == 409
    assert f"promise {first} of 500.00 USD due on 2026-03-06 still binds the customer" in refused.json()["detail"]
    await promise(world, FRIDAY, amount="10.00", currency="EUR")
    reason = {"reason": "agreed on instalments"}
    assert (await world.command("collections", "collector", f"/promises/{first}/cancel", reason)).status_code == 200
    again = await world.command("collections", "collector", f"/promises/{first}/cancel", reason)
    assert (again.status_code, again.json()["detail"][:26]) == (409, "promise C-1/P1 is cancelle")
    assert await promise(world, FRIDAY, amount="10.00") == "C-1/P3"
    await begin(world, march(9))
    assert sorted(b.promise_id for b in world.published(PromiseBroken)) == ["C-1/P2", "C-1/P3"]
    audited = await world.rows("collections", "SELECT action FROM audit_entry ORDER BY 1")
    assert [action for (action,) in audited] == ["cancel_promise", "make_promise", "make_promise", "make_promise"]


@pytest.mark.parametrize(
    ("changed", "status", "sentence"),
    [
        ({"due_on": "2026-03-01"}, 422, "due_on 2026-03-01 lies before the business day 2026-03-02"),
        ({"amount": "500.01"}, 422, "amount 500.01 is more than the 500.00 USD that customer C-1 owes"),
        ({"amount": "1.001"}, 422, "amount 1.001 has more decimal places than USD is accounted in"),
        ({"amount": "0"}, 422, "amount"),
        ({"currency": "XXX"}, 422, "unknown currency 'XXX'"),
    ],
)
async def test_what_cannot_be_promised_is_refused_with_a_reason(
    shared_world: World, changed: dict[str, str], status: int, sentence: str
) -> None:
    body = {"amount": "100.00", "currency": "USD", "due_on": "2026-03-06", **changed}
    answer = await shared_world.command("collections", "collector", "/customers/C-1/promises", body)
    assert answer.status_code == status
    assert sentence in answer.json()["detail"]
    assert (await get(shared_world, "/promises"))["items"] == []


@pytest.fixture(scope="module")
async def shared_world(kafka: Any, postgres: Any) -> AsyncIterator[World]:
    async with World(kafka, postgres, services=["collections"]) as world:
        await owes(world, item())
        yield world


async def test_a_promise_needs_a_known_customer_and_the_role(shared_world: World) -> None:
    body = {"amount": "100.00", "currency": "USD", "due_on": "2026-03-06"}
    unknown = await shared_world.command("collections", "collector", "/customers/C-9/promises", body)
    assert (unknown.status_code, "customer 'C-9' is not known" in unknown.json()["detail"]) == (404, True)
    clerk = await shared_world.command("collections", "cash_clerk", "/customers/C-1/promises", body)
    assert clerk.status_code == 403


async def test_a_repeated_request_makes_one_promise(world: World) -> None:
    await owes(world, item())
    body = {"amount": "100.00", "currency": "USD", "due_on": "2026-03-06"}
    first = await world.command("collections", "collector", "/customers/C-1/promises", body, key="once")
    repeat = await world.command("collections", "collector", "/customers/C-1/promises", body, key="once")
    assert first.json() == repeat.json()
    await world.settle()
    assert len(world.published(PromiseMade)) == 1


async def test_a_person_lifts_a_hold_with_a_reason_and_it_is_lifted_once(world: World) -> None:
    await owes(world, item())
    promise_id = await promise(world, FRIDAY)
    await begin(world, FRIDAY, march(9))
    path, reason = f"/holds/{promise_id}/H/lift", {"reason": "cheque seen"}
    assert (await world.command("collections", "collector", path, reason)).status_code == 403
    assert (await world.command("collections", "credit_manager", path, reason, person="Mo")).status_code == 200
    again = await world.command("collections", "credit_manager", path, reason)
    assert again.status_code == 409
    assert "was lifted on 2026-03-09 by Mo already: cheque seen" in again.json()["detail"]
    await world.publish(paid(1, "500.00", march(10)))
    await world.settle()
    assert [(h.lifted_by, h.reason) for h in world.published(CreditHoldLifted)] == [("Mo", "cheque seen")]
    assert (await get(world, "/holds", state="active"))["items"] == []
    assert (await get(world, "/promises"))["items"][0]["state"] == "paid_later"


async def test_a_collector_finds_whom_to_call_and_all_about_them(world: World) -> None:
    await owes(
        world,
        item("INV-1", "C-1", "500.00"),
        item("INV-2", "C-2", "900.00"),
        item("INV-3", "C-3", "500.00", due_date=date(2026, 1, 5)),
        item("INV-4", "C-4", "20.00", due_date=date(2026, 4, 1)),
    )
    first = await get(world, "/worklist", limit=2)
    assert [e["customer_id"] for e in first["items"]] == ["C-2", "C-3"]
    rest = await get(world, "/worklist", limit=2, cursor=first["next_cursor"])
    assert ([e["customer_id"] for e in rest["items"]], rest["next_cursor"]) == (["C-1"], None)
    assert [e["customer_id"] for e in (await get(world, "/worklist", bucket="31-60"))["items"]] == ["C-3"]
    assert [e["customer_id"] for e in (await get(world, "/worklist", min_overdue="500.01"))["items"]] == ["C-2"]
    promise_id = await promise(world, FRIDAY, customer_id="C-2", amount="900.00")
    (promised,) = (await get(world, "/worklist", promise=True))["items"]
    assert promised["promise"] == {"promise_id": promise_id, "amount": "900.00", "due_on": "2026-03-06"}
    assert len((await get(world, "/worklist", promise=False))["items"]) == 2
    note = {"kind": "call", "text": "will pay on Friday"}
    assert (await world.command("collections", "collector", "/customers/C-2/activities", note)).status_code == 201
    page = await get(world, "/customers/C-2")
    assert page["aging"][0]["buckets"]["1-30"] == "900.00"
    assert [i["days_overdue"] for i in page["items"]] == [2]
    assert sorted(a["kind"] for a in page["activities"]) == ["call", "dunning", "promise"]
    assert (len(page["promises"]), len(page["notices"]), page["holds"]) == (1, 1, [])


async def test_items_known_before_their_customer_and_versions_out_of_order(world: World) -> None:
    await world.publish(item(item_version=3, open_amount="100.00"), day(MONDAY))
    await world.publish(item(item_version=2, open_amount="300.00"))
    await world.settle()
    (entry,) = (await get(world, "/worklist"))["items"]
    assert (entry["name"], entry["overdue_amount"]) == ("C-1", "100.00")
    await world.publish(customer())
    await world.settle()
    assert (await get(world, "/customers/C-1"))["name"] == "Customer C-1"


async def test_two_replicas_in_small_chunks_dun_and_judge_everything_once(kafka: Any, postgres: Any) -> None:
    customers = [f"C-{n:02}" for n in range(20)]
    async with World(kafka, postgres, services=[in_small_chunks(service)]) as world:
        second = ServiceRuntime(world.service("collections"), world.settings("collections"))
        await second.start()
        try:
            await owes(world, *(item(f"INV-{c}-{n}", c) for c in customers for n in range(2)))
            body = {"amount": "500.00", "currency": "USD", "due_on": FRIDAY.isoformat()}
            for customer_id in customers:
                await world.command("collections", "collector", f"/customers/{customer_id}/promises", body)
            await world.publish(*(paid(n, "500.00", march(4), c) for n, c in enumerate(customers[:10])))
            await world.settle()
            await world.publish(
                *(day(on) for on in (march(3), march(4), FRIDAY, march(7), march(10), date(2026, 4, 1)))
            )
            await world.settle()
        finally:
            await second.stop()
        notices = Counter((n.customer_id, n.step) for n in world.published(DunningSent))
        assert notices == Counter({(c, step): 1 for c in customers for step in (1, 2)})
        assert [k.customer_id for k in world.published(PromiseKept)] == customers[:10]
        assert [b.customer_id for b in world.published(PromiseBroken)] == customers[10:]
        assert {b.judged_on for b in world.published(PromiseBroken)} == {march(7)}
        assert len(world.published(PromiseDue)) == 10


def in_small_chunks(whole: Service) -> Service:
    handlers = copy(whole.handlers)
    handlers.daily_work = {name: replace(work, chunk=3) for name, work in whole.handlers.daily_work.items()}
    return replace(whole, handlers=handlers)


async def test_an_item_paid_on_the_first_of_a_month_is_charged_that_day_and_too_little_is_carried(world: World) -> None:
    document = {
        "annual_rates": {"USD": "12"}, "late_fees": {}, "day_count": "actual/365", "grace_days": 5,
        "minimum_balance": {}, "minimum_charge": {"USD": "1.00"}, "kinds": ["invoice"], "disputed": False,
        "due_days": 30, "excluded_customers": [], "only_customers": None,
    }  # fmt: skip
    change = {"valid_from": "2026-02-27", "reason": "late payers", "document": document}
    await owes(world, item(amount="5000.00", due_date=date(2026, 2, 20)), today=date(2026, 2, 27))
    answer = await world.command("collections", "controller", "/policies/finance_charges", change, method="PUT")
    assert answer.is_success, answer.text
    await begin(world, MONDAY)
    paid_on = {"business_date": march(3), "value_date": march(1)}
    settled = {"item_version": 2, "open_amount": "0.00", "change": "-5000.00", "cause": "cash", **paid_on}
    await world.publish(item(amount="5000.00", due_date=date(2026, 2, 20), **settled))
    await begin(world, date(2026, 3, 31), date(2026, 4, 1))
    charged = [(one.through, one.items[0].days, str(one.amount)) for one in world.published(FinanceChargeAssessed)]
    assert charged == [(date(2026, 2, 28), 8, "13.15"), (date(2026, 3, 31), 1, "1.64")]
    assert (await get(world, "/interest-corrections"))["items"] == []

    small = {"due_date": date(2026, 4, 20), "document_date": date(2026, 3, 20)}
    await world.publish(item("INV-2", amount="300.00", **small))
    await world.publish(
        item("INV-2", amount="300.00", **small, item_version=2, open_amount="0.00", change="-300.00", cause="cash",
             business_date=date(2026, 4, 28)),
    )  # fmt: skip
    await begin(world, date(2026, 4, 30), date(2026, 5, 1))
    await world.publish(item("INV-3", amount="2000.00", due_date=date(2026, 5, 10)))
    await begin(world, date(2026, 5, 29), date(2026, 6, 1))
    last = world.published(FinanceChargeAssessed)[-1]
    lines = [(line.document_number, line.days, str(line.amount)) for line in last.items]
    assert lines == [("INV-2", 8, "0.79"), ("INV-3", 21, "13.81")]
