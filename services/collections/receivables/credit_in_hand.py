"""Credit on account and unapplied money of customers: kept as cash_app reports its changes, and loaded."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date

from services.collections.receivables.domain.credit_in_hand import CreditInHand, CreditKey
from services.collections.receivables.store import refresh_aging
from services.collections.work import CollectionsWork
from shared.chassis.transaction.unit_of_work import UnitOfWork
from shared.contracts.cash_app import OnAccountChanged, UnappliedCashChanged
from shared.kernel.money import round_half_up


async def count_credit_on_account(changes: list[OnAccountChanged], uow: CollectionsWork) -> None:
    """Adds to the credit on account, in whatever order the changes arrive."""
    await _count(changes, "on_account", uow)


async def count_unapplied_money(changes: list[UnappliedCashChanged], uow: CollectionsWork) -> None:
    """Adds to the money that is not applied, in whatever order the changes arrive."""
    await _count(changes, "unapplied", uow)


async def _count(
    changes: Sequence[OnAccountChanged | UnappliedCashChanged], account: str, uow: CollectionsWork
) -> None:
    await uow.lock_customers({change.customer_id: change.company_id for change in changes})
    # At once and not at the flush: the sums of the worklist are taken anew there, with this credit.
    await uow.write(
        "add_to_credit",
        [(one.customer_id, one.company_id, one.currency, account, one.change) for one in changes],
    )
    for customer_id, company_id in sorted({(change.customer_id, change.company_id) for change in changes}):
        refresh_aging(uow, [customer_id], company_id)


async def load_credits(
    uow: UnitOfWork, customers: Collection[tuple[str, str]], day: date
) -> dict[CreditKey, CreditInHand]:
    """The credit of those (customer, company) who have any, with what is overdue of theirs on a day."""
    keys = [list(part) for part in zip(*sorted(customers), strict=True)]
    found: dict[CreditKey, CreditInHand] = {}
    for row in await uow.fetch("load_credits", *keys):
        key = row["customer_id"], row["company_id"], row["currency"]
        on_account, unapplied = (round_half_up(row[name], row["currency"]) for name in ("on_account", "unapplied"))
        found[key] = CreditInHand(on_account, unapplied)
    if found:
        owners = [list(part) for part in zip(*found, strict=True)]
        for row in await uow.fetch("overdue_items_with_credit", *owners, day):
            key = row["customer_id"], row["company_id"], row["currency"]
            found[key].overdue.append((row["due_date"], row["item_id"], round_half_up(row["open_amount"], key[2])))
    return found
