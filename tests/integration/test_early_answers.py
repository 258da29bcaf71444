"""Answers that arrive before their questions: they are deferred, and the end is that of the right order."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.erp import OrderCancelled
from shared.contracts.event import Event
from shared.contracts.inv_ctrl import StockReplenished
from shared.contracts.invoicing import AllocationReleased, InvoicePosted, PickListReleased, StockRequested
from tests.kit import World
from tests.kit.events.sample import COMPANY, DAY, allocated, customer, day, item, order, price, shipped

LATER = DAY + timedelta(days=1)


def decision(kind: type[Event], order_id: str, **more: Any) -> Event:
    facts: dict[str, Any] = {
        "order_id": order_id, "customer_id": "C-1", "decided_on": DAY, "currency": "USD", "order_amount": "100.00",
        "exposure": "100.00", "credit_limit": "10000.00", "policy_version": 0, "released_by": "Maria",
        "declined_by": "Maria", "reason": "By phone.", "reasons": [{"code": "over_limit", "text": "Over the limit."}],
    }  # fmt: skip
    return kind(**{**facts, **more})


def stories(who: str) -> dict[str, list[Event]]:
    """The events of four orders, each in the order in which it happens."""
    straight, short, declined, cancelled = (f"O-{who}{n}" for n in range(1, 5))
    came_in = StockReplenished(
        replenishment_id=f"REP-{who}", company_id=COMPANY, item_id="I-1", quantity=4, business_date=LATER
    )
    return {
        straight: [
            order(straight), decision(CreditApproved, straight), allocated(f"{straight}/R1", straight, 10),
            shipped(f"S-{straight}-1", straight, 4), shipped(f"S-{straight}-2", straight, 6, shipped_on=LATER),
        ],
        short: [
            order(short), decision(CreditHeld, short), decision(CreditReleased, short),
            allocated(f"{short}/R1", short, 6, short=4), shipped(f"S-{short}-1", short, 6), came_in,
            allocated(f"{short}/R2", short, 4, business_date=LATER),
            shipped(f"S-{short}-2", short, 4, shipped_on=LATER),
        ],
        declined: [order(declined), decision(CreditHeld, declined), decision(CreditDeclined, declined)],
        cancelled: [
            order(cancelled), decision(CreditApproved, cancelled),
            OrderCancelled(order_id=cancelled, customer_id="C-1", cancelled_on=LATER, reason="Too late."),
            allocated(f"{cancelled}/R1", cancelled, 10, business_date=LATER + timedelta(days=1)),
        ],
    }  # fmt: skip


async def publish_in_order(world: World, events: list[Event]) -> None:
    """One after the other, each consumed before the next is published."""
    for event in events:
        await world.publish(event)
        await world.settle()


async def end_of(world: World, who: str) -> dict[str, list[tuple[Any, ...]]]:
    """What invoicing has of these orders in the end, without the name of their group."""
    asked = {
        "orders": "SELECT order_id, state, open_amount, order_version, lines, pick_lists FROM customer_order",
        "picked": "SELECT order_id, pick_list_id, released_on, lines FROM pick_list",
        "invoiced": "SELECT order_id, shipment_id, invoice_date, total FROM invoice",
        "posted": "SELECT order_id, p.business_date, debit, credit, amount FROM journal_posting p"
        " JOIN invoice i ON i.invoice_id = p.entry_id",
    }
    found = {}
    for name, query in asked.items():
        rows = await world.rows("invoicing", f"{query} WHERE order_id LIKE $1 ORDER BY 1, 2, 3", f"O-{who}%")
        found[name] = [tuple(str(value).replace(f"O-{who}", "O-") for value in row) for row in rows]
    return found


async def waiting(world: World, order_id: str) -> list[str]:
    async with world.http("invoicing", "controller") as client:
        page = (await client.get("/deferred-events", params={"order_id": order_id})).json()
    return [early["kind"] for early in page["items"]]


async def test_answers_before_their_questions_end_as_in_the_right_order(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await world.publish(day(), customer(), item(), price())
        await world.settle()
        for events in stories("A").values():
            await publish_in_order(world, events)
        for order_id, events in stories("B").items():
            replenished = [event for event in events if isinstance(event, StockReplenished)]
            early = [event for event in reversed(events[1:]) if event not in replenished]
            await world.publish(*early)
            await world.settle()
            assert len(await waiting(world, order_id)) == len(early)
            await publish_in_order(world, [events[0], *replenished])
            assert await waiting(world, order_id) == []
        assert await end_of(world, "B") == await end_of(world, "A")
        assert await world.rows("invoicing", "SELECT * FROM dead_letter") == []
        orders = await world.rows("invoicing", "SELECT state FROM customer_order ORDER BY order_id")
        assert [state for (state,) in orders] == ["Closed", "Closed", "Cancelled", "Cancelled"] * 2

        given_back = {event.order_id for event in world.published(AllocationReleased)}
        assert given_back == {"O-A4", "O-B4"}
        invoiced = world.published(InvoicePosted)
        assert sorted(invoice.invoice_number for invoice in invoiced) == [f"{COMPANY}-{n:08}" for n in range(1, 9)]

        # A batch that has all of it at once, in an order of its own.
        await world.publish(*(event for events in stories("C").values() for event in reversed(events)))
        await world.settle()
        replenished = [event for event in stories("C")["O-C2"] if isinstance(event, StockReplenished)]
        await publish_in_order(
            world, [event.model_copy(update={"replenishment_id": "REP-C-2"}) for event in replenished]
        )
        assert await waiting(world, "O-C2") == []
        how_they_ended = "SELECT state FROM customer_order WHERE order_id LIKE 'O-C%' ORDER BY order_id"
        *states, last = [state for (state,) in await world.rows("invoicing", how_they_ended)]
        assert states == ["Closed", "Closed", "Cancelled"]
        # Kafka may hand the cancellation out in a later batch than what it cancels, which then is picked already.
        assert last in ("Cancelled", "Picking")


async def test_what_arrives_late_is_published_under_the_ids_of_the_right_order(kafka: Any, postgres: Any) -> None:
    """Consumers that have it already, because it was published before a restore, drop it by its id."""
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await world.publish(day(), customer(), item(), price())
        await world.settle()
        story = stories("A")["O-A1"]
        contexts = await world.publish(*reversed(story[1:]))
        await world.settle()
        await publish_in_order(world, [story[0]])
        for event_type, cause in ((StockRequested, 3), (PickListReleased, 2), (InvoicePosted, 1)):
            (first, *_) = world.published(event_type)
            assert first.context.causation_id == contexts[cause].id, event_type

        await world.publish(order("O-2"), decision(CreditApproved, "O-2"))
        await world.settle()
        wrong = allocated("O-2/R2", "O-2", 11, business_date=date(2026, 3, 5))
        await world.publish(wrong, allocated("O-NEVER/R1", "O-NEVER", 1), allocated("SOMETHING", "O-2", 1))
        await world.publish(shipped("S-2", "O-2", 11), shipped("S-3", "O-2", 9))
        await world.settle()
        assert sorted(await waiting(world, "O-2")) == ["StockAnswered", "shipment"]
        assert await waiting(world, "O-NEVER") == ["StockAnswered"]
        reasons = await world.rows("invoicing", "SELECT reason FROM dead_letter ORDER BY reason")
        assert [("request SOMETHING" in reason, "ships 11" in reason) for (reason,) in reasons] == [
            (True, False), (False, True),
        ]  # fmt: skip
