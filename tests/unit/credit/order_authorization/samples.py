"""Policies and accounts for tests of the rules on orders."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from hypothesis import strategies as st

from services.credit.accounts.domain.account import CreditAccount
from services.credit.order_authorization.domain.credit_rules import CreditRules

DAY = date(2025, 3, 3)
SHIPPED: dict[str, Any] = {
    "warning_percent": "80",
    "at_limit_percent": "100",
    "authority": {"credit_analyst": "2000", "credit_manager": None},
}
amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(3000), places=2)


def rules(*listed: dict[str, Any], **more: Any) -> CreditRules:
    return CreditRules.model_validate({**SHIPPED, "rules": listed, **more})


def rule(name: str, field: str, effect: str = "blocking", **given: Any) -> dict[str, Any]:
    return {"name": name, "effect": effect, "field": field, **given}


def account(limit: str = "1000", **due: str) -> CreditAccount:
    """An account with items that fall due so many days after (d) or before (o) the day."""
    opened = CreditAccount("C-1", 1, "US01", "Acme", "USD", Decimal(limit))
    for when, amount in due.items():
        days = int(when[1:]) * (1 if when[0] == "d" else -1)
        opened.profile.add_due("USD", DAY + timedelta(days=days), Decimal(amount))
        opened.open_items_total += Decimal(amount)
    return opened
