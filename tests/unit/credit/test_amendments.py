"""An order placed again with changes: what grew is judged again, what did not keeps its approval."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.credit import CreditApproved, CreditHeld, CreditReleased
from shared.contracts.event import Event
from shared.contracts.invoicing import OrderValidated
from tests.unit.credit.events import DAY, customer, left, order
from tests.unit.credit.in_memory import Books


def amended(order_id: str, total: str, revision: int = 2, **given: Any) -> OrderValidated:
    facts = {"revision": revision, "order_version": revision, "amended_on": DAY, **given}
    return order(order_id, total).model_copy(update=facts)


def decisions(events: list[Event]) -> list[tuple[str, str, int, int]]:
    return [
        (type(e).__name__, e.order_id, e.revision, e.decision_no)
        for e in events
        if isinstance(e, CreditApproved | CreditHeld | CreditReleased)
    ]


@pytest.fixture
def books() -> Books:
    return Books()


async def test_an_order_that_grew_is_judged_again_and_a_smaller_one_keeps_its_approval(books: Books) -> None:
    await books.hear(customer("1000"), order("O-1", "600"))
    said = await books.hear(amended("O-1", "1000.01"))
    assert decisions(said) == [("CreditHeld", "O-1", 2, 2)]
    assert books.account("C-1")["open_orders_total"] == 0
    # Smaller than what is held is judged as well: nothing of it was approved.
    assert decisions(await books.hear(amended("O-1", "900", 3))) == [("CreditApproved", "O-1", 3, 3)]
    (kept, _) = await books.hear(amended("O-1", "500", 4))
    assert isinstance(kept, CreditApproved)
    assert (kept.revision, kept.exposure) == (4, Decimal("500.00"))
    assert kept.remarks[0].text == "The order was amended to no more than the 900.00 USD approved on 2024-03-01."
    assert books.account("C-1")["open_orders_total"] == books.moved("open_orders") == 500


async def test_what_an_amendment_frees_lets_a_held_order_go(books: Books) -> None:
    await books.hear(customer("1000"), order("O-1", "800"), order("O-2", "400"))
    said = await books.hear(amended("O-1", "600"))
    assert decisions(said) == [("CreditApproved", "O-1", 2, 2), ("CreditReleased", "O-2", 1, 2)]
    assert books.account("C-1")["open_orders_total"] == 1000


async def test_growing_back_after_the_room_went_to_another_is_held(books: Books) -> None:
    await books.hear(customer("1000"), order("O-1", "800"), amended("O-1", "300"), order("O-2", "600"))
    assert decisions(await books.hear(amended("O-1", "800", 3))) == [("CreditHeld", "O-1", 3, 3)]


async def test_what_a_person_holds_stays_held_and_what_a_person_asked_for_lapses(books: Books) -> None:
    await books.hear(customer("1000"), order("O-1", "600"))
    said = '{"held_by": "Ann", "held_why": "wrong address", "signed_by": "Bob", "signed_amount": "600"}'
    books.order("O-1").update(decision="held", handling=said)
    books.account("C-1")["open_orders_total"] = Decimal(0)
    (held,) = await books.hear(amended("O-1", "100"))
    assert isinstance(held, CreditHeld)
    assert (held.revision, held.reasons[0].text) == (2, "Held by Ann: wrong address")
    assert books.order("O-1")["handling"] == '{"held_by": "Ann", "held_why": "wrong address"}'


async def test_revisions_count_in_whatever_order_they_come(books: Books) -> None:
    said = await books.hear(customer("1000"), amended("O-1", "300"))
    assert decisions(said) == [("CreditApproved", "O-1", 2, 1)]
    assert decisions(await books.hear(order("O-1", "900"))) == []
    assert books.order("O-1")["open_amount"] == 300
    # Its cancellation was heard before the amendment it comes after.
    await books.hear(left("O-1", "0", version=4))
    assert decisions(await books.hear(amended("O-1", "700", 3))) == []
    assert books.account("C-1")["open_orders_total"] == 0


async def test_an_amended_order_of_an_unknown_customer_is_judged_when_the_customer_is_known(books: Books) -> None:
    await books.hear(order("O-1", "900"), amended("O-1", "300"))
    assert decisions(await books.hear(customer("500"))) == [("CreditApproved", "O-1", 2, 1)]


@settings(max_examples=50, deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from(["O-1", "O-2", "O-3"]), st.integers(1, 1500)), min_size=1, max_size=12),
    cuts=st.integers(1, 4),
)
async def test_no_chain_of_amendments_passes_the_limit(steps: list[tuple[str, int]], cuts: int) -> None:
    """Whatever is amended how often and in which batches: the totals are those of the orders, and within the limit."""
    books, revisions, batch = Books(), dict.fromkeys(("O-1", "O-2", "O-3"), 0), list[Event]()
    await books.hear(customer("1000"))
    for n, (order_id, total) in enumerate(steps):
        revisions[order_id] += 1
        batch.append(amended(order_id, str(total), revisions[order_id]))
        if n % cuts == 0:
            await books.hear(*batch)
            batch = []
    await books.hear(*batch)
    granted = [r for r in books.tables["orders"].values() if r["decision"] in ("approved", "released")]
    total = sum(row["open_amount"] for row in granted)
    assert total == books.account("C-1")["open_orders_total"] == books.moved("open_orders") <= 1000
    assert all(row["revision"] == revisions[row["order_id"]] for row in books.tables["orders"].values())
