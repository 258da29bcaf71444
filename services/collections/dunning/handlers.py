"""The daily aging run: overdue amounts are summed anew, and dunning notices are sent."""

from __future__ import annotations

from services.collections.activities.activity_log import log_activity
from services.collections.deductions.domain import DUNNED_STATES
from services.collections.dunning.domain import notices
from services.collections.dunning.store import DUNNING_LADDER, insert_notice
from services.collections.receivables.credit_in_hand import load_credits
from services.collections.receivables.store import refresh_aging
from services.collections.work import CollectionsWork
from shared.chassis.declare.daily_run import DailyRun


async def age_and_dun(run: DailyRun, uow: CollectionsWork) -> str | None:
    """Ages the items of every customer with overdue ones, and sends the notices that are due."""
    day = run.business_date
    found = await uow.fetch("customers_with_overdue_items", run.company_id, run.after, day, run.limit)
    customers = await uow.customers.load(row["customer_id"] for row in found)
    ladder = (await uow.policy(DUNNING_LADDER)).on(day)
    steps = ladder.document.steps
    items = await uow.items.fetch(
        "load_items_to_dun",
        sorted(customers),
        run.company_id,
        day,
        [step.from_days for step in steps],
        [step.step for step in steps],
        [state.value for state in DUNNED_STATES],
    )
    credits = await load_credits(uow, {(item.customer_id, item.company_id) for item in items}, day) if items else {}
    for notice in notices(items, ladder.document, day, credits):
        insert_notice(uow, notice, ladder.version)
        uow.emit(notice.sent(ladder.version), cause=run)
        log_activity(uow, notice.activity(), run)
        notice.mark_sent()
    refresh_aging(uow, customers, run.company_id)
    return found[-1]["customer_id"] if len(found) == run.limit else None
