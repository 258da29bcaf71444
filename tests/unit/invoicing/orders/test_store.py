"""Orders are read from the database as they were saved."""

from __future__ import annotations

from services.invoicing.order_entry.domain.validation import validate
from services.invoicing.orders.domain.lines import BackorderedLine
from services.invoicing.orders.domain.order import Order
from services.invoicing.orders.store import order_from_row, order_to_row
from services.invoicing.stock.domain.requests import request_again
from tests.kit.events.sample import DAY, order
from tests.unit.invoicing.stories import answered, approved, catalogue, lines

ORDER_COLUMNS = [
    "customer_id",
    "order_id",
    "company_id",
    "order_date",
    "currency",
    "customer_reference",
    "ship_to_id",
    "jurisdiction",
    "ship_complete",
    "fingerprint",
    "state",
    "net",
    "tax",
    "total",
    "open_amount",
    "order_version",
    "terms",
    "rules_version",
    "tax_version",
    "reasons",
    "lines",
    "stock_requests",
    "stock_requests_made",
    "pick_lists",
    "steps",
    "approved_until",
    "decision_no",
    "stopped",
    "revision",
]


def written_and_read(accepted: Order) -> Order:
    return order_from_row(dict(zip(ORDER_COLUMNS, order_to_row(accepted), strict=True)))


def test_an_order_in_the_middle_of_everything() -> None:
    accepted = approved(order(lines=lines(10, 3)))
    answered(accepted, 4, 1)
    request_again(accepted, {1: 2}, {"I-1": 7}, DAY)
    accepted.new_steps.clear()
    accepted.listed_backorders = {1: BackorderedLine("I-1", 4), 2: BackorderedLine("I-2", 2)}
    assert written_and_read(accepted) == accepted


def test_a_rejected_order() -> None:
    placed = order(quantity=0)
    accepted = Order.of(placed)
    accepted.reject(validate(placed, catalogue()).reasons)
    accepted.new_steps.clear()
    assert written_and_read(accepted) == accepted
