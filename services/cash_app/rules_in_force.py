"""The application rules as a policy of the service, and what of them holds for a customer on a day."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Final

from services.cash_app.domain.application_rules import ApplicationRules, CustomerRules
from services.cash_app.domain.customer_book import Rules
from shared.chassis.declare.policies import PolicyKind, PolicyVersions

APPLICATION_RULES: Final = PolicyKind(
    name="application_rules",
    document=ApplicationRules,
    default=Path(__file__).parent / "policies" / "application_rules.json",
    changed_by=("controller", "credit_manager"),
)


def rules_in_force(versions: PolicyVersions[ApplicationRules]) -> Rules:
    """Answers by company, customer and value date; each question is worked out once."""
    answered: dict[tuple[str, str, date], tuple[int, CustomerRules]] = {}

    def in_force(company_id: str, customer_id: str, day: date) -> tuple[int, CustomerRules]:
        key = (company_id, customer_id, day)
        if key not in answered:
            version = versions.on(day)
            answered[key] = (version.version, version.document.of(company_id, customer_id))
        return answered[key]

    return in_force
