"""Approvals as rows."""

from __future__ import annotations

from typing import Any

from shared.components.approvals.domain import Approval, ApprovalState
from shared.kernel.money import round_half_up


def approval_from_row(row: Any) -> Approval:
    """An approval with its amount in the currency's decimals."""
    values = dict(row)
    values["amount"] = round_half_up(row["amount"], row["currency"])
    values["state"] = ApprovalState(row["state"])
    return Approval(**values)
