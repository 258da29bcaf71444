"""A limit that a credit manager sets without a credit request."""

from __future__ import annotations

from datetime import date

from services.credit.accounts.domain.account import CreditAccount, LimitChange
from services.credit.limits.limit_changes import apply_limit, load_credit_files
from services.credit.limits.policy import CREDIT_LIMITS
from services.credit.limits.schemas import SetLimit
from services.credit.work import CreditWork
from shared.chassis.errors import Conflict, Forbidden, Unprocessable
from shared.chassis.transaction.command import Command
from shared.kernel.money import Money, is_exact, round_half_up


async def set_limit(account: CreditAccount, body: SetLimit, command: Command, uow: CreditWork) -> None:
    """The limit holds from its first day to its last; the next review is planned anew.

    Raises Conflict for a closed account, Forbidden above the person's authority, Unprocessable for a currency or
    dates that do not fit.
    """
    today = uow.business_date_of(account.company_id)
    starts = body.valid_from or today
    _check(account, body, starts, today)
    policy = (await uow.policy(CREDIT_LIMITS)).on(today).document
    if not policy.authority.may_approve(command.person.roles, body.credit_limit):
        raise Forbidden(
            f"{Money(body.credit_limit, body.currency)} is above what {command.person.name} may grant alone: "
            "POST /requests, so that a second person approves it"
        )
    file = (await load_credit_files([account], uow))[account.customer_id]
    before, by = account.credit_limit, command.person.name
    limit = LimitChange(starts, account.currency, body.credit_limit, body.valid_until, by, body.reason, None)
    apply_limit(account, file, limit, today=today, cause=command, uow=uow)
    file.reviewed(policy, file.risk_class, body.credit_limit, today)
    uow.audit(command, "set_limit", account.customer_id, before, round_half_up(body.credit_limit, account.currency))


def _check(account: CreditAccount, body: SetLimit, starts: date, today: date) -> None:
    if account.state == "Closed":
        raise Conflict(f"account {account.customer_id} is closed: only a new credit request can open it again")
    if body.currency != account.currency or not is_exact(body.credit_limit, body.currency):
        raise Unprocessable(
            f"the limit is given as {Money(body.credit_limit, body.currency)}, but the account of "
            f"{account.customer_id} is kept in {account.currency}: give the limit in {account.currency}, rounded"
        )
    if starts < today:
        raise Unprocessable(f"the limit would begin on {starts}, before today ({today}): leave valid_from out")
    if body.valid_until is not None and body.valid_until < starts:
        raise Unprocessable(
            f"the limit would end on {body.valid_until}, before it begins on {starts}: give a later end"
        )
