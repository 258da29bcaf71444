"""The policy `credit_limits`: who may grant which limit, and when accounts are reviewed."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.credit.limits.domain.limit_policy import LimitPolicy
from shared.chassis.declare.policies import PolicyKind

CREDIT_LIMITS: Final = PolicyKind(
    name="credit_limits",
    document=LimitPolicy,
    default=Path(__file__).parent / "policy.json",
    changed_by=("credit_manager",),
)
