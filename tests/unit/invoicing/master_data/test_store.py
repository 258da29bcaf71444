"""Customers and items are read from the database as they were saved."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from services.invoicing.master_data import store
from services.invoicing.master_data.domain import Customer, Item, unsupported_terms
from shared.kernel.payment_terms import DiscountStage, Instalment, PaymentTerms
from tests.kit.events.sample import customer, item

CUSTOMER_COLUMNS = (
    "customer_id version company_id name currency terms price_list_id jurisdiction tax_exempt active bill_to_id"
)
ITEM_COLUMNS = "item_id version description unit taxable active"


def test_a_customer() -> None:
    buyer = Customer.of(customer())
    row = dict(zip(CUSTOMER_COLUMNS.split(), store.CUSTOMERS.to_row(buyer), strict=True))
    assert store.CUSTOMERS.from_row(row) == buyer


@pytest.mark.parametrize(
    "terms", [{"net_days": 30, "end_of_month": "after_days", "days_of_month": [10]}, {"fixed_dates": ["2026-03-31"]}]
)
def test_a_customer_with_other_terms_than_net_days(terms: dict[str, Any]) -> None:
    buyer = Customer.of(customer(terms=terms))
    row = dict(zip(CUSTOMER_COLUMNS.split(), store.CUSTOMERS.to_row(buyer), strict=True))
    assert store.CUSTOMERS.from_row(row) == buyer


@pytest.mark.parametrize(
    ("terms", "sentence"),
    [
        (PaymentTerms(30, end_of_month="after_days"), None),
        (PaymentTerms(instalments=(Instalment(10, percent=Decimal(50)),) * 2), None),
        (PaymentTerms(30, discounts=(DiscountStage(10, percent=Decimal(3)),)), "discounts in stages"),
    ],
)
def test_terms_that_invoices_cannot_have_are_named(terms: PaymentTerms, sentence: str | None) -> None:
    refused = unsupported_terms(terms)
    assert refused is None if sentence is None else refused is not None and sentence in refused


def test_an_item() -> None:
    sold = Item.of(item())
    assert store.ITEMS.from_row(dict(zip(ITEM_COLUMNS.split(), store.ITEMS.to_row(sold), strict=True))) == sold


@pytest.mark.parametrize(
    ("stored", "shown"), [("2.0000", "2"), ("20.0000", "20"), ("8.8750", "8.875"), ("0.0000", "0")]
)
def test_percentages_have_no_trailing_zeros(stored: str, shown: str) -> None:
    assert str(store.without_trailing_zeros(Decimal(stored))) == shown
