"""An order placed again with changes: if it grew it is evaluated again, else it keeps its approval. Stories, played on
every store."""

from __future__ import annotations

from decimal import Decimal

from shared.contracts.credit import CreditApproved, CreditHeld, CreditReleased
from shared.contracts.event import Event
from tests.unit.credit.books import OpenBooks
from tests.unit.credit.events import amended, customer, left, order


def decisions(events: list[Event]) -> list[tuple[str, str, int, int]]:
    return [
        (type(e).__name__, e.order_id, e.revision, e.decision_no)
        for e in events
        if isinstance(e, CreditApproved | CreditHeld | CreditReleased)
    ]


async def test_an_order_that_grew_is_evaluated_again_and_a_smaller_one_keeps_its_approval(
    open_books: OpenBooks,
) -> None:
    books = open_books()
    await books.handle(customer("1000"), order("O-1", "600"))
    published = await books.handle(amended("O-1", "1000.01"))
    assert decisions(published) == [("CreditHeld", "O-1", 2, 2)]
    assert (await books.account("C-1"))["open_orders_total"] == 0
    # Smaller than what is held is judged as well: nothing of it was approved.
    assert decisions(await books.handle(amended("O-1", "900", 3))) == [("CreditApproved", "O-1", 3, 3)]
    (kept, _) = await books.handle(amended("O-1", "500", 4))
    assert isinstance(kept, CreditApproved)
    assert (kept.revision, kept.exposure) == (4, Decimal("500.00"))
    assert kept.remarks[0].text == "The order was amended to no more than the 900.00 USD approved on 2024-03-01."
    assert (await books.account("C-1"))["open_orders_total"] == (await books.moved("open_orders")) == 500


async def test_what_an_amendment_frees_lets_a_held_order_go(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), order("O-1", "800"), order("O-2", "400"))
    published = await books.handle(amended("O-1", "600"))
    assert decisions(published) == [("CreditApproved", "O-1", 2, 2), ("CreditReleased", "O-2", 1, 2)]
    assert (await books.account("C-1"))["open_orders_total"] == 1000


async def test_growing_back_after_the_room_went_to_another_is_held(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), order("O-1", "800"), amended("O-1", "300"), order("O-2", "600"))
    assert decisions(await books.handle(amended("O-1", "800", 3))) == [("CreditHeld", "O-1", 3, 3)]


async def test_what_a_person_holds_stays_held_and_what_a_person_asked_for_lapses(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), order("O-1", "600"))
    given = '{"held_by": "Ann", "held_why": "wrong address", "signed_by": "Bob", "signed_amount": "600"}'
    await books.change("open_order", ("order_id", "O-1"), decision="held", instructions=given)
    await books.change("account", ("customer_id", "C-1"), open_orders_total=Decimal(0))
    (held,) = await books.handle(amended("O-1", "100"))
    assert isinstance(held, CreditHeld)
    assert (held.revision, held.reasons[0].text) == (2, "Held by Ann: wrong address")
    assert (await books.order("O-1"))["instructions"] == '{"held_by": "Ann", "held_why": "wrong address"}'


async def test_revisions_count_in_whatever_order_they_come(open_books: OpenBooks) -> None:
    books = open_books()
    published = await books.handle(customer("1000"), amended("O-1", "300"))
    assert decisions(published) == [("CreditApproved", "O-1", 2, 1)]
    assert decisions(await books.handle(order("O-1", "900"))) == []
    assert (await books.order("O-1"))["open_amount"] == 300
    # Its cancellation was consumed before the amendment it comes after.
    await books.handle(left("O-1", "0", version=4))
    assert decisions(await books.handle(amended("O-1", "700", 3))) == []
    assert (await books.account("C-1"))["open_orders_total"] == 0


async def test_an_amended_order_of_an_unknown_customer_is_evaluated_when_the_customer_is_known(
    open_books: OpenBooks,
) -> None:
    books = open_books()
    await books.handle(order("O-1", "900"), amended("O-1", "300"))
    assert decisions(await books.handle(customer("500"))) == [("CreditApproved", "O-1", 2, 1)]
