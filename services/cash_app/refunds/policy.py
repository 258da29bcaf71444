"""The policy `refund_rules`: who may approve refunds of which amount."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.cash_app.refunds.domain import RefundRules
from shared.chassis.declare.policies import PolicyKind

REFUND_RULES: Final = PolicyKind(
    name="refund_rules",
    document=RefundRules,
    default=Path(__file__).parent / "policy.json",
    changed_by=("controller",),
)
