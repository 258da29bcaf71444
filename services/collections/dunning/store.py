"""Dunning notices and their policy: saved."""

from __future__ import annotations

from pathlib import Path

from services.collections.dunning.domain import DunningLadder, Notice
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.transaction.unit_of_work import UnitOfWork

DUNNING_LADDER = PolicyKind(
    name="dunning_ladder",
    document=DunningLadder,
    default=Path(__file__).parent / "policy.json",
    changed_by=("credit_manager",),
)


def insert_notice(uow: UnitOfWork, notice: Notice, policy_version: int) -> None:
    """Stores at the flush the notice, and which step was sent for which item."""
    uow.append(
        "insert_notices",
        (
            notice.customer_id, notice.notice_id, notice.company_id, notice.step.step, notice.step.name,
            notice.sent_on, notice.currency, notice.total, notice.credit, len(notice.items),
            policy_version,
        ),
    )  # fmt: skip
    for item in notice.dunned:
        uow.append(
            "insert_dunned_items",
            (
                notice.customer_id, item.item_id, notice.step.step, notice.notice_id, notice.sent_on,
                item.days_overdue, item.open_amount,
            ),
        )  # fmt: skip
