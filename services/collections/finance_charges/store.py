"""Items to charge, and the policy of finance charges: loaded and saved."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path

from services.collections.finance_charges.domain import FinanceCharges, LateItem
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.contracts.collections import FinanceChargeAssessed
from shared.kernel.money import round_half_up

FINANCE_CHARGES = PolicyKind(
    name="finance_charges",
    document=FinanceCharges,
    default=Path(__file__).parent / "policy.json",
    changed_by=("controller",),
)


async def load_items_to_charge(
    uow: UnitOfWork, customer_ids: Iterable[str], company_id: str, policy: FinanceCharges, *, through: date
) -> list[LateItem]:
    """The items of these customers that the policy charges for the days up to `through`, locked."""
    rows = await uow.fetch(
        "items_to_charge",
        sorted(customer_ids),
        company_id,
        through - timedelta(days=policy.grace_days),
        list(policy.kinds),
        policy.currencies,
        policy.disputed,
    )
    return [LateItem(**{**row, "open_amount": round_half_up(row["open_amount"], row["currency"])}) for row in rows]


def mark_charged(uow: UnitOfWork, charge: FinanceChargeAssessed) -> None:
    """Stores at the flush up to which day the items of the charge are charged."""
    for item in charge.items:
        uow.append("mark_items_charged", (charge.customer_id, item.item_id, charge.through))
