"""Items to charge, interest charged and its corrections, and the policy of finance charges: loaded and saved."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, Final

from services.collections.finance_charges.domain.corrections import ChargedInterest
from services.collections.finance_charges.domain.policy import FinanceCharges
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.transaction.row_conversion import RowConversion
from shared.chassis.transaction.unit_of_work import UnitOfWork

FINANCE_CHARGES = PolicyKind(
    name="finance_charges",
    document=FinanceCharges,
    default=Path(__file__).parent / "policy.json",
    changed_by=("controller",),
)

_CHARGED: Final = RowConversion(
    ChargedInterest,
    columns=(
        "customer_id", "item_id", "through", "company_id", "charge_id", "document_number", "currency", "after",
        "annual_percent", "day_count", "grace_days", "charged", "right_amount", "settled", "noticed_on", "request_id",
        "requested", "decided_by", "decision",
    ),
    amounts=("charged", "right_amount", "settled", "requested"),
)  # fmt: skip


async def load_charged_interest(uow: UnitOfWork, query: str, *arguments: Any) -> list[ChargedInterest]:
    """What was charged on items for months, locked, by one of the queries with these columns."""
    return [_CHARGED.from_row(row) for row in await uow.fetch(query, *arguments)]


def save_charged_interest(uow: UnitOfWork, charged: Iterable[ChargedInterest]) -> None:
    """Stores at the flush what was charged, and what is right of it."""
    for one in charged:
        uow.append("save_charged_interest", (*_CHARGED.to_row(one), one.correction_id))
