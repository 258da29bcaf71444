"""An order that is not valid is rejected with every reason at once."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from services.invoicing.order_entry.domain.validation import validate
from tests.kit.events.sample import DAY, customer, item, order, price
from tests.unit.invoicing.stories import catalogue, lines


def codes(placed: Any, **known: Any) -> list[str]:
    return [reason.code for reason in validate(placed, catalogue(**known)).reasons]


def test_a_good_order_is_priced() -> None:
    reasons, priced = validate(order(lines=lines(10, 3)), catalogue())
    assert reasons == ()
    assert priced is not None
    assert [line.item.item_id for line in priced.lines] == ["I-1", "I-2"]
    assert priced.jurisdiction == "US-OR"


@pytest.mark.parametrize(
    ("placed", "known", "code"),
    [
        (order(customer_id="NOBODY"), {}, "unknown_customer"),
        (order(), {"customers": [customer(active=False)]}, "inactive_customer"),
        (order(company_id="2000"), {}, "other_company"),
        (order(), {"customers": [customer(bill_to_id="C-9")]}, "billed_to_another_customer"),
        (order(ship_to_id="C-2"), {}, "unknown_ship_to"),
        (order(ship_to_id="C-2"), {"customers": [customer(), customer("C-2", active=False)]}, "inactive_ship_to"),
        (
            order(ship_to_id="C-2"),
            {"customers": [customer(), customer("C-2", company_id="2000")]},
            "ship_to_of_other_company",
        ),
        (order(currency="EUR"), {"prices": [price(currency="EUR")]}, "other_currency"),
        (order(lines=lines(1, item_ids=("GONE",))), {}, "unknown_item"),
        (order(), {"items": [item(active=False)]}, "inactive_item"),
        (order(quantity=0), {}, "quantity_not_positive"),
        (order(quantity=-5), {}, "quantity_not_positive"),
        (order(quantity=100_001), {}, "quantity_too_large"),
        (order(), {"prices": [price("I-2")]}, "no_price"),
        (order(), {"prices": [price(currency="EUR")]}, "no_price"),
        (order(), {"prices": [price(valid_from=DAY + timedelta(days=1))]}, "no_price"),
        (order(quantity=4), {"prices": [price(breaks=[{"minimum_quantity": 5, "unit_price": "1"}])]}, "no_price"),
        (order(lines=[*lines(1), *lines(2)]), {}, "duplicate_line"),
        (order(jurisdiction="ATLANTIS"), {}, "unknown_jurisdiction"),
        (order(order_date=DAY + timedelta(days=366)), {}, "date_too_far_ahead"),
        (order(quantity=100_000), {"prices": [price(unit_price="10000000")]}, "amount_too_large"),
        (order("O" * 71), {}, "order_number_too_long"),
        (order(lines=[]), {}, "no_lines"),
        (order(lines=lines(*[1] * 501, item_ids=("I-1",) * 501)), {}, "too_many_lines"),
        (order(lines=lines(*[0] * 9_999, item_ids=("GONE",) * 9_999)), {}, "too_many_lines"),
    ],
)
def test_each_reason_is_a_sentence(placed: Any, known: dict[str, Any], code: str) -> None:
    reasons = validate(placed, catalogue(**known)).reasons
    assert [reason.code for reason in reasons] == [code]
    assert reasons[0].text.endswith(".")


def test_every_reason_is_given_not_just_the_first() -> None:
    placed = order(currency="EUR", jurisdiction="ATLANTIS", lines=[*lines(0, -1), *lines(1, item_ids=("GONE",))])
    assert sorted(codes(placed)) == [
        "duplicate_line", "other_currency", "quantity_not_positive", "quantity_not_positive", "unknown_item",
        "unknown_jurisdiction",
    ]  # fmt: skip


def test_before_the_first_business_day_no_date_is_too_far_ahead() -> None:
    assert codes(order(order_date=DAY + timedelta(days=9999)), today=None) == []


def test_exactly_a_year_ahead_may_be_ordered() -> None:
    assert codes(order(order_date=DAY + timedelta(days=365))) == []


def test_an_absurd_quantity_gives_a_sentence_of_bounded_length() -> None:
    reasons = validate(order(quantity=10**900), catalogue()).reasons
    assert [reason.code for reason in reasons] == ["quantity_too_large"]
    assert len(reasons[0].text) == 500


def test_the_tax_is_that_of_the_ship_to_and_the_terms_and_prices_are_those_of_the_bill_to() -> None:
    bill_to = customer(jurisdiction="US-OR", terms={"net_days": 45})
    branch = customer("C-2", jurisdiction="US-CA", terms={"net_days": 10}, price_list_id="NONE", bill_to_id="C-1")
    reasons, priced = validate(order(ship_to_id="C-2"), catalogue(customers=[bill_to, branch]))
    assert reasons == ()
    assert priced is not None
    assert (priced.jurisdiction, str(priced.terms)) == ("US-CA", "net 45")


def test_an_order_that_names_its_customer_as_ship_to_is_the_same_as_one_that_names_none() -> None:
    assert codes(order(ship_to_id="C-1")) == []
