"""Customers, their open items and what is overdue of them: loaded and saved."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Final

from services.collections.receivables.domain.customers import Customer
from services.collections.receivables.domain.open_items import OpenItem
from shared.chassis.errors import NotFound
from shared.chassis.transaction.row_conversion import RowConversion
from shared.chassis.transaction.unit_of_work import Table, UnitOfWork


def _changes(text: str) -> dict[date, Decimal]:
    if text == "{}":
        return {}
    return {date.fromisoformat(day): Decimal(amount) for day, amount in json.loads(text).items()}


def _changes_text(changes: dict[date, Decimal]) -> str:
    return json.dumps({day.isoformat(): str(amount) for day, amount in sorted(changes.items())}) if changes else "{}"


_CUSTOMER: Final = RowConversion(Customer)
_ITEM: Final = RowConversion(
    OpenItem,
    columns=(
        "customer_id", "item_id", "item_version", "company_id", "document_number", "currency", "original_amount",
        "open_amount", "document_date", "due_date", "disputed", "last_dunning_step", "kind", "charged_until",
        "charge_carried", "closed_on", "changes",
    ),
    amounts=("original_amount", "open_amount"),
    read={"changes": _changes},
    write={"changes": _changes_text},
)  # fmt: skip

CUSTOMERS = Table[str, Customer](
    load="load_customers",
    save="save_customers",
    key=lambda customer: customer.customer_id,
    from_row=_CUSTOMER.from_row,
    to_row=_CUSTOMER.to_row,
)
OPEN_ITEMS = Table[tuple[str, str], OpenItem](
    load="load_items",
    save="save_items",
    key=lambda item: (item.customer_id, item.item_id),
    from_row=_ITEM.from_row,
    to_row=_ITEM.to_row,
)


def customer_not_found(customer_id: str) -> NotFound:
    """The error for a customer of whom neither master data nor an item has arrived."""
    return NotFound(f"customer {customer_id!r} is not known to collections: check the id, or wait for its first item")


def refresh_aging(uow: UnitOfWork, customer_ids: Iterable[str], company_id: str) -> None:
    """At the flush, after the items: sums what these customers owe the company past its due date on the company's day.

    They must be locked.
    """
    for customer_id in sorted(customer_ids):
        uow.append("refresh_aging", (customer_id, company_id, uow.days.of(company_id)))
