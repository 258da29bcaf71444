"""Loading past decisions on orders, and what happened to the orders."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Final

from services.credit.what_if.domain.policy_trial import Difference, Outcome, PastDecision
from services.credit.work import ReadOnly
from shared.kernel.money import round_half_up

CHUNK: Final = 2_000
"""Decisions of a trial held in memory at a time."""


async def load_past_decisions(
    after: PastDecision | None, first_day: date, last_day: date, db: ReadOnly
) -> list[PastDecision]:
    """The next chunk; empty at the end of the span."""
    place = ("", 0) if after is None else (after.customer_id, after.decision_no)
    rows = await db.fetch("decisions_to_try", *place, first_day, last_day, CHUNK)
    return [PastDecision(*row) for row in rows]


async def load_outcomes(found: Sequence[Difference], db: ReadOnly) -> list[tuple[Difference, Outcome]]:
    """What happened to the orders that the trial decides differently."""
    if not found:
        return []
    customers, orders = [d.customer_id for d in found], [d.order_id for d in found]
    rows = await db.fetch("outcomes_of_orders", customers, orders, db.days.latest or date.max)
    known = {
        (row["customer_id"], row["order_id"]): Outcome(
            row["currency"], round_half_up(row["order_amount"], row["currency"]), row["sold"], row["late"]
        )
        for row in rows
    }
    return [(difference, known[difference.customer_id, difference.order_id]) for difference in found]
