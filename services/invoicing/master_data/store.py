"""Tables of customers and items, and payment terms as a column."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from services.invoicing.master_data.domain import Customer, Item
from shared.chassis.transaction.row_conversion import RowConversion
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.terms import Terms
from shared.kernel.payment_terms import PaymentTerms

Row = Mapping[str, Any]


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


_CUSTOMER: Final = RowConversion(Customer, read={"terms": _terms_from_json}, write={"terms": terms_to_json})
_ITEM: Final = RowConversion(Item)
CUSTOMERS: Final[Table[str, Customer]] = Table(
    load="load_customers",
    save="save_customers",
    key=lambda customer: customer.customer_id,
    from_row=_CUSTOMER.from_row,
    to_row=_CUSTOMER.to_row,
)
ITEMS: Final[Table[str, Item]] = Table(
    load="load_items",
    save="save_items",
    key=lambda item: item.item_id,
    from_row=_ITEM.from_row,
    to_row=_ITEM.to_row,
)
