"""Which orders are approved, which are held and why, and what releases them later: stories, played on every store."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from shared.contracts.credit import CreditApproved, CreditHeld, CreditReleased
from tests.unit.credit.books import OpenBooks
from tests.unit.credit.events import DAY, customer, hold, item, left, lift, order


def ids(events: list, kind: type) -> list[str]:
    """Ids of the orders in the events of this kind, in the order in which they were published."""
    return [event.order_id for event in events if isinstance(event, kind)]


async def test_an_order_that_fits_is_approved_with_the_exposure_it_leads_to(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "400", "400"))
    (approved,) = await books.handle(order("O-1", "300"))
    assert approved == CreditApproved(
        order_id="O-1",
        customer_id="C-1",
        decided_on=DAY,
        currency="USD",
        order_amount=Decimal("300"),
        exposure=Decimal("700"),
        credit_limit=Decimal("1000"),
        policy_version=0,
    )


async def test_an_order_up_to_the_last_cent_is_approved_and_one_cent_more_is_held(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"))
    assert ids(await books.handle(order("O-1", "1000")), CreditApproved) == ["O-1"]
    books = open_books()
    await books.handle(customer("1000"))
    assert ids(await books.handle(order("O-1", "1000.01")), CreditHeld) == ["O-1"]


async def test_an_order_above_the_limit_is_held_with_a_reason_a_clerk_can_read(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "900", "900"))
    held = next(e for e in await books.handle(order("O-1", "300")) if isinstance(e, CreditHeld))
    assert held.exposure == 1200
    assert [reason.code for reason in held.reasons] == ["over-limit"]
    assert held.reasons[0].text == (
        "The order of 300.00 USD on top of 900.00 USD owed and on order is 200.00 USD above the credit of 1,000.00 USD."
    )
    assert (await books.order("O-1"))["decision"] == "held"


async def test_orders_of_a_batch_are_taken_by_date_and_each_sees_the_one_before(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"))
    published = await books.handle(
        order("O-1", "600", DAY + timedelta(days=1)), order("O-2", "600", DAY), order("O-3", "400")
    )
    assert ids(published, CreditApproved) == ["O-2", "O-3"]
    assert ids(published, CreditHeld) == ["O-1"]


async def test_a_payment_releases_held_orders_oldest_first(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "1000", "1000"))
    await books.handle(order("O-2", "300"), order("O-1", "300"), order("O-3", "300", DAY - timedelta(days=1)))
    paid_on = DAY + timedelta(days=5)
    published = await books.handle(item("I-1", "1000", "400", 2, paid_on))
    assert ids(published, CreditReleased) == ["O-3", "O-1"]
    released = next(e for e in published if isinstance(e, CreditReleased))
    assert (released.released_by, released.decided_on, released.exposure) == ("system", paid_on, 700)


async def test_a_younger_order_does_not_overtake_a_held_one_that_does_not_fit(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "1000", "1000"))
    await books.handle(order("O-1", "800"), order("O-2", "100"))
    assert ids(await books.handle(item("I-1", "1000", "500", 2)), CreditReleased) == []
    assert ids(await books.handle(item("I-1", "1000", "100", 3)), CreditReleased) == ["O-1", "O-2"]


async def test_a_raised_limit_in_the_erp_releases_held_orders(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("100"))
    await books.handle(order("O-1", "300"))
    published = await books.handle(customer("500", version=2))
    assert ids(published, CreditReleased) == ["O-1"]


async def test_a_cancelled_order_frees_its_credit_for_the_next(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"))
    await books.handle(order("O-1", "900"), order("O-2", "500"))
    assert ids(await books.handle(left("O-1", "0")), CreditReleased) == ["O-2"]


async def test_a_cancelled_held_order_lapses_and_no_longer_stops_others(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "900", "900"))
    await books.handle(order("O-1", "5000"), order("O-2", "200"))
    await books.handle(item("I-1", "900", "0", 2))
    assert ids(await books.handle(left("O-1", "0")), CreditReleased) == ["O-2"]
    assert (await books.order("O-1"))["decision"] == "lapsed"


async def test_an_order_of_an_unknown_customer_waits_and_is_evaluated_when_the_customer_is_known(
    open_books: OpenBooks,
) -> None:
    books = open_books()
    assert await books.handle(order("O-1", "600"), order("O-2", "600"), item("I-1", "100", "100")) == []
    assert (await books.order("O-1"))["decision"] == "waiting"
    published = await books.handle(customer("1000"))
    assert ids(published, CreditApproved) == ["O-1"]
    assert ids(published, CreditHeld) == ["O-2"]
    assert next(e for e in published if isinstance(e, CreditApproved)).exposure == 700


async def test_an_order_in_another_currency_is_held_for_a_person_and_stops_no_other(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "1000", "1000"))
    published = await books.handle(order("O-1", "100", currency="EUR"), order("O-2", "100"))
    held = next(e for e in published if isinstance(e, CreditHeld))
    assert [reason.code for reason in held.reasons] == ["other-currency"]
    assert (held.exposure, held.credit_limit) == (100, 0)
    assert ids(await books.handle(item("I-1", "1000", "0", 2)), CreditReleased) == ["O-2"]


async def test_an_order_cancelled_before_it_arrived_is_not_approved(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"))
    await books.handle(left("O-1", "0"))
    assert await books.handle(order("O-1", "100")) == []
    assert (await books.order("O-1"))["decision"] == "lapsed"


async def test_an_order_that_arrives_twice_is_decided_once(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"))
    await books.handle(order("O-1", "100"))
    assert await books.handle(order("O-1", "100")) == []
    assert (await books.account("C-1"))["open_orders_total"] == 100


async def test_an_invoiced_order_moves_to_the_item_without_a_gap(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"))
    await books.handle(order("O-1", "900"), order("O-2", "500"))
    assert ids(await books.handle(left("O-1", "0", 2, "INV-1", "900")), CreditReleased) == []
    assert ((await books.account("C-1"))["open_orders_total"], (await books.account("C-1"))["open_items_total"]) == (
        0,
        900,
    )
    assert ids(await books.handle(item("INV-1", "900", "900")), CreditReleased) == []
    assert (await books.account("C-1"))["open_items_total"] == 900
    assert ids(await books.handle(item("INV-1", "900", "0", 2)), CreditReleased) == ["O-2"]


async def test_a_held_account_holds_every_order_until_the_same_hold_is_lifted(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"))
    await books.handle(hold("H-1"), hold("H-2"))
    held = next(e for e in await books.handle(order("O-1", "10")) if isinstance(e, CreditHeld))
    assert [reason.text for reason in held.reasons] == ["The account is on hold: a promise was broken"] * 2
    assert ids(await books.handle(lift("H-1")), CreditReleased) == []
    assert ids(await books.handle(item("I-1", "50", "0", 2)), CreditReleased) == []
    assert ids(await books.handle(lift("H-2")), CreditReleased) == ["O-1"]


async def test_a_hold_lifted_before_it_was_requested_never_holds(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"))
    await books.handle(lift("H-1"))
    assert await books.handle(hold("H-1")) == []
    assert ids(await books.handle(order("O-1", "10")), CreditApproved) == ["O-1"]


async def test_a_limit_a_person_set_outlives_the_erps_unless_the_currency_changes(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"))
    await books.change("account", ("customer_id", "C-1"), limit_version=1, credit_limit=Decimal("300"))
    await books.handle(customer("5000", version=2, name="Acme Ltd"))
    assert ((await books.account("C-1"))["credit_limit"], (await books.account("C-1"))["name"]) == (300, "Acme Ltd")
    await books.handle(customer("700", version=3, currency="EUR"))
    assert (await books.account("C-1"))["credit_limit"] == 700


async def test_a_new_currency_counts_the_exposure_anew(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "70", "70"), item("I-2", "30", "30", currency="EUR"))
    assert (await books.account("C-1"))["open_items_total"] == 70
    await books.handle(customer("1000", version=2, currency="EUR"))
    assert (await books.account("C-1"))["open_items_total"] == 30


async def test_an_older_version_of_the_customer_changes_nothing(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000", version=5))
    await books.handle(customer("1", version=4))
    assert (await books.account("C-1"))["credit_limit"] == 1000


async def test_every_decision_is_kept_with_who_took_it_and_why(open_books: OpenBooks) -> None:
    books = open_books(date(2024, 3, 2))
    await books.handle(customer("100"))
    await books.handle(order("O-1", "300"))
    await books.handle(customer("500", version=2))
    rows = await books.rows("order_decision")
    kept = [(row["order_id"], row["decision"], row["decided_on"], row["decided_by"]) for row in rows]
    assert kept == [("O-1", "held", DAY, "system"), ("O-1", "released", date(2024, 3, 2), "system")]
