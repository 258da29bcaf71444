"""Ready-made items and promises; a test gives only the values that matter to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.collections.dunning.domain import DunningLadder
from services.collections.promises.domain.promise import Promise
from services.collections.promises.domain.receipts import Receipts
from services.collections.receivables.domain.open_items import OpenItem

SHIPPED = DunningLadder.model_validate_json(
    (Path(__file__).parents[3] / "services/collections/dunning/policy.json").read_bytes()
)
DUE = date(2026, 3, 2)


def open_item(item_id: str = "INV-1", **changes: Any) -> OpenItem:
    """100.00 USD due on 2 March 2026, never dunned."""
    known: dict[str, Any] = {
        "item_id": item_id,
        "item_version": 1,
        "customer_id": "C-1",
        "company_id": "1000",
        "document_number": f"No-{item_id}",
        "currency": "USD",
        "original_amount": Decimal("100.00"),
        "open_amount": Decimal("100.00"),
        "document_date": date(2026, 1, 31),
        "due_date": DUE,
        "disputed": False,
    }
    return OpenItem(**{**known, **changes})


def promise(**changes: Any) -> Promise:
    """500.00 USD promised on 2 March for 6 March 2026."""
    known: dict[str, Any] = {
        "promise_id": "C-1/P1",
        "customer_id": "C-1",
        "company_id": "1000",
        "currency": "USD",
        "amount": Decimal("500.00"),
        "made_on": date(2026, 3, 2),
        "due_on": date(2026, 3, 6),
        "made_by": "Pat",
        "already_applied": Decimal("0.00"),
    }
    return Promise(**{**known, **changes})


def received(**by_day: str) -> Receipts:
    """`received(d3="200.00")`: 200.00 applied on 3 March 2026."""
    return Receipts(tuple((date(2026, 3, int(day[1:])), Decimal(amount)) for day, amount in sorted(by_day.items())))
