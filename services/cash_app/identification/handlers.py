"""Customers' master data, and money in suspense that it identifies."""

from __future__ import annotations

from collections.abc import Sequence

from services.cash_app.identification.store import index_customer_names
from services.cash_app.identification.suspense import retry_suspended, retry_suspense_of
from services.cash_app.work import CashWork
from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.erp import CustomerChanged
from shared.contracts.invoicing import FinanceChargePosted, InvoicePosted


async def update_customers(changes: list[CustomerChanged], uow: CashWork) -> None:
    """Stores names and payer accounts; money in suspense that is now identified beyond doubt is applied."""
    latest = {change.customer_id: change for change in changes}
    await uow.execute("add_customers", sorted({*latest, *(c.bill_to_id for c in latest.values() if c.bill_to_id)}))
    await uow.subledgers(latest)
    newer = [change for change in latest.values() if change.version > uow.customers[change.customer_id].version]
    if not newer:
        return
    for change in newer:
        known = uow.customers[change.customer_id]
        known.version, known.company_id = change.version, change.company_id
        known.name, known.currency = change.name, change.currency
        known.bill_to_id = None if change.bill_to_id == change.customer_id else change.bill_to_id
    accounts = [(account, change.customer_id) for change in newer for account in change.payer_accounts]
    customers = sorted(change.customer_id for change in newer)
    await uow.execute("delete_payer_accounts", customers, *_columns(accounts))
    await uow.execute("add_payer_accounts", *_columns(accounts))
    await index_customer_names({change.customer_id: change.name for change in newer}, uow)
    causes: dict[str, Cause] = {change.customer_id: change for change in newer}
    await retry_suspense_of(causes, {account: causes[customer_id] for account, customer_id in accounts}, uow)


async def apply_suspense_of_new_customers(
    posted: list[InvoicePosted] | list[FinanceChargePosted], uow: CashWork
) -> None:
    """The first document of a customer makes the customer known: suspended money that names them is applied."""
    causes: dict[str, Cause] = {event.customer_id: event for event in posted if event.customer_id in uow.new_customers}
    uow.new_customers -= causes.keys()
    await retry_suspense_of(causes, {}, uow)


async def retry_suspense(run: DailyRun, uow: CashWork) -> str | None:
    """Each day, money in suspense whose customer has become known in the meantime is applied."""
    suspended = await uow.fetch("suspended_after", run.company_id, run.after, run.limit)
    await retry_suspended(suspended, lambda payment: run, uow)
    return suspended[-1]["payment_id"] if len(suspended) == run.limit else None


def _columns(accounts: Sequence[tuple[str, str]]) -> tuple[list[str], list[str]]:
    return [account for account, _ in accounts], [customer_id for _, customer_id in accounts]
