"""Tolerance: a difference so small that nobody asks for it is written off to an account of its own."""

from __future__ import annotations

from decimal import Decimal

from services.cash_app.domain.application_rules import ToleranceRules
from services.cash_app.domain.open_items import OpenItem


def within(missing: Decimal, item: OpenItem, rules: ToleranceRules) -> bool:
    """Whether `missing`, in the item's currency, is something and within the limits by amount and by per cent."""
    return 0 < missing <= rules.amount and missing * 100 <= item.open_amount * rules.percent
