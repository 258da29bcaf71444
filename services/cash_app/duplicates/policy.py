"""The policy `duplicate_rules`: which payments are possible duplicates, and what happens to them."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.cash_app.duplicates.domain import DuplicateRules
from shared.chassis.declare.policies import PolicyKind

DUPLICATE_RULES: Final = PolicyKind(
    name="duplicate_rules",
    document=DuplicateRules,
    default=Path(__file__).parent / "policy.json",
    changed_by=("controller",),
)
