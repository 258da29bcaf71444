"""The policy `credit_rules`: which orders are approved, what counts as exposure, who may release held orders."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.domain.order_decisions import RulesInForce
from shared.chassis.declare.policies import PolicyKind, PolicyVersions

CREDIT_RULES: Final = PolicyKind(
    name="credit_rules",
    document=CreditRules,
    default=Path(__file__).parent / "policy.json",
    changed_by=("credit_manager",),
)


def rules_on(versions: PolicyVersions[CreditRules], day: date) -> RulesInForce:
    """The rules that hold on a day."""
    found = versions.on(day)
    return RulesInForce(found.document, found.version, day)
