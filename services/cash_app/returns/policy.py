"""The policy `return_rules`: the fee that a customer owes for a returned payment."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.cash_app.returns.domain import ReturnRules
from shared.chassis.declare.policies import PolicyKind

RETURN_RULES: Final = PolicyKind(
    name="return_rules",
    document=ReturnRules,
    default=Path(__file__).parent / "policy.json",
    changed_by=("controller",),
)
