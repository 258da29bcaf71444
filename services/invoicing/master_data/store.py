"""Tables of customers and items, and payment terms as a column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from services.invoicing.master_data.domain import Customer, Item
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.terms import Terms
from shared.kernel.payment_terms import PaymentTerms

Row = Mapping[str, Any]


def customer_from_row(row: Row) -> Customer:
    return Customer(
        customer_id=row["customer_id"],
        version=row["version"],
        company_id=row["company_id"],
        name=row["name"],
        currency=row["currency"],
        terms=terms_from_row(row),
        price_list_id=row["price_list_id"],
        jurisdiction=row["jurisdiction"],
        tax_exempt=row["tax_exempt"],
        active=row["active"],
        bill_to_id=row["bill_to_id"],
    )


def customer_to_row(customer: Customer) -> tuple[Any, ...]:
    return (
        customer.customer_id,
        customer.version,
        customer.company_id,
        customer.name,
        customer.currency,
        terms_to_json(customer.terms),
        customer.price_list_id,
        customer.jurisdiction,
        customer.tax_exempt,
        customer.active,
        customer.bill_to_id,
    )


def item_from_row(row: Row) -> Item:
    return Item(**row)


def item_to_row(item: Item) -> tuple[Any, ...]:
    return (item.item_id, item.version, item.description, item.unit, item.taxable, item.active)


def terms_from_row(row: Row) -> PaymentTerms:
    """Payment terms from the column `terms`."""
    return _terms_from_json(row["terms"])


@lru_cache(maxsize=1_000)
def terms_to_json(terms: PaymentTerms) -> str:
    """The column `terms`, as in the contract. Most documents share a few terms."""
    return Terms.of(terms).model_dump_json()


@lru_cache(maxsize=1_000)
def _terms_from_json(text: str) -> PaymentTerms:
    terms = Terms.model_validate_json(text).payment_terms()
    return replace(terms, discount_percent=without_trailing_zeros(terms.discount_percent))


def without_trailing_zeros(percent: Decimal) -> Decimal:
    """2.0000 as 2, 20.0000 as 20, 8.8750 as 8.875."""
    whole = percent.to_integral_value()
    return whole if percent == whole else percent.normalize()


CUSTOMERS: Final[Table[str, Customer]] = Table(
    load="load_customers",
    save="save_customers",
    key=lambda customer: customer.customer_id,
    from_row=customer_from_row,
    to_row=customer_to_row,
)
ITEMS: Final[Table[str, Item]] = Table(
    load="load_items",
    save="save_items",
    key=lambda item: item.item_id,
    from_row=item_from_row,
    to_row=item_to_row,
)
