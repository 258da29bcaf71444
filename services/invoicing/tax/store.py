"""The policy `tax_rates`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.invoicing.tax.domain import TaxRates
from shared.chassis.declare.policies import PolicyKind

TAX_RATES: Final = PolicyKind(
    "tax_rates", TaxRates, Path(__file__).with_name("policy.json"), changed_by=("controller",)
)
