"""An invoice in instalments is an open item for each part."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from services.cash_app.open_items.domain.instalments import items_of_instalments
from services.cash_app.open_items.domain.open_item import item_of
from tests.kit.events.sample import DAY, invoice


def test_each_instalment_is_an_item_with_its_amount_and_due_date() -> None:
    parts = [
        {"item_id": "INV-1/1", "due_date": DAY + timedelta(days=30), "amount": "33.33"},
        {"item_id": "INV-1/2", "due_date": DAY + timedelta(days=60), "amount": "66.67"},
    ]
    posted = invoice(total="100.00", instalments=parts)
    items = items_of_instalments(posted, item_of(posted))
    assert [(i.item_id, i.document_number, i.due_date, i.original_amount, i.open_amount) for i in items] == [
        ("INV-1/1", posted.invoice_number, DAY + timedelta(days=30), Decimal("33.33"), Decimal("33.33")),
        ("INV-1/2", posted.invoice_number, DAY + timedelta(days=60), Decimal("66.67"), Decimal("66.67")),
    ]


def test_an_invoice_that_is_due_on_one_day_is_one_item() -> None:
    posted = invoice(total="100.00")
    whole = item_of(posted)
    assert items_of_instalments(posted, whole) == [whole]
