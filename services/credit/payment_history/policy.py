"""The policy `credit_scorecard`: points for how a customer has paid."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.credit.payment_history.domain.scorecard import Scorecard
from shared.chassis.declare.policies import PolicyKind

CREDIT_SCORECARD: Final = PolicyKind(
    name="credit_scorecard",
    document=Scorecard,
    default=Path(__file__).parent / "policy.json",
    changed_by=("credit_manager",),
)
