"""Limits take effect: at once, on a later day, or again when a temporary limit has ended."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from services.credit.accounts.domain.account import CreditAccount, LimitChange
from services.credit.limits.domain.credit_file import CreditFile
from services.credit.limits.policy import CREDIT_LIMITS
from services.credit.limits.store import limit_row
from services.credit.work import CreditWork
from shared.chassis.declare.daily_run import DailyRun
from shared.chassis.transaction.unit_of_work import Cause


async def load_credit_files(accounts: Iterable[CreditAccount], uow: CreditWork) -> dict[str, CreditFile]:
    """The credit files of locked accounts. A missing file is opened; the policy gives the day of its first review."""
    known = {account.customer_id: account for account in accounts if account.has_master_data}
    files = await uow.credit_files.load(known)
    policy = await uow.policy(CREDIT_LIMITS)
    for customer_id in sorted(known.keys() - files.keys()):
        account, on = known[customer_id], uow.business_date_of(known[customer_id].company_id)
        file = CreditFile(customer_id, account.company_id)
        file.review_due_on = policy.on(on).document.review_due(file.risk_class, account.credit_limit, on)
        files[customer_id] = uow.credit_files.put(file)
    return files


def apply_limit(
    account: CreditAccount, file: CreditFile, limit: LimitChange, *, today: date, cause: Cause, uow: CreditWork
) -> None:
    """The limit holds from its first day on: at once if that day has come, else the daily review sets it."""
    now = file.plan(limit, today, account.credit_limit)
    if now is not None:
        _set_limit(account, now, cause, uow)


def revoke_limit(
    account: CreditAccount, file: CreditFile, *, by: str, reason: str, on: date, cause: Cause, uow: CreditWork
) -> None:
    """The limit of a closed account is set to zero, and every planned limit lapses."""
    limit = LimitChange(on, account.currency, account.credit_limit * 0, None, by, reason, None)
    apply_limit(account, file, limit, today=on, cause=cause, uow=uow)
    file.closed_on = on


async def apply_due_limits(run: DailyRun, customer_ids: Iterable[str], uow: CreditWork) -> None:
    """Sets limits that begin today, and limits that an ended temporary limit falls back to."""
    due = await uow.credit_files.fetch("load_credit_files_with_limits_due", sorted(customer_ids), run.business_date)
    for file in due:
        for limit in file.limits_due(run.business_date):
            _set_limit(uow.accounts[file.customer_id], limit, run, uow)


def _set_limit(account: CreditAccount, limit: LimitChange, cause: Cause, uow: CreditWork) -> None:
    limit_set = account.set_limit(limit)
    uow.emit(limit_set, cause=cause, about=str(limit_set.limit_version))
    uow.append("insert_limit_history", limit_row(limit_set))
