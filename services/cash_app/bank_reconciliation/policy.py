"""The policies `own_accounts` and `bank_coding_rules`."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.cash_app.bank_reconciliation.domain.coding import BankCodingRules
from services.cash_app.bank_reconciliation.domain.own_accounts import OwnAccounts
from shared.chassis.declare.policies import PolicyKind

OWN_ACCOUNTS: Final = PolicyKind(
    name="own_accounts",
    document=OwnAccounts,
    default=Path(__file__).parent / "own_accounts.json",
    changed_by=("controller",),
)
BANK_CODING_RULES: Final = PolicyKind(
    name="bank_coding_rules",
    document=BankCodingRules,
    default=Path(__file__).parent / "bank_coding_rules.json",
    changed_by=("controller",),
)
