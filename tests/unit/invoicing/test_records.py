"""What is written down is read back as it was."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest

from services.invoicing import records
from services.invoicing.domain.invoices import ship
from services.invoicing.domain.masters import Customer, Item
from services.invoicing.domain.orders import Order
from services.invoicing.domain.pricing import Price
from services.invoicing.domain.stock import ask_again
from services.invoicing.domain.validation import judge
from tests.kit.sample import DAY, customer, item, order, price
from tests.unit.invoicing.stories import answered, approved, catalogue, lines

ORDER_COLUMNS = [
    "customer_id",
    "order_id",
    "company_id",
    "order_date",
    "currency",
    "customer_reference",
    "jurisdiction",
    "ship_complete",
    "fingerprint",
    "state",
    "net",
    "tax",
    "total",
    "open_amount",
    "order_version",
    "net_days",
    "discount_days",
    "discount_percent",
    "rules_version",
    "tax_version",
    "reasons",
    "lines",
    "questions",
    "questions_asked",
    "pick_lists",
    "steps",
    "approved_until",
    "decision_no",
    "stopped",
    "revision",
]


def written_and_read(taken: Order) -> Order:
    return records.order_from_row(dict(zip(ORDER_COLUMNS, records.order_to_row(taken), strict=True)))


def test_an_order_in_the_middle_of_everything() -> None:
    taken = approved(order(lines=lines(10, 3)))
    answered(taken, 4, 1)
    ask_again(taken, {1: 2}, {"I-1": 7}, DAY)
    taken.taken.clear()
    taken.listed = {1: 4, 2: 2}
    assert written_and_read(taken) == taken


def test_a_rejected_order() -> None:
    placed = order(quantity=0)
    taken = Order.of(placed)
    taken.reject(judge(placed, catalogue()).reasons)
    taken.taken.clear()
    assert written_and_read(taken) == taken


def test_masters_and_prices() -> None:
    buyer, sold, asked = Customer.of(customer()), Item.of(item()), Price.of(price(unit_price="0.123456"))
    names = "customer_id version company_id name currency net_days discount_days discount_percent price_list_id"
    row = dict(
        zip([*names.split(), "jurisdiction", "tax_exempt", "active"], records.customer_to_row(buyer), strict=True)
    )
    assert records.customer_from_row(row) == buyer
    names = "item_id version description unit taxable active"
    assert records.item_from_row(dict(zip(names.split(), records.item_to_row(sold), strict=True))) == sold
    names = "price_list_id item_id valid_from version currency breaks"
    assert records.price_from_row(dict(zip(names.split(), records.price_to_row(asked), strict=True))) == asked


@pytest.mark.parametrize(("kept", "told"), [("2.0000", "2"), ("20.0000", "20"), ("8.8750", "8.875"), ("0.0000", "0")])
def test_percentages_are_told_plainly(kept: str, told: str) -> None:
    assert str(records.plain(Decimal(kept))) == told


def test_an_invoice_row_has_its_lines_as_a_document() -> None:
    from tests.unit.invoicing.stories import shipment

    taken = approved()
    answered(taken, 10)
    invoice = ship(taken, shipment(taken, 1, {1: 10}))
    assert invoice is not None
    assert [line["unit_price"] for line in json.loads(records.invoice_to_row(invoice)[-1])] == ["10.00"]
