"""Keeping open items, and the account's totals with them, as cash_app and invoicing report changes."""

from __future__ import annotations

from collections.abc import Collection
from decimal import Decimal

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.account_profile import Uncleared
from services.credit.accounts.domain.exposure import ExposureMovement
from services.credit.accounts.domain.open_items import OpenItem, trade_days_of
from services.credit.work import CreditWork
from shared.contracts.cash_app import OpenItemChanged
from shared.kernel.money import round_half_up

NOTHING = Decimal(0)


def update_open_item(change: OpenItemChanged, account: CreditAccount, uow: CreditWork) -> None:
    """Applies the change to the item, the totals, the uncleared money, the dated movements and the payment history."""
    item = _item_of(change, uow)
    before = item.due_date, item.open_amount
    item.changed(change)
    account.item_moved(before, item)
    amount = round_half_up(change.change, change.currency)
    customer_id, on = change.customer_id, change.business_date
    uow.record_movement(ExposureMovement(customer_id, on, "open_items", change.currency, amount, change.item_id))
    _update_uncleared(change, item, amount, account, uow)
    if not item.open_amount:
        account.profile.set_dunning_step(item.item_id, None)
    for day in trade_days_of(change, item):
        uow.append("add_trade_days", day)


def _item_of(event: OpenItemChanged, uow: CreditWork) -> OpenItem:
    """The item of an event; a new one is added."""
    known = uow.items.get((event.customer_id, event.item_id))
    return known or uow.items.put(OpenItem(event.customer_id, event.item_id, event.currency))


def _update_uncleared(
    change: OpenItemChanged, item: OpenItem, amount: Decimal, account: CreditAccount, uow: CreditWork
) -> None:
    """Money that may still bounce counts until it clears; an item that is open again takes it back."""
    if change.payment_method in account.valuation.rules.clearing_days:
        money = Uncleared(item.item_id, change.business_date, str(change.payment_method), item.currency, -amount)
        account.profile.add_uncleared(money)
        uow.record_movement(
            ExposureMovement(
                customer_id=change.customer_id,
                on=money.paid_on,
                part="uncleared",
                detail=money.method,
                currency=money.currency,
                change=money.amount,
                cause_id=item.item_id,
            )
        )
    elif change.item_version > 1 and amount > 0:
        account.profile.reduce_uncleared(item.item_id, amount)


async def count_exposure(accounts: Collection[CreditAccount], uow: CreditWork) -> None:
    """For a new account, or one in a new currency, the totals are counted once; then they follow by differences."""
    for account in accounts:
        account.open_items_total = account.open_orders_total = account.open_orders_tax = NOTHING
        account.profile.set_foreign_orders(account.currency, NOTHING, NOTHING)
    if not accounts:
        return
    for row in await uow.fetch("count_exposure", [account.customer_id for account in accounts]):
        account, currency = uow.accounts[row["customer_id"]], row["currency"]
        orders, tax = (round_half_up(row[name], currency) for name in ("open_orders_total", "open_orders_tax"))
        if currency == account.currency:
            account.open_items_total = round_half_up(row["open_items_total"], currency)
            account.open_orders_total, account.open_orders_tax = orders, tax
        else:
            account.profile.set_foreign_orders(currency, orders, tax)
