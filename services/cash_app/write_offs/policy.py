"""The policy `write_off_rules`: who may write off which amount."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.cash_app.write_offs.domain import WriteOffRules
from shared.chassis.declare.policies import PolicyKind

WRITE_OFF_RULES: Final = PolicyKind(
    name="write_off_rules",
    document=WriteOffRules,
    default=Path(__file__).parent / "policy.json",
    changed_by=("controller",),
)
