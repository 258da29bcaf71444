"""Limits of what the ERP sends: an order above the limits of the business is received, so that it can be answered."""

from __future__ import annotations

import pytest

from shared.contracts.erp import OrderPlaced
from tests.contracts.examples import EXAMPLES


@pytest.mark.parametrize("count", [0, 501, 10_000])
def test_an_order_of_any_plausible_size_is_received(count: int) -> None:
    ordered = [{"line_no": min(n, 9999), "item_id": "ITEM-034", "quantity": 1} for n in range(1, count + 1)]
    assert len(OrderPlaced.model_validate({**EXAMPLES["OrderPlaced.v1"], "lines": ordered}).lines) == count
