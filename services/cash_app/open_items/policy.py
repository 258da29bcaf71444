"""The policy `discount_tax_rules`: where an early-payment discount lowers the tax."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.cash_app.open_items.domain.discount_tax_rules import DiscountTaxRules
from shared.chassis.declare.policies import PolicyKind

DISCOUNT_TAX_RULES: Final = PolicyKind(
    name="discount_tax_rules",
    document=DiscountTaxRules,
    default=Path(__file__).parent / "discount_tax_rules.json",
    changed_by=("controller",),
)
