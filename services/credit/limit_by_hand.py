"""A limit that a credit manager sets without a request."""

from __future__ import annotations

from services.credit.domain.account import CreditAccount
from services.credit.domain.credit_file import PlannedLimit
from services.credit.limits import files_of, put_limit
from services.credit.request_store import CREDIT_REQUESTS
from services.credit.store import CreditWork
from services.credit.views import SetLimit
from shared.chassis.http import Command, Conflict, Forbidden, Unprocessable
from shared.kernel.money import Money, is_exact, round_half_up


async def set_by_hand(account: CreditAccount, body: SetLimit, command: Command, uow: CreditWork) -> None:
    """The limit holds from its first day to its last; the review falls due anew.

    Raises Conflict for a closed account, Forbidden above the person's authority, Unprocessable for a currency or
    dates that do not fit.
    """
    today, told = uow.business_date, Money(body.credit_limit, body.currency)
    if account.state == "Closed":
        raise Conflict(f"account {account.customer_id} is closed: only a new credit request can open it again")
    if body.currency != account.currency or not is_exact(body.credit_limit, body.currency):
        raise Unprocessable(
            f"the limit is given as {told}, but the account of {account.customer_id} is kept in "
            f"{account.currency}: give the limit in {account.currency}, rounded"
        )
    starts = body.valid_from or today
    if starts < today:
        raise Unprocessable(f"the limit would begin on {starts}, before today ({today}): leave valid_from out")
    if body.valid_until is not None and body.valid_until < starts:
        raise Unprocessable(
            f"the limit would end on {body.valid_until}, before it begins on {starts}: give a later end"
        )
    policy = (await uow.policy(CREDIT_REQUESTS)).on(today).document
    if not policy.authority.may_approve(command.person.roles, body.credit_limit):
        raise Forbidden(
            f"{told} is above what {command.person.name} may grant alone: POST /requests, so that a second one agrees"
        )
    file = (await files_of([account], uow))[account.customer_id]
    before = account.credit_limit
    limit = PlannedLimit(starts, body.credit_limit, body.valid_until, command.person.name, body.reason, None)
    put_limit(account, file, limit, today, uow, command)
    file.reviewed(policy, file.risk_class, body.credit_limit, today)
    uow.audit(command, "set_limit", account.customer_id, before, round_half_up(body.credit_limit, account.currency))
