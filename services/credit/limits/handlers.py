"""Events that open credit files."""

from __future__ import annotations

from services.credit.limits.limit_changes import load_credit_files
from services.credit.work import CreditWork
from shared.contracts.erp import CustomerChanged


async def open_credit_files(customers: list[CustomerChanged], uow: CreditWork) -> None:
    """Opens the files of new customers. Limits that were planned in an earlier currency of the account lapse."""
    accounts = await uow.lock(customer.customer_id for customer in customers)
    files = await load_credit_files(accounts.values(), uow)
    for file in files.values():
        account = accounts[file.customer_id]
        file.company_id = account.company_id
        file.drop_planned_limits_in_other_currency(account.currency)
