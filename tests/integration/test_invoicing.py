"""Invoicing on real Kafka and PostgreSQL: from an order to an invoice in the books."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.erp import InvoiceBroughtForward, OrderCancelled, OrderPlaced
from shared.contracts.inv_ctrl import StockReplenished
from shared.contracts.invoicing import (
    AllocationReleased,
    InvoicePosted,
    OpenOrderChanged,
    OrderAmendmentRefused,
    OrderBackordered,
    OrderRejected,
    OrderValidated,
    PickListReleased,
    StockRequested,
)
from shared.contracts.journal import JournalBatchSubmitted
from tests.kit import World
from tests.kit.events.sample import COMPANY, DAY, allocated, customer, day, item, order, price, shipped

LINE = {"line_no": 1, "item_id": "I-1"}


def approved(order_id: str = "O-1", customer_id: str = "C-1") -> CreditApproved:
    return CreditApproved(
        order_id=order_id,
        customer_id=customer_id,
        decided_on=DAY,
        currency="USD",
        order_amount=Decimal("100.00"),
        exposure=Decimal("100.00"),
        credit_limit=Decimal("10000.00"),
        policy_version=0,
    )


def held(order_id: str = "O-1") -> CreditHeld:
    decided = approved(order_id).model_dump()
    return CreditHeld(**decided, reasons=[{"code": "over_limit", "text": "Over the limit by 100.00 USD."}])


def released(order_id: str = "O-1") -> CreditReleased:
    return CreditReleased(**approved(order_id).model_dump(), released_by="Maria", reason="Paid by phone.")


def declined(order_id: str = "O-1") -> CreditDeclined:
    return CreditDeclined(**approved(order_id).model_dump(), declined_by="Maria", reason="Insolvent.")


def cancelled(order_id: str = "O-1") -> OrderCancelled:
    return OrderCancelled(order_id=order_id, customer_id="C-1", cancelled_on=DAY, reason="Not needed any more.")


def came_in(quantity: int, item_id: str = "I-1", number: int = 1) -> StockReplenished:
    return StockReplenished(
        replenishment_id=f"REP-{item_id}-{number}",
        company_id=COMPANY,
        item_id=item_id,
        quantity=quantity,
        business_date=DAY + timedelta(days=1),
    )


def brought_forward(number: str = "0611365", amount: str = "55.94", **changes: Any) -> InvoiceBroughtForward:
    given: dict[str, Any] = {
        "invoice_number": number, "company_id": COMPANY, "customer_id": "0379-NEVHP", "invoice_date": date(2013, 1, 2),
        "due_date": date(2013, 2, 1), "currency": "USD", "amount": amount,
    }  # fmt: skip
    return InvoiceBroughtForward(**{**given, **changes})


async def masters(world: World, **of_customer: Any) -> None:
    await world.publish(day(), customer(**of_customer), item(), item("I-2"), price(), price("I-2", "3.335"))
    await world.settle()


async def state(world: World, order_id: str = "O-1") -> str:
    return (await world.rows("invoicing", "SELECT state FROM customer_order WHERE order_id = $1", order_id))[0][0]


async def dead_letters(world: World) -> list[str]:
    return [reason for (reason,) in await world.rows("invoicing", "SELECT reason FROM dead_letter ORDER BY reason")]


async def test_an_order_goes_all_the_way_to_an_invoice_in_the_books(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world, jurisdiction="US-CA")
        await world.publish(order(quantity=10))
        await world.settle()
        validated = world.published(OrderValidated)[0]
        assert (validated.net, validated.tax, validated.total) == (
            Decimal("100.00"),
            Decimal("7.25"),
            Decimal("107.25"),
        )

        await world.publish(approved())
        await world.settle()
        asked = world.published(StockRequested)[0]
        assert (asked.request_id, asked.lines[0].quantity) == ("O-1/R1", 10)

        await world.publish(allocated("O-1/R1", "O-1", 10))
        await world.settle()
        assert world.published(PickListReleased)[0].pick_list_id == "O-1/P1"
        assert await state(world) == "Picking"

        await world.publish(shipped("S-1", "O-1", 10))
        await world.settle()
        invoice = world.published(InvoicePosted)[0]
        assert (invoice.invoice_id, invoice.invoice_number) == ("INV-S-1", f"{COMPANY}-00000001")
        assert (invoice.net, invoice.tax, invoice.total) == (validated.net, validated.tax, validated.total)
        assert (invoice.due_date, invoice.discount_date) == (DAY + timedelta(days=30), DAY + timedelta(days=10))
        assert invoice.discount_amount == Decimal("2.15")
        changed = world.published(OpenOrderChanged)[0]
        assert (changed.order_version, changed.open_amount, changed.state) == (2, Decimal("0.00"), "Closed")

        await world.publish(day(DAY + timedelta(days=1)))
        await world.settle()
        totals = world.published(JournalBatchSubmitted)[0].totals
        assert [(t.account, t.debit, t.credit) for t in totals] == [
            ("1200", Decimal("107.25"), Decimal("0")),
            ("2200", Decimal("0"), Decimal("7.25")),
            ("4000", Decimal("0"), Decimal("100.00")),
        ]
        steps = await world.rows("invoicing", "SELECT state FROM order_step WHERE order_id = 'O-1' ORDER BY seq")
        assert [s for (s,) in steps] == [
            "Placed", "Validated", "CreditApproved", "Allocated", "Picking", "Shipped", "Invoiced", "Closed",
        ]  # fmt: skip


async def test_a_bad_order_is_rejected_with_every_reason_and_its_neighbours_are_taken(
    kafka: Any, postgres: Any
) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        bad = order(
            "O-BAD",
            jurisdiction="ATLANTIS",
            lines=[{"line_no": 1, "item_id": "I-1", "quantity": 0}, {"line_no": 1, "item_id": "GONE", "quantity": 1}],
        )
        await world.publish(order("O-1"), bad, order("O-2", "C-UNKNOWN"), order("O-3"))
        await world.settle()
        assert {o.order_id for o in world.published(OrderValidated)} == {"O-1", "O-3"}
        reasons = {o.order_id: {r.code for r in o.reasons} for o in world.published(OrderRejected)}
        assert reasons == {
            "O-BAD": {"quantity_not_positive", "unknown_item", "duplicate_line", "unknown_jurisdiction"},
            "O-2": {"unknown_customer"},
        }
        async with world.http("invoicing", "collector") as client:
            shown = (await client.get("/rejected-orders")).json()["items"]
        assert {o["order_id"] for o in shown} == {"O-BAD", "O-2"}
        assert all(reason["text"] for o in shown for reason in o["reasons"])

        await world.publish(customer("C-UNKNOWN"))
        await world.settle()
        await world.publish(order("O-2", "C-UNKNOWN"))
        await world.settle()
        assert await state(world, "O-2") == "Validated"


async def test_the_first_order_of_a_number_stands(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        await world.publish(customer("C-2"), order(quantity=10))
        await world.settle()
        await world.publish(order(quantity=10), order(quantity=99), order(customer_id="C-2"))
        await world.settle()
        assert [o.total for o in world.published(OrderValidated)] == [Decimal("100.00")]
        assert [r.code for o in world.published(OrderRejected) for r in o.reasons] == ["order_number_taken"]
        async with world.http("invoicing", "controller") as client:
            shown = (await client.get("/orders/O-1")).json()
        assert (shown["customer_id"], shown["total"], len(shown["history"])) == ("C-1", "100.00", 3)
        assert "another order came under the same number" in shown["history"][-1]["why"]


async def test_short_lines_are_backordered_and_woken_in_order_of_age(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        older, younger = order("O-9", order_date=DAY - timedelta(days=5)), order("O-1")
        await world.publish(older, younger)
        await world.settle()
        await world.publish(approved("O-9"), approved("O-1"))
        await world.settle()
        await world.publish(allocated("O-9/R1", "O-9", 4, short=6), allocated("O-1/R1", "O-1", 0, short=10))
        await world.settle()
        assert await state(world, "O-9") == "PartiallyAllocated"
        assert await state(world, "O-1") == "Backordered"
        assert {b.order_id: b.lines[0].quantity for b in world.published(OrderBackordered)} == {"O-9": 6, "O-1": 10}
        async with world.http("invoicing", "controller") as client:
            page = (await client.get("/backorders", params={"limit": 1})).json()
            rest = (await client.get("/backorders", params={"cursor": page["next_cursor"]})).json()
        assert [b["order_id"] for b in page["items"] + rest["items"]] == ["O-9", "O-1"]

        world.forget()
        await world.publish(came_in(8))
        await world.settle()
        asked = {r.request_id: r.lines[0].quantity for r in world.published(StockRequested)}
        assert asked == {"O-9/R2": 6, "O-1/R2": 2}

        await world.publish(allocated("O-9/R2", "O-9", 6), allocated("O-1/R2", "O-1", 2))
        await world.settle()
        assert await state(world, "O-9") == "Picking"
        assert await world.rows("invoicing", "SELECT order_id, quantity FROM backorder WHERE quantity > 0") == [
            ("O-1", 8)
        ]


async def test_a_replenishment_consumed_before_the_short_answer_is_not_lost(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        await world.publish(order())
        await world.settle()
        await world.publish(approved())
        await world.settle()
        await world.publish(came_in(10))
        await world.settle()
        world.forget()
        await world.publish(allocated("O-1/R1", "O-1", 0, short=10))
        await world.settle()
        assert [(r.request_id, r.lines[0].quantity) for r in world.published(StockRequested)] == [("O-1/R2", 10)]

        world.forget()
        await world.publish(allocated("O-1/R2", "O-1", 0, short=10))
        await world.settle()
        assert world.published(StockRequested) == []


async def test_an_order_to_be_shipped_complete_waits_as_a_whole(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        lines = [{**LINE, "quantity": 5}, {"line_no": 2, "item_id": "I-2", "quantity": 3}]
        await world.publish(order(lines=lines, ship_complete=True))
        await world.settle()
        await world.publish(approved())
        await world.settle()
        assert world.published(StockRequested)[0].ship_complete
        answer = [{**LINE, "allocated": 5, "short": 0}, {"line_no": 2, "item_id": "I-2", "allocated": 0, "short": 3}]
        await world.publish(allocated("O-1/R1", "O-1", 0, lines=answer))
        await world.settle()
        assert world.published(PickListReleased) == []
        assert world.published(AllocationReleased)[0].lines[0].quantity == 5
        world.forget()
        await world.publish(came_in(3, "I-2"))
        await world.settle()
        assert {line.item_id: line.quantity for line in world.published(StockRequested)[0].lines} == {
            "I-1": 5,
            "I-2": 3,
        }


async def test_partial_shipments_never_invoice_more_than_was_ordered(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        await world.publish(order(lines=[{"line_no": 1, "item_id": "I-2", "quantity": 3}]))
        await world.settle()
        await world.publish(approved())
        await world.settle()
        answer = [{"line_no": 1, "item_id": "I-2", "allocated": 3, "short": 0}]
        await world.publish(allocated("O-1/R1", "O-1", 3, lines=answer))
        await world.settle()
        await world.publish(*(shipped(f"S-{n}", "O-1", 1, shipped_on=DAY + timedelta(days=n)) for n in range(3)))
        await world.settle()
        assert [i.net for i in world.published(InvoicePosted)] == [Decimal("3.34"), Decimal("3.33"), Decimal("3.34")]
        assert world.published(OrderValidated)[0].net == Decimal("10.01")
        assert [c.open_amount for c in world.published(OpenOrderChanged)] == [
            Decimal("6.67"), Decimal("3.34"), Decimal("0.00"),
        ]  # fmt: skip
        assert [i.invoice_number[-8:] for i in world.published(InvoicePosted)] == ["00000001", "00000002", "00000003"]


async def test_what_is_on_a_pick_list_ships_after_a_cancellation(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        await world.publish(order())
        await world.settle()
        await world.publish(approved())
        await world.settle()
        await world.publish(allocated("O-1/R1", "O-1", 4, short=6))
        await world.settle()
        await world.publish(cancelled())
        await world.settle()
        assert await state(world) == "Picking"
        assert world.published(OpenOrderChanged)[0].open_amount == Decimal("40.00")
        await world.publish(shipped("S-1", "O-1", 4))
        await world.settle()
        assert world.published(InvoicePosted)[0].total == Decimal("40.00")
        assert await state(world) == "Closed"


async def test_a_cancellation_while_stock_is_asked_for_gives_the_allocation_back(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        await world.publish(order())
        await world.settle()
        await world.publish(approved())
        await world.settle()
        await world.publish(cancelled())
        await world.settle()
        await world.publish(allocated("O-1/R1", "O-1", 10))
        await world.settle()
        assert world.published(PickListReleased) == []
        assert world.published(AllocationReleased)[0].lines[0].quantity == 10
        assert await state(world) == "Cancelled"


async def test_credit_holds_releases_and_declines(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        await world.publish(order("O-1"), order("O-2"), order("O-3"))
        await world.settle()
        await world.publish(held("O-1"), held("O-2"))
        await world.settle()
        assert (await state(world, "O-1"), await state(world, "O-2")) == ("CreditHeld", "CreditHeld")
        await world.publish(released("O-1"), declined("O-2"), released("O-3"))
        await world.settle()
        assert {r.order_id for r in world.published(StockRequested)} == {"O-1", "O-3"}
        assert await state(world, "O-2") == "Cancelled"
        assert [(c.order_id, c.open_amount) for c in world.published(OpenOrderChanged)] == [("O-2", Decimal("0.00"))]
        await world.publish(held("O-3"))
        await world.settle()
        assert await state(world, "O-3") == "CreditApproved"


async def test_events_that_come_before_their_order_wait_for_it(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        await world.publish(cancelled("O-1"), shipped("S-2", "O-2", 10))
        await world.settle()
        async with world.http("invoicing", "controller") as client:
            waiting = (await client.get("/deferred-events")).json()["items"]
        assert [(w["order_id"], w["kind"]) for w in waiting] == [("O-1", "cancellation"), ("O-2", "shipment")]

        await world.publish(order("O-1"), order("O-2"))
        await world.settle()
        assert await state(world, "O-1") == "Cancelled"
        assert world.published(OpenOrderChanged)[0].open_amount == Decimal("0.00")
        await world.publish(approved("O-2"))
        await world.settle()
        await world.publish(allocated("O-2/R1", "O-2", 10))
        await world.settle()
        assert world.published(InvoicePosted)[0].invoice_id == "INV-S-2"
        assert await world.rows("invoicing", "SELECT count(*) FROM deferred_event") == [(0,)]
        assert await dead_letters(world) == []


async def test_what_cannot_be_applied_is_refused_with_a_sentence(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        await world.publish(order("O-1"), order("O-2"))
        await world.settle()
        await world.publish(approved("O-1"), approved("O-2"))
        await world.settle()
        await world.publish(allocated("O-1/R1", "O-1", 10), allocated("O-2/R1", "O-2", 11))
        await world.settle()
        await world.publish(
            shipped("S-1", "O-1", 4),
            shipped("S-2", "O-1", 7),
            shipped("S-1", "O-1", 4),
            shipped("S-3", "O-1", 1, shipped_on=date(2090, 1, 1)),
        )
        await world.settle()
        assert [i.invoice_id for i in world.published(InvoicePosted)] == ["INV-S-1"]
        reasons = await dead_letters(world)
        assert len(reasons) == 3
        for part in ("only 6 are on pick lists", "allocated 11", "dated 2090-01-01"):
            assert any(part in reason for reason in reasons), (part, reasons)


async def test_invoices_brought_forward_are_posted_once_under_their_own_number(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await world.publish(day())
        await world.settle()
        await world.publish(
            brought_forward(),
            brought_forward(),
            brought_forward("7", "10.00", disputed=True),
            brought_forward("7", "11.00"),
            brought_forward(f"{COMPANY}-00000001"),
        )
        await world.settle()
        posted = {i.invoice_id: i for i in world.published(InvoicePosted)}
        assert set(posted) == {"BF-0611365", "BF-7"}
        assert posted["BF-0611365"].origin == "brought_forward"
        assert posted["BF-0611365"].due_date == date(2013, 2, 1)
        assert posted["BF-7"].disputed
        reasons = await dead_letters(world)
        assert len(reasons) == 2
        assert "is in the books already" in reasons[1]
        postings = "SELECT debit, credit, sum(amount) FROM journal_posting GROUP BY debit, credit"
        assert await world.rows("invoicing", postings) == [("1200", "3900", Decimal("65.940"))]


async def test_the_newest_version_of_a_master_counts_in_whichever_order_it_comes(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        newer = price(unit_price="12.00", version=2)
        await world.publish(day(), customer(version=3, name="New"), item(), newer)
        await world.settle()
        await world.publish(customer(version=2, name="Old", active=False), price(unit_price="10.00"))
        await world.publish(price(unit_price="20.00", version=1, valid_from=DAY + timedelta(days=1)))
        await world.settle()
        await world.publish(order("O-1"), order("O-2", order_date=DAY + timedelta(days=1)))
        await world.settle()
        assert [(o.order_id, o.net) for o in world.published(OrderValidated)] == [
            ("O-1", Decimal("120.00")),
            ("O-2", Decimal("200.00")),
        ]


async def test_the_order_desk_captures_and_cancels_orders_over_http(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        body = {"customer_id": "C-1", "customer_reference": "by phone", "lines": [{**LINE, "quantity": 10}]}
        first = await world.command("invoicing", "controller", "/orders", body, key="phone-1")
        again = await world.command("invoicing", "controller", "/orders", body, key="phone-1")
        assert (first.status_code, first.json()) == (202, again.json())
        await world.settle()
        number = first.json()["order_id"]
        assert [o.order_id for o in world.published(OrderPlaced)] == [number]
        assert world.published(OrderValidated)[0].order_date == DAY

        taken = await world.command("invoicing", "controller", "/orders", {**body, "order_id": number})
        assert taken.status_code == 409
        unknown = await world.command("invoicing", "controller", "/orders", {**body, "customer_id": "NOBODY"})
        assert (unknown.status_code, "NOBODY" in unknown.json()["detail"]) == (422, True)
        assert (await world.command("invoicing", "collector", "/orders", body)).status_code == 403

        path = f"/orders/{number}/cancel"
        done = await world.command("invoicing", "controller", path, {"reason": "called again"})
        assert (done.status_code, done.json()["state"], done.json()["open_amount"]) == (200, "Cancelled", "0.00")
        assert (await world.command("invoicing", "controller", path, {"reason": "once more"})).status_code == 409
        missing = await world.command("invoicing", "controller", "/orders/NONE/cancel", {"reason": "Placed twice"})
        assert missing.status_code == 404
        await world.settle()
        assert world.published(OpenOrderChanged)[0].state == "Cancelled"
        audited = await world.rows("invoicing", "SELECT person, action FROM audit_entry ORDER BY action")
        assert audited == [("Pat", "cancel_order"), ("Pat", "capture_order")]


async def test_an_order_that_breaks_the_contract_is_answered(kafka: Any, postgres: Any) -> None:
    """Given orders that break the contract, then the ERP gets field and value; each is a dead letter too."""
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        await world.publish(order("O-1"))
        await world.settle()
        await world.publish(
            order("O-2").model_copy(update={"customer_reference": "x" * 501}),
            order("O-1", revision=2).model_copy(update={"customer_reference": "y" * 501}),
            order("O-3").model_copy(update={"order_date": "soon"}),
        )
        await world.settle()
        rejected = {event.order_id: event for event in world.published(OrderRejected)}
        assert set(rejected) == {"O-2", "O-3"}
        assert (rejected["O-2"].order_date, rejected["O-2"].reasons[0].code) == (DAY, "breaks_the_contract")
        assert "customer_reference" in rejected["O-2"].reasons[0].text
        assert "order_date" in rejected["O-3"].reasons[0].text
        (refused,) = world.published(OrderAmendmentRefused)
        assert (refused.order_id, refused.revision, refused.standing_revision) == ("O-1", 2, 1)
        assert len(await dead_letters(world)) == 3
        async with world.http("invoicing", "controller") as client:
            history = (await client.get("/orders/O-1")).json()["history"]
        assert "revision 2 refused" in history[-1]["why"]


async def test_an_order_of_a_branch_is_billed_to_its_head_office(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        await world.publish(customer("C-2", jurisdiction="US-CA", price_list_id="NONE", bill_to_id="C-1"))
        await world.settle()

        body = {"order_id": "O-1", "customer_id": "C-2", "lines": [{**LINE, "quantity": 10}]}
        captured = await world.command("invoicing", "controller", "/orders", body)
        assert (captured.status_code, captured.json()["customer_id"]) == (202, "C-1")
        await world.settle()
        assert [(o.customer_id, o.total) for o in world.published(OrderValidated)] == [("C-1", Decimal("107.25"))]

        await world.publish(approved("O-1"))
        await world.settle()
        await world.publish(allocated("O-1/R1", "O-1", 10))
        await world.settle()
        assert [pick_list.ship_to_id for pick_list in world.published(PickListReleased)] == ["C-2"]
        await world.publish(shipped("S-1", "O-1", 10))
        await world.settle()
        assert [(i.customer_id, i.ship_to_id, i.tax) for i in world.published(InvoicePosted)] == [
            ("C-1", "C-2", Decimal("7.25"))
        ]
        async with world.http("invoicing", "controller") as client:
            assert (await client.get("/orders/O-1")).json()["ship_to_id"] == "C-2"

        await world.publish(order("O-2", customer_id="C-2"))
        await world.settle()
        assert [r.code for o in world.published(OrderRejected) for r in o.reasons] == [
            "billed_to_another_customer",
            "no_price",
        ]


async def test_orders_and_invoices_are_listed_filtered_and_paged(kafka: Any, postgres: Any) -> None:
    async with World(kafka, postgres, services=["invoicing"]) as world:
        await masters(world)
        await world.publish(*(order(f"O-{n}", order_date=DAY - timedelta(days=n)) for n in range(5)))
        await world.settle()
        await world.publish(*(approved(f"O-{n}") for n in range(5)))
        await world.settle()
        await world.publish(*(allocated(f"O-{n}/R1", f"O-{n}", 10) for n in range(5)))
        await world.settle()
        await world.publish(*(shipped(f"S-{n}", f"O-{n}", 10) for n in range(3)))
        await world.settle()
        async with world.http("invoicing", "cash_clerk") as client:
            seen: list[str] = []
            cursor = None
            while True:
                params = {"limit": 2, "customer_id": "C-1"} | ({"cursor": cursor} if cursor else {})
                page = (await client.get("/orders", params=params)).json()
                seen += [o["order_id"] for o in page["items"]]
                cursor = page["next_cursor"]
                if cursor is None:
                    break
            assert seen == [f"O-{n}" for n in range(5)]
            picking = (await client.get("/orders", params={"state": "Picking", "to_date": str(DAY)})).json()
            assert [o["order_id"] for o in picking["items"]] == ["O-3", "O-4"]
            shown = (await client.get("/orders/O-0")).json()
            assert [i["invoice_id"] for i in shown["invoices"]] == ["INV-S-0"]
            assert shown["shipments"][0]["lines"] == [{"line_no": 1, "quantity": 10}]
            assert shown["pick_lists"][0]["pick_list_id"] == "O-0/P1"
            assert shown["lines"][0]["shipped"] == 10
            invoices = (await client.get("/invoices", params={"order_id": "O-1"})).json()["items"]
            invoice = (await client.get(f"/invoices/{invoices[0]['invoice_number']}")).json()
            assert (invoice["total"], invoice["terms"], invoice["lines"][0]["quantity"]) == (
                "100.00",
                "2/10 net 30",
                10,
            )
            assert (await client.get("/invoices/NONE")).status_code == 404
            assert (await client.get("/orders/NONE")).status_code == 404


@pytest.mark.parametrize("shipments", [60])
async def test_many_shipments_are_numbered_without_gaps(kafka: Any, postgres: Any, shipments: int) -> None:
    async with World(kafka, postgres, services=["invoicing"], batch_events_max=7) as world:
        await masters(world)
        numbers = range(shipments)
        await world.publish(*(order(f"O-{n}", quantity=1) for n in numbers))
        await world.settle()
        await world.publish(*(approved(f"O-{n}") for n in numbers))
        await world.settle()
        await world.publish(*(allocated(f"O-{n}/R1", f"O-{n}", 1) for n in numbers))
        await world.settle()
        # Every tenth is refused, and must not take a number with it.
        await world.publish(*(shipped(f"S-{n}", f"O-{n}", 2 if n % 10 == 9 else 1) for n in numbers))
        await world.settle()
        posted = sorted(i.invoice_number for i in world.published(InvoicePosted))
        assert posted == [f"{COMPANY}-{n + 1:08d}" for n in range(shipments - shipments // 10)]
        assert len(await dead_letters(world)) == shipments // 10
