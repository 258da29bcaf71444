"""The daily run that assesses finance charges, and payments that become known after interest was charged."""

from __future__ import annotations

from services.collections.finance_charges.domain.charges import Assessment, assess, month_ended, terms_of
from services.collections.finance_charges.domain.corrections import charged_interest
from services.collections.finance_charges.domain.policy import FinanceCharges
from services.collections.finance_charges.store import FINANCE_CHARGES, load_charged_interest, save_charged_interest
from services.collections.work import CollectionsWork
from shared.chassis.declare.daily_run import DailyRun
from shared.contracts.cash_app import OpenItemChanged
from shared.contracts.invoicing import CreditMemoDeclined


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
    paid_since = through.replace(day=1)
    found = await uow.fetch(
        "customers_to_charge", run.company_id, run.after, run.business_date, paid_since, run.limit
    )  # fmt: skip
    customers = await uow.customers.load(row["customer_id"] for row in found)
    items = await uow.items.fetch(
        "load_items_to_charge", sorted(customers), run.company_id, through, paid_since, list(policy.kinds),
        policy.currencies, policy.disputed,
    )  # fmt: skip
    for assessment in assess(items, policy, through, on=run.business_date, policy_version=version.version):
        _charge(assessment, policy, run, uow)
    return str(found[-1]["customer_id"]) if len(found) == run.limit else None


def _charge(assessment: Assessment, policy: FinanceCharges, run: DailyRun, uow: CollectionsWork) -> None:
    charge, late = assessment.charge, assessment.late
    if charge is None:
        for one in late:
            one.item.charge_carried = True
        return
    after = {one.item.item_id: one.after for one in late}
    save_charged_interest(uow, charged_interest(charge, after, terms_of(policy, charge.currency)))
    for one in late:
        one.item.charged_until, one.item.charge_carried = charge.through, False
    uow.emit(charge, cause=run)


async def correct_charged_interest(changes: list[OpenItemChanged], uow: CollectionsWork) -> None:
    """A payment that counts from a day for which interest was charged: the difference waits for a person."""
    last: dict[tuple[str, str], OpenItemChanged] = {}
    for change in changes:
        item = uow.items.get((change.customer_id, change.item_id))
        counts_from = change.value_date or change.business_date
        if change.change and item is not None and item.charged_until and counts_from < item.charged_until:
            last[change.customer_id, change.item_id] = change
    if not last:
        return
    keys = [list(part) for part in zip(*sorted(last), strict=True)]
    charged = await load_charged_interest(uow, "load_charged_interest", *keys)
    for one in charged:
        change = last[one.customer_id, one.item_id]
        on = uow.days.of(one.company_id) or change.business_date
        one.recompute(uow.items[one.customer_id, one.item_id], max(on, change.business_date))
    save_charged_interest(uow, charged)


async def reopen_declined_corrections(declined: list[CreditMemoDeclined], uow: CollectionsWork) -> None:
    """A difference whose credit memo was declined waits for a person again."""
    found = await load_charged_interest(
        uow, "load_corrections_by_request", [event.request_id for event in declined]
    )  # fmt: skip
    why = {event.request_id: event for event in declined}
    for one in found:
        event = why[one.request_id or ""]
        one.declined(f"credit memo declined by {event.declined_by}: {event.reason}")
    save_charged_interest(uow, found)
