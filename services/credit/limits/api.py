"""Credit limits over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.credit.access import Manager
from services.credit.accounts.schemas import AccountChanged, AccountView
from services.credit.limits import commands
from services.credit.limits.schemas import SetLimit
from services.credit.order_authorization.account_lookup import lock_account, rules_in_force
from services.credit.order_authorization.domain.reasons import ROOM_AFTER_LIMIT_SET
from services.credit.order_authorization.reevaluation import reevaluate_after_command
from services.credit.work import CreditWork

router = APIRouter()


@router.put("/accounts/{customer_id}/limit")
async def set_limit(customer_id: str, body: SetLimit, command: Manager) -> AccountChanged:
    """Sets the credit limit, from a day and until a day; the ERP's limit no longer counts. Held orders that fit now
    are released."""

    async def work(uow: CreditWork) -> AccountChanged:
        account = await lock_account(customer_id, uow)
        await commands.set_limit(account, body, command, uow)
        released = await reevaluate_after_command(account, command, uow, ROOM_AFTER_LIMIT_SET)
        rules = (await rules_in_force(account.company_id, uow)).document
        return AccountChanged(account=AccountView.of(account, rules), released_orders=released)

    return await command.run(work, body)
