"""Credit control through all five services: released in part, checked again, stopped by hand; the books agree daily."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from shared.contracts.credit import CreditApproved, CreditHeld
from shared.contracts.inv_ctrl import StockReplenished
from shared.contracts.invoicing import (
    AllocationReleased,
    CreditCheckRequested,
    InvoicePosted,
    OpenOrderChanged,
    OrderAmendmentRefused,
    PickListReleased,
    StockRequested,
)
from tests.kit import World
from tests.kit.business.books import books_agree
from tests.kit.events.sample import COMPANY, DAY, customer, day, payment
from tests.kit.events.upstream import Upstream

LATER = DAY + timedelta(days=10)
RULES = {
    "warning_percent": "80",
    "at_limit_percent": "100",
    "authority": {"credit_manager": None},
    "approval_days": 5,
}
WHY = {"reason": "agreed with the customer", "reason_code": "good-customer"}


async def test_credit_control_from_order_to_cash(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres) as world:
        upstream = Upstream(world)
        await upstream.open_for_business(customer(), customer("C-2"), customer("C-3", credit_limit=Decimal("1000.00")))
        await world.publish(day(DAY))
        await world.settle()
        change = {"valid_from": str(DAY), "reason": "approvals grow old", "document": RULES}
        answer = await world.command("credit", "credit_manager", "/policies/credit_rules", change, method="PUT")
        assert answer.status_code == 200, answer.text

        await part_of_an_order_is_released(world, upstream)
        await upstream.place("O-2", "C-2", 100)
        await upstream.place("O-3", "C-2", 50)
        await upstream.place("O-4", "C-2", 20)
        await upstream.allocate(available=40)
        await held_manually(world, "O-3", "O-4")
        await world.publish(payment("P-1", "C-2", "300.00", value_date=DAY))
        await world.settle()
        async with world.http("credit", "auditor") as client:
            exposure = (await client.get("/accounts/C-2")).json()["exposure"]
        assert (exposure["open_orders"], exposure["total"]) == ("1000.00", "700.00")

        await an_approval_too_old_is_checked_again(world, upstream)
        await a_stopped_order_goes_on_or_ends(world, upstream)
        await an_order_is_amended(world, upstream)
        await an_approval_runs_out_while_stock_is_asked_for(world, upstream)
        await books_agree(world)
        await books_agree(world, as_of=DAY)
        async with world.http("credit", "auditor") as client:
            on_day = (await client.get(f"/accounts/C-2/exposure?as_of={DAY}")).json()
        assert on_day["total"] == "700.00"


async def part_of_an_order_is_released(world: World, upstream: Upstream) -> None:
    """20,000.00 do not fit; 5,004.00 are released: 500 whole units ship, the rest is cancelled."""
    await upstream.place("O-1", quantity=2000)
    answer = await world.command("credit", "credit_manager", "/held-orders/O-1/release", {**WHY, "amount": "5004.00"})
    assert answer.status_code == 200, answer.text
    await world.settle()
    assert [(c.order_id, c.open_amount) for c in world.published(OpenOrderChanged)] == [("O-1", Decimal("5000.00"))]
    await upstream.allocate()
    await upstream.ship()
    assert [i.total for i in world.published(InvoicePosted)] == [Decimal("5000.00")]


async def held_manually(world: World, *order_ids: str) -> None:
    for order_id in order_ids:
        answer = await world.command("credit", "credit_manager", f"/orders/{order_id}/hold", WHY)
        assert answer.status_code == 200, answer.text
    await world.settle()


async def an_approval_too_old_is_checked_again(world: World, upstream: Upstream) -> None:
    """60 units of O-2 wait for stock for ten days; credit looks again before they are asked for. O-3 stays stopped."""
    await upstream.ship()
    await world.publish(day(LATER))
    await world.settle()
    asked_before = len(world.published(StockRequested))
    await replenished(world, "RP-1")
    (check,) = world.published(CreditCheckRequested)
    assert (check.order_id, check.open_amount) == ("O-2", Decimal("600.00"))
    assert [e.decided_on for e in world.published(CreditApproved) if e.order_id == "O-2"] == [DAY, LATER]
    assert [r.order_id for r in world.published(StockRequested)[asked_before:]] == ["O-2"]
    await upstream.allocate(on=LATER)
    await upstream.ship(on=LATER)


async def a_stopped_order_goes_on_or_ends(world: World, upstream: Upstream) -> None:
    """O-3 is released and ships, O-4 is declined and its rest cancelled."""
    assert (await world.command("credit", "credit_manager", "/held-orders/O-3/release", WHY)).status_code == 200
    assert (await world.command("credit", "credit_manager", "/held-orders/O-4/decline", WHY)).status_code == 200
    await world.settle()
    await upstream.allocate(on=LATER)
    await upstream.ship(on=LATER)
    open_amounts = {c.order_id: c.open_amount for c in world.published(OpenOrderChanged)}
    assert open_amounts == {"O-1": 0, "O-2": 0, "O-3": 0, "O-4": 0}
    totals = sorted(i.total for i in world.published(InvoicePosted))
    assert totals == [Decimal("400.00"), Decimal("500.00"), Decimal("600.00"), Decimal("5000.00")]


async def an_order_is_amended(world: World, upstream: Upstream) -> None:
    """A-1 grows above the limit and is held, shrinks and is released; older revisions count for nothing."""
    await upstream.place("A-1", "C-3", 60, order_date=LATER)
    await upstream.place("A-1", "C-3", 110, order_date=LATER, revision=2, amended_on=LATER)
    (held,) = [e for e in world.published(CreditHeld) if e.order_id == "A-1"]
    assert (held.revision, held.order_amount, held.reasons[0].code) == (2, Decimal("1100.00"), "over-limit")
    assert await exposure_of(world, "C-3") == ("0.00", "0.00")
    await upstream.place("A-1", "C-3", 90, order_date=LATER, revision=4, amended_on=LATER)
    await upstream.place("A-1", "C-3", 999, order_date=LATER, revision=3, amended_on=LATER)
    assert await exposure_of(world, "C-3") == ("900.00", "900.00")

    fewer = {"lines": [{"line_no": 1, "item_id": "I-1", "quantity": 50}], "reason": "half a pallet will do"}
    nonsense = {"lines": [{"line_no": 1, "item_id": "NONE", "quantity": 50}], "reason": "something else"}
    for body in (fewer, nonsense):
        answer = await world.command("invoicing", "controller", "/orders/A-1/amend", body)
        assert answer.status_code == 201, answer.text
        await world.settle()
    approved = [e for e in world.published(CreditApproved) if e.order_id == "A-1"]
    assert [(e.revision, e.order_amount) for e in approved] == [(1, 600), (4, 900), (5, 500)]
    assert approved[2].remarks[0].code == "no-more-than-approved"
    (refused,) = world.published(OrderAmendmentRefused)
    assert (refused.revision, refused.standing_revision, refused.reasons[0].code) == (6, 5, "unknown_item")
    assert await exposure_of(world, "C-3") == ("500.00", "500.00")

    # Stock that was asked for before is given back; only what stands is picked. Then it is too late.
    await upstream.allocate(on=LATER)
    given_back = [line.quantity for e in world.published(AllocationReleased) if e.order_id == "A-1" for line in e.lines]
    picked = [line.quantity for e in world.published(PickListReleased) if e.order_id == "A-1" for line in e.lines]
    assert (sorted(given_back), picked) == ([60, 90], [50])
    late = await world.command("invoicing", "controller", "/orders/A-1/amend", fewer)
    assert (late.status_code, "goods are on a pick list or shipped" in late.json()["detail"]) == (409, True)
    await upstream.place("A-1", "C-3", 70, order_date=LATER, revision=6, amended_on=LATER)
    assert world.published(OrderAmendmentRefused)[-1].reasons[0].code == "too_late_to_amend"
    async with world.http("invoicing", "auditor") as client:
        order = (await client.get("/orders/A-1")).json()
    assert (order["revision"], order["total"]) == (5, "500.00")
    assert [step["why"] for step in order["history"] if step["why"].startswith("amended")][-1] == (
        "amended to revision 5: 900.00 becomes 500.00 USD incl. tax"
    )
    await upstream.ship(on=LATER)


async def an_approval_runs_out_while_stock_is_asked_for(world: World, upstream: Upstream) -> None:
    """Approved for five days, answered by the warehouse on the sixth: given back, asked again, and only then picked."""
    answered = LATER + timedelta(days=6)
    await upstream.place("B-1", "C-3", 20, order_date=LATER)
    await upstream.allocate(on=answered)
    assert [e.quantity for r in world.published(AllocationReleased) if r.order_id == "B-1" for e in r.lines] == [20]
    (check,) = [e for e in world.published(CreditCheckRequested) if e.order_id == "B-1"]
    assert (check.business_date, check.open_amount) == (answered, 200)
    assert [e.decided_on for e in world.published(CreditApproved) if e.order_id == "B-1"] == [LATER, answered]
    assert [e for e in world.published(PickListReleased) if e.order_id == "B-1"] == []
    await upstream.allocate(on=answered)
    await upstream.ship(on=answered)
    assert [e.released_on for e in world.published(PickListReleased) if e.order_id == "B-1"] == [answered]


async def exposure_of(world: World, customer_id: str) -> tuple[str, str]:
    """Of open orders, and in all."""
    async with world.http("credit", "auditor") as client:
        exposure = (await client.get(f"/accounts/{customer_id}")).json()["exposure"]
    return exposure["open_orders"], exposure["total"]


async def replenished(world: World, replenishment_id: str) -> None:
    await world.publish(
        StockReplenished(
            replenishment_id=replenishment_id, company_id=COMPANY, item_id="I-1", quantity=500, business_date=LATER
        )
    )
    await world.settle()
