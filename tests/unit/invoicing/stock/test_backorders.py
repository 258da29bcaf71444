"""Which orders request an item again when it is replenished."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.invoicing.orders.domain.order import Order
from services.invoicing.stock.domain.backorders import backorders_of, release_backorders
from shared.contracts.inv_ctrl import StockReplenished
from tests.kit.events.sample import COMPANY, DAY, order
from tests.unit.invoicing.stories import answered, approved, lines


def replenished(quantity: int, item_id: str = "I-1", company_id: str = COMPANY) -> StockReplenished:
    return StockReplenished(
        replenishment_id="REP-1", company_id=company_id, item_id=item_id, quantity=quantity, business_date=DAY
    )


def waiting(order_id: str, *quantities: int, days_old: int = 0, **given: Any) -> Order:
    """An order of which nothing is in stock."""
    placed = order(order_id, order_date=DAY - timedelta(days=days_old), lines=lines(*quantities), **given)
    accepted = approved(placed)
    answered(accepted, *(0 for _ in quantities))
    return accepted


def requested(event: StockReplenished, *orders: Order) -> dict[str, list[int]]:
    return {r.order_id: [line.quantity for line in r.lines] for _, r in release_backorders(event, orders, {})}


def test_the_oldest_order_comes_first_up_to_what_replenished() -> None:
    orders = waiting("O-1", 6), waiting("O-9", 5, days_old=3), waiting("O-2", 5)
    assert requested(replenished(8), *orders) == {"O-9": [5], "O-1": [3]}
    assert [b.quantity for b in backorders_of(orders[0])] == [3]


def test_only_the_replenished_item_is_requested() -> None:
    assert requested(replenished(9), waiting("O-1", 4, 4)) == {"O-1": [4]}
    assert requested(replenished(9, "I-2"), waiting("O-1", 4, 3)) == {"O-1": [3]}
    assert requested(replenished(9, company_id="2000"), waiting("O-1", 4)) == {}


def test_an_order_to_be_shipped_complete_requests_all_and_keeps_nothing_from_others() -> None:
    whole = waiting("O-1", 4, 3, ship_complete=True, days_old=1)
    assert requested(replenished(5), whole, waiting("O-2", 5)) == {"O-1": [4, 3], "O-2": [5]}
    single = waiting("O-3", 4, ship_complete=True, days_old=1)
    assert requested(replenished(5), single, waiting("O-4", 5)) == {"O-3": [4], "O-4": [1]}


def test_what_has_been_requested_again_is_not_requested_twice() -> None:
    one = waiting("O-1", 6)
    assert requested(replenished(4), one) == {"O-1": [4]}
    assert requested(replenished(4), one) == {"O-1": [2]}
    assert requested(replenished(4), one) == {}


@given(st.lists(st.integers(1, 9), min_size=1, max_size=6), st.integers(1, 40))
def test_never_more_is_requested_than_was_replenished_and_no_order_is_passed_over(
    quantities: list[int], quantity: int
) -> None:
    orders = [waiting(f"O-{n}", wanted, days_old=n) for n, wanted in enumerate(quantities)]
    requests = requested(replenished(quantity), *orders)
    assert sum(sum(line) for line in requests.values()) == min(quantity, sum(quantities))
    oldest_first = [f"O-{n}" for n in reversed(range(len(quantities)))]
    assert list(requests) == oldest_first[: len(requests)]
