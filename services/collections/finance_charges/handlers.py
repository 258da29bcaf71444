"""The daily run that assesses finance charges on the first business day of a month."""

from __future__ import annotations

from services.collections.finance_charges.domain import assess, month_ended
from services.collections.finance_charges.store import FINANCE_CHARGES, load_items_to_charge, mark_charged
from services.collections.work import CollectionsWork
from shared.chassis.declare.daily_run import DailyRun


async def assess_finance_charges(run: DailyRun, uow: CollectionsWork) -> str | None:
    """On the first business day of a month: charges late payers for the days up to the end of the month before."""
    version = (await uow.policy(FINANCE_CHARGES)).on(run.business_date)
    policy = version.document
    if not policy.currencies:
        return None
    before = await uow.fetchrow("business_day_before", run.company_id, run.business_date)
    through = month_ended(run.business_date, before["business_date"] if before else None)
    if through is None:
        return None
    found = await uow.fetch("customers_with_overdue_items", run.company_id, run.after, run.business_date, run.limit)
    customers = await uow.customers.load(row["customer_id"] for row in found)
    items = await load_items_to_charge(uow, customers, run.company_id, policy, through=through)
    for charge in assess(items, policy, through, on=run.business_date, policy_version=version.version):
        mark_charged(uow, charge)
        uow.emit(charge, cause=run)
    return found[-1]["customer_id"] if len(found) == run.limit else None
