"""Events that open accounts or change what customers owe."""

from __future__ import annotations

from services.credit.accounts.domain.exposure import ExposureMovement
from services.credit.accounts.exposure_updates import count_exposure, update_open_item
from services.credit.work import CreditWork
from shared.contracts.cash_app import OnAccountChanged, OpenItemChanged
from shared.contracts.collections import DunningSent
from shared.contracts.erp import CustomerChanged
from shared.kernel.money import round_half_up


async def update_accounts(customers: list[CustomerChanged], uow: CreditWork) -> None:
    """A customer's account opens with the ERP's limit. In a new currency its exposure is counted again."""
    accounts = await uow.lock(customer.customer_id for customer in customers)
    recounted = {
        c.customer_id: accounts[c.customer_id] for c in customers if accounts[c.customer_id].customer_changed(c)
    }
    await count_exposure(recounted.values(), uow)
    await uow.lock(accounts)


async def update_open_items(changes: list[OpenItemChanged], uow: CreditWork) -> None:
    """What the customer owes counts against the limit."""
    accounts = await uow.lock(change.customer_id for change in changes)
    await uow.items.load((change.customer_id, change.item_id) for change in changes)
    for change in changes:
        update_open_item(change, accounts[change.customer_id], uow)


async def update_money_on_account(changes: list[OnAccountChanged], uow: CreditWork) -> None:
    """Money on the customer's account lowers exposure until it is used."""
    accounts = await uow.lock((change.customer_id for change in changes), {change.currency for change in changes})
    for change in changes:
        customer_id, on, currency = change.customer_id, change.business_date, change.currency
        amount = round_half_up(change.change, currency)
        accounts[customer_id].profile.add_on_account(currency, amount)
        uow.record_movement(ExposureMovement(customer_id, on, "on_account", currency, -amount, change.payment_id))


async def record_dunning_steps(notices: list[DunningSent], uow: CreditWork) -> None:
    """The dunning step of an open item counts until the item is paid."""
    accounts = await uow.lock(notice.customer_id for notice in notices)
    items = await uow.items.load((n.customer_id, dunned.item_id) for n in notices for dunned in n.items)
    for notice in notices:
        for dunned in notice.items:
            item = items.get((notice.customer_id, dunned.item_id))
            if item is not None and item.open_amount:
                accounts[notice.customer_id].profile.set_dunning_step(dunned.item_id, notice.step)
