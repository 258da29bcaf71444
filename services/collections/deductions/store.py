"""Deduction cases and their policy: loaded and saved."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.collections.deductions.domain import Deduction, DeductionRules, DeductionState
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.transaction.row_conversion import RowConversion
from shared.chassis.transaction.unit_of_work import Table

DEDUCTION_RULES = PolicyKind(
    name="deduction_rules",
    document=DeductionRules,
    default=Path(__file__).parent / "policy.json",
    changed_by=("credit_manager", "controller"),
)


_DEDUCTION: Final = RowConversion(
    Deduction,
    columns=(
        "customer_id", "deduction_id", "company_id", "document_number", "payment_id", "opened_on", "currency", "amount",
        "reason", "why", "payer_code", "payer_text", "payer_reference", "state", "collector", "requested_by",
        "granted_amount", "request_id", "decided_on", "decision",
    ),
    amounts=("amount", "granted_amount"),
    read={"state": DeductionState},
    write={"state": str},
)  # fmt: skip

DEDUCTIONS = Table[tuple[str, str], Deduction](
    load="load_deductions",
    save="save_deductions",
    key=lambda deduction: (deduction.customer_id, deduction.deduction_id),
    from_row=_DEDUCTION.from_row,
    to_row=_DEDUCTION.to_row,
)
