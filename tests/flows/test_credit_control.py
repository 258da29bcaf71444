"""Credit control through all five services: released in part, checked again, stopped by hand; the books agree daily."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from shared.contracts.credit import CreditApproved
from shared.contracts.inv_ctrl import StockReplenished
from shared.contracts.invoicing import CreditCheckRequested, InvoicePosted, OpenOrderChanged, StockRequested
from tests.kit import World
from tests.kit.books import books_agree
from tests.kit.sample import COMPANY, DAY, customer, day, payment
from tests.kit.upstream import Upstream

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
        await upstream.open_for_business(customer(), customer("C-2"))
        await world.say(day(DAY))
        await world.quiet()
        change = {"valid_from": str(DAY), "reason": "approvals grow old", "document": RULES}
        answer = await world.command("credit", "credit_manager", "/policies/credit_rules", change, method="PUT")
        assert answer.status_code == 200, answer.text

        await part_of_an_order_is_released(world, upstream)
        await upstream.place("O-2", "C-2", 100)
        await upstream.place("O-3", "C-2", 50)
        await upstream.place("O-4", "C-2", 20)
        await upstream.allocate(available=40)
        await held_by_hand(world, "O-3", "O-4")
        await world.say(payment("P-1", "C-2", "300.00", value_date=DAY))
        await world.quiet()
        async with world.http("credit", "auditor") as client:
            exposure = (await client.get("/accounts/C-2")).json()["exposure"]
        assert (exposure["open_orders"], exposure["total"]) == ("1000.00", "700.00")

        await an_approval_too_old_is_checked_again(world, upstream)
        await a_stopped_order_goes_on_or_ends(world, upstream)
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
    await world.quiet()
    assert [(c.order_id, c.open_amount) for c in world.heard(OpenOrderChanged)] == [("O-1", Decimal("5000.00"))]
    await upstream.allocate()
    await upstream.ship()
    assert [i.total for i in world.heard(InvoicePosted)] == [Decimal("5000.00")]


async def held_by_hand(world: World, *order_ids: str) -> None:
    for order_id in order_ids:
        answer = await world.command("credit", "credit_manager", f"/orders/{order_id}/hold", WHY)
        assert answer.status_code == 200, answer.text
    await world.quiet()


async def an_approval_too_old_is_checked_again(world: World, upstream: Upstream) -> None:
    """60 units of O-2 wait for stock for ten days; credit looks again before they are asked for. O-3 stays stopped."""
    await upstream.ship()
    await world.say(day(LATER))
    await world.quiet()
    asked_before = len(world.heard(StockRequested))
    await replenished(world, "RP-1")
    (check,) = world.heard(CreditCheckRequested)
    assert (check.order_id, check.open_amount) == ("O-2", Decimal("600.00"))
    assert [e.decided_on for e in world.heard(CreditApproved) if e.order_id == "O-2"] == [DAY, LATER]
    assert [r.order_id for r in world.heard(StockRequested)[asked_before:]] == ["O-2"]
    await upstream.allocate(on=LATER)
    await upstream.ship(on=LATER)


async def a_stopped_order_goes_on_or_ends(world: World, upstream: Upstream) -> None:
    """O-3 is released and ships, O-4 is declined and its rest cancelled."""
    assert (await world.command("credit", "credit_manager", "/held-orders/O-3/release", WHY)).status_code == 200
    assert (await world.command("credit", "credit_manager", "/held-orders/O-4/decline", WHY)).status_code == 200
    await world.quiet()
    await upstream.allocate(on=LATER)
    await upstream.ship(on=LATER)
    open_amounts = {c.order_id: c.open_amount for c in world.heard(OpenOrderChanged)}
    assert open_amounts == {"O-1": 0, "O-2": 0, "O-3": 0, "O-4": 0}
    totals = sorted(i.total for i in world.heard(InvoicePosted))
    assert totals == [Decimal("400.00"), Decimal("500.00"), Decimal("600.00"), Decimal("5000.00")]


async def replenished(world: World, replenishment_id: str) -> None:
    await world.say(
        StockReplenished(
            replenishment_id=replenishment_id, company_id=COMPANY, item_id="I-1", quantity=500, business_date=LATER
        )
    )
    await world.quiet()
