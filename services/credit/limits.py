"""Limits put into force: at once, on a day to come, or back again when a temporary one has ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from services.credit.domain.account import CreditAccount
from services.credit.domain.credit_file import CreditFile, PlannedLimit
from services.credit.request_store import CREDIT_REQUESTS
from services.credit.store import CreditWork
from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.transaction.unit_of_work import Cause


async def files_of(accounts: Iterable[CreditAccount], uow: CreditWork) -> dict[str, CreditFile]:
    """The credit files of accounts that are locked; one that is missing is opened, to be reviewed by the policy."""
    known = {account.customer_id: account for account in accounts if account.known}
    files = await uow.files.load(known)
    policy = await uow.policy(CREDIT_REQUESTS)
    for customer_id in sorted(known.keys() - files.keys()):
        account, on = known[customer_id], uow.business_date
        file = CreditFile(customer_id, account.company_id)
        file.review_due_on = policy.on(on).document.review_due(file.risk_class, account.credit_limit, on)
        files[customer_id] = uow.files.put(file)
    return files


async def follow_customers(
    accounts: Iterable[CreditAccount], in_new_currency: Iterable[CreditAccount], uow: CreditWork
) -> None:
    """Opens the files of new customers. What was planned in a currency that is no longer the account's lapses."""
    files = await files_of(accounts, uow)
    for file in files.values():
        file.company_id = uow.accounts[file.customer_id].company_id
    for account in in_new_currency:
        files[account.customer_id].planned_limits = ()


def put_limit(
    account: CreditAccount, file: CreditFile, limit: PlannedLimit, today: date, uow: CreditWork, cause: Cause
) -> None:
    """The limit holds from its day on: at once, where that has come, else by the daily review."""
    now = file.plan(limit, today, account.credit_limit)
    if now is not None:
        _into_force(account, now, uow, cause)


async def limits_that_fall_due(run: DailyRun, customer_ids: Iterable[str], uow: CreditWork) -> None:
    """Limits that begin today, and limits that those fall back to whose time is over."""
    for file in await uow.files.fetch("load_files_with_limits_due", sorted(customer_ids), run.business_date):
        for limit in file.limits_due(run.business_date):
            _into_force(uow.accounts[file.customer_id], limit, uow, run)


def _into_force(account: CreditAccount, limit: PlannedLimit, uow: CreditWork, cause: Cause) -> None:
    limit_set = account.set_limit(
        limit.credit_limit, limit.set_by, limit.reason, limit.takes_effect_on, limit.valid_until, limit.request_id
    )
    uow.emit(limit_set, cause=cause, about=str(limit_set.limit_version))
    uow.append(
        "insert_limit_history",
        (
            limit_set.customer_id,
            limit_set.limit_version,
            limit_set.currency,
            limit_set.credit_limit,
            limit_set.previous_limit,
            limit_set.valid_from,
            limit_set.valid_until,
            limit_set.set_by,
            limit_set.reason,
            limit_set.request_id,
        ),
    )
