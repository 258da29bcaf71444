"""Customers and open items as rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import asyncpg

from services.cash_app.open_items.domain.document_number import document_key
from services.cash_app.open_items.domain.open_item import OpenItem
from shared.chassis.transaction.row_conversion import RowConversion
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.cash_app import OpenItemChanged
from shared.kernel.money import round_half_up


@dataclass(slots=True)
class Customer:
    """A customer as the ERP knows them; version 0 until the ERP has published the customer."""

    customer_id: str
    version: int
    company_id: str | None
    name: str | None
    currency: str | None


def item_from_row(row: asyncpg.Record) -> OpenItem:
    currency = row["currency"]
    return OpenItem(
        item_id=row["item_id"],
        item_version=row["item_version"],
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        document_number=row["document_number"],
        currency=currency,
        original_amount=round_half_up(row["original_amount"], currency),
        open_amount=round_half_up(row["open_amount"], currency),
        document_date=row["document_date"],
        due_date=row["due_date"],
        discount_date=row["discount_date"],
        discount_amount=round_half_up(row["discount_amount"], currency),
        discount_taken=round_half_up(row["discount_taken"], currency),
        disputed=row["disputed"],
        moved_on=row["moved_on"],
        open_since=row["open_since"],
        kind=row["kind"],
        terms=row["terms"],
    )


def item_to_row(item: OpenItem) -> tuple[Any, ...]:
    return (
        item.customer_id,
        item.item_id,
        item.item_version,
        item.company_id,
        item.document_number,
        document_key(item.document_number),
        item.currency,
        item.original_amount,
        item.open_amount,
        item.document_date,
        item.due_date,
        item.discount_date,
        item.discount_amount,
        item.discount_taken,
        item.disputed,
        item.moved_on,
        item.closed_on,
        item.open_since,
        item.kind,
        item.terms,
    )


def movement_row(changed: OpenItemChanged) -> tuple[Any, ...]:
    """A row for `insert_item_movements`."""
    return (
        changed.customer_id,
        changed.item_id,
        changed.item_version,
        changed.company_id,
        changed.currency,
        changed.business_date,
        changed.change,
        changed.cause,
        changed.cause_id,
    )


_CUSTOMER: Final = RowConversion(Customer)
CUSTOMERS: Final = Table[str, Customer](
    load="load_customers",
    save="save_customers",
    key=lambda customer: customer.customer_id,
    from_row=_CUSTOMER.from_row,
    to_row=_CUSTOMER.to_row,
)
ITEMS: Final = Table[tuple[str, str], OpenItem](
    load="load_items",
    save="save_items",
    key=lambda item: (item.customer_id, item.item_id),
    from_row=item_from_row,
    to_row=item_to_row,
)
