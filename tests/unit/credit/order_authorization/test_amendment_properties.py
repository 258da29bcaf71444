"""What must hold for any chain of amendments."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.event import Event
from tests.kit.examples import examples
from tests.unit.credit.events import amended, customer
from tests.unit.credit.in_memory import InMemoryBooks


@settings(max_examples=examples(50), deadline=None)
@given(
    steps=st.lists(st.tuples(st.sampled_from(["O-1", "O-2", "O-3"]), st.integers(1, 1500)), min_size=1, max_size=12),
    cuts=st.integers(1, 4),
)
async def test_no_chain_of_amendments_passes_the_limit(steps: list[tuple[str, int]], cuts: int) -> None:
    """Whatever is amended how often and in which batches: the totals are those of the orders, and within the limit."""
    books, revisions, batch = InMemoryBooks(), dict.fromkeys(("O-1", "O-2", "O-3"), 0), list[Event]()
    await books.handle(customer("1000"))
    for n, (order_id, total) in enumerate(steps):
        revisions[order_id] += 1
        batch.append(amended(order_id, str(total), revisions[order_id]))
        if n % cuts == 0:
            await books.handle(*batch)
            batch = []
    await books.handle(*batch)
    granted = [r for r in books.tables["open_order"].values() if r["decision"] in ("approved", "released")]
    total = sum(row["open_amount"] for row in granted)
    assert total == (await books.account("C-1"))["open_orders_total"] == (await books.moved("open_orders")) <= 1000
    assert all(row["revision"] == revisions[row["order_id"]] for row in books.tables["open_order"].values())
