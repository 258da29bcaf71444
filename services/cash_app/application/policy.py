"""The policies of application, and the rules in force for a customer on a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from services.cash_app.application.domain.application_rules import ApplicationRules, CustomerRules
from services.cash_app.application.domain.customer_subledger import Rules
from services.cash_app.application.domain.manual_application import ManualApplicationRules
from shared.chassis.declare.policies import PolicyKind, PolicyVersions

APPLICATION_RULES: Final = PolicyKind(
    name="application_rules",
    document=ApplicationRules,
    default=Path(__file__).parent / "application_rules.json",
    changed_by=("controller", "credit_manager"),
)
MANUAL_APPLICATION_RULES: Final = PolicyKind(
    name="manual_application_rules",
    document=ManualApplicationRules,
    default=Path(__file__).parent / "manual_application_rules.json",
    changed_by=("controller",),
)


def rules_in_force(versions: PolicyVersions[ApplicationRules]) -> Rules:
    """The rules by company, customer and value date; each is looked up once."""
    known: dict[tuple[str, str, date], tuple[int, CustomerRules]] = {}

    def in_force(company_id: str, customer_id: str, day: date) -> tuple[int, CustomerRules]:
        key = (company_id, customer_id, day)
        if key not in known:
            version = versions.on(day)
            known[key] = (version.version, version.document.of(company_id, customer_id))
        return known[key]

    return in_force
