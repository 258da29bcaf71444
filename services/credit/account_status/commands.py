"""A credit manager suspends, resolves or closes an account."""

from __future__ import annotations

from services.credit.account_status.domain.reasons import CODE_OF_CAUSE
from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.account_state import StateCause
from services.credit.limits.limit_changes import load_credit_files, revoke_limit
from services.credit.order_authorization.account_lookup import no_account
from services.credit.order_authorization.domain.reasons import ROOM_AFTER_STATE_CHANGE
from services.credit.order_authorization.reevaluation import Trigger, reevaluate_held_orders
from services.credit.work import CreditWork
from shared.chassis.errors import Conflict
from shared.chassis.transaction.command import Command
from shared.contracts.invoicing import Reason


async def change_account_state(
    customer_id: str, cause: StateCause, reason: str, command: Command, uow: CreditWork
) -> CreditAccount:
    """Raises NotFound, and Conflict if the account's state does not allow the move."""
    account = (await uow.lock([customer_id]))[customer_id]
    if not account.has_master_data:
        raise no_account(customer_id)
    before, on = account.state, uow.business_date_of(account.company_id)
    moved = account.change_state(cause, [Reason(code=CODE_OF_CAUSE[cause], text=reason)], on)
    if not moved:
        raise Conflict(f"account {customer_id} is {before}: this state does not allow the change {cause.value!r}")
    uow.emit_all(moved, cause=command)
    uow.audit(command, cause.name.lower(), customer_id, before, account.state)
    if account.state == "Closed":
        file, by = (await load_credit_files([account], uow))[account.customer_id], command.person.name
        revoke_limit(account, file, by=by, reason=reason, on=on, cause=command, uow=uow)
    await reevaluate_held_orders(uow, {customer_id: Trigger(command, on, ROOM_AFTER_STATE_CHANGE)})
    return account
