"""Closing an account: by a person, or by itself when what a suspended customer owes is written off."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from services.credit.domain.account import BY_ITSELF, CreditAccount
from services.credit.domain.account_state import Cause as StateCause
from services.credit.domain.credit_file import CreditFile, PlannedLimit
from services.credit.limits import files_of, put_limit
from services.credit.store import CREDIT_RULES, CreditWork
from shared.chassis.transaction.unit_of_work import Cause
from shared.contracts.cash_app import OpenItemChanged
from shared.contracts.invoicing import Reason
from shared.kernel.money import Money


async def close_what_is_written_off(changes: Sequence[OpenItemChanged], uow: CreditWork) -> None:
    """By policy, a suspended account is closed once an item of it is written off. The accounts are locked."""
    written_off = [change for change in changes if change.cause == "write_off"]
    suspended = [a for a in (uow.accounts[c.customer_id] for c in written_off) if a.state == "Suspended"]
    if not suspended:
        return
    rules, files = await uow.policy(CREDIT_RULES), await files_of(suspended, uow)
    for change in written_off:
        account, on = uow.accounts[change.customer_id], change.business_date
        if account.state != "Suspended" or not rules.on(on).document.write_off_closes:
            continue
        text = f"{Money(-change.change, change.currency)} of {change.document_number} was written off on {on}."
        uow.emit_all(
            account.moved_by(StateCause.WRITTEN_OFF, [Reason(code="written-off", text=text)], on), cause=change
        )
        take_the_limit(account, files[account.customer_id], BY_ITSELF, text, on, change, uow)


def take_the_limit(
    account: CreditAccount, file: CreditFile, by: str, reason: str, on: date, cause: Cause, uow: CreditWork
) -> None:
    """The limit of a closed account goes to nil, whatever was planned for it."""
    put_limit(account, file, PlannedLimit(on, account.credit_limit * 0, None, by, reason, None), on, uow, cause)
    file.closed_on = on
