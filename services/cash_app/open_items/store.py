"""Customers and open items as rows."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

import asyncpg

from services.cash_app.open_items.domain.discount_tax import NOTHING, ItemTax, TaxPart
from services.cash_app.open_items.domain.document_number import document_key, reference_key
from services.cash_app.open_items.domain.known_document import KnownDocument
from services.cash_app.open_items.domain.open_item import OpenItem, discount_on
from shared.chassis.transaction.row_conversion import RowConversion
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.cash_app import OpenItemChanged
from shared.kernel.money import round_half_up

REFERENCE_CHARACTERS_MAX: Final = 80
"""Of a longer reference only the beginning is compared."""


@dataclass(slots=True)
class Customer:
    """A customer as the ERP knows them; version 0 until the ERP has published the customer."""

    customer_id: str
    version: int
    company_id: str | None
    name: str | None
    currency: str | None
    bill_to_id: str | None = None
    """The customer who pays for what this one orders; None: itself."""


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
        order_id=row["order_id"],
        customer_reference=row["customer_reference"],
        credited=_taken_off(row["credited"], currency),
        deducted=_taken_off(row["deducted"], currency),
        tolerated=_taken_off(row["tolerated"], currency),
        written_off=_taken_off(row["written_off"], currency),
        given_back=_taken_off(row["given_back"], currency),
        taxes=_taxes_of(row["taxes"]),
        deducted_from=row["deducted_from"],
        written_off_on=row["written_off_on"],
    )


def known_from_row(row: asyncpg.Record) -> KnownDocument:
    granted = discount_on(row["discountable"], row["discount_amount"], row["original_amount"], row["currency"])
    open_amount = row["open_amount"]
    left = min(max(open_amount, NOTHING), max(granted - row["discount_taken"], NOTHING))
    number, kind = row["document_number"], row["kind"]
    return KnownDocument(
        row["customer_id"], row["currency"], open_amount, open_amount - left, row["item_id"], number, kind
    )


def _taken_off(amount: Decimal, currency: str) -> Decimal:
    return round_half_up(amount, currency) if amount else NOTHING  # most items have none


def _taxes_of(stored: str) -> tuple[ItemTax, ...]:
    if stored == "[]":
        return ()
    return tuple(
        ItemTax(None if percent is None else Decimal(percent), Decimal(tax), Decimal(lowered))
        for percent, tax, lowered in json.loads(stored)
    )


def tax_parts_from_json(stored: str) -> tuple[TaxPart, ...]:
    """The tax in a discount by rate."""
    return tuple(
        TaxPart(None if percent is None else Decimal(percent), Decimal(tax)) for percent, tax in json.loads(stored)
    )


def _stored_taxes(item: OpenItem) -> str:
    if not item.taxes:
        return "[]"
    return json.dumps(
        [[None if percent is None else str(percent), str(tax), str(lowered)] for percent, tax, lowered in item.taxes]
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
        item.order_id,
        item.customer_reference,
        item.credited,
        item.deducted,
        item.tolerated,
        item.written_off,
        item.given_back,
        _stored_taxes(item),
        item.deducted_from,
        item.written_off_on,
    )


def reference_rows(item: OpenItem) -> Iterator[tuple[str, str, str, str, str]]:
    """Rows for `insert_document_references`: all that payers may write instead of the document's number."""
    names = (("number", item.document_number), ("order", item.order_id), ("purchase_order", item.customer_reference))
    for kind, name in names:
        key = reference_key(name)[:REFERENCE_CHARACTERS_MAX] if name else ""
        if key:
            yield (key, item.company_id, item.customer_id, item.item_id, kind)


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
