"""Following what others say of items, orders and holds: what is known, and the account's totals beside it."""

from __future__ import annotations

from decimal import Decimal

from services.credit.domain.account import CreditAccount
from services.credit.domain.holds import Hold
from services.credit.domain.open_items import OpenItem
from services.credit.domain.orders import OpenOrder
from services.credit.domain.payment_facts import told_by
from services.credit.domain.standing import NEVER, Uncleared
from services.credit.store import CreditWork
from shared.contracts.cash_app import OpenItemChanged
from shared.contracts.invoicing import OpenOrderChanged, OrderValidated
from shared.kernel.money import round_half_up

NOTHING = Decimal(0)


def order_of(event: OrderValidated | OpenOrderChanged, uow: CreditWork) -> OpenOrder:
    """The order an event speaks of; one not heard of yet is opened."""
    known = uow.orders.get((event.customer_id, event.order_id))
    return known or uow.orders.put(OpenOrder(event.customer_id, event.order_id, event.company_id, event.currency))


def item_of(event: OpenItemChanged, uow: CreditWork) -> OpenItem:
    """The item an event speaks of; one not heard of yet is opened."""
    known = uow.items.get((event.customer_id, event.item_id))
    return known or uow.items.put(OpenItem(event.customer_id, event.item_id, event.currency))


def invoiced(change: OpenOrderChanged, invoice_id: str, account: CreditAccount, uow: CreditWork) -> None:
    """What was invoiced counts as an item at once, before cash_app has spoken of it."""
    item = uow.items.get((change.customer_id, invoice_id))
    if item is not None:
        item.order_id = change.order_id
        return
    item = uow.items.put(
        OpenItem.invoiced(change.customer_id, invoice_id, change.currency, change.invoiced_amount, change.order_id)
    )
    account.item_moved((NEVER, NOTHING), item)


def follow_item(change: OpenItemChanged, account: CreditAccount, uow: CreditWork) -> None:
    """Takes in what is owed now, what of it was paid but may not have cleared, the dated change, and the history."""
    item, standing = item_of(change, uow), account.standing
    before = item.due_date, item.open_amount
    item.changed(change)
    account.item_moved(before, item)
    amount = round_half_up(change.change, change.currency)
    uow.moved(change.customer_id, change.business_date, "open_items", change.currency, amount, change.item_id)
    if change.payment_method in account.valuation.rules.clearing_days:
        money = Uncleared(item.item_id, change.business_date, str(change.payment_method), item.currency, -amount)
        standing.paid(money)
        part = f"uncleared:{money.method}"
        uow.moved(change.customer_id, money.paid_on, part, money.currency, money.amount, item.item_id)
    elif change.item_version > 1 and amount > 0:
        standing.owed_again(item.item_id, amount)
    if not item.open_amount:
        standing.dunned(item.item_id, None)
    for day in told_by(change, item):
        uow.append("add_trade_days", day)


def hold_of(customer_id: str, hold_id: str, uow: CreditWork) -> Hold:
    """The hold; one not heard of yet is opened."""
    return uow.holds.get((customer_id, hold_id)) or uow.holds.put(Hold(customer_id, hold_id))


async def count_exposure(accounts: list[CreditAccount], uow: CreditWork) -> None:
    """For a new account, or one in a new currency, the totals are counted once; then they follow by differences."""
    for account in accounts:
        account.open_items_total = account.open_orders_total = account.open_orders_tax = NOTHING
        account.standing.orders_moved(account.currency, NOTHING, NOTHING)
    if not accounts:
        return
    for row in await uow.fetch("count_exposure", [account.customer_id for account in accounts]):
        account, currency = uow.accounts[row["customer_id"]], row["currency"]
        orders, tax = (round_half_up(row[name], currency) for name in ("open_orders_total", "open_orders_tax"))
        if currency == account.currency:
            account.open_items_total = round_half_up(row["open_items_total"], currency)
            account.open_orders_total, account.open_orders_tax = orders, tax
        else:
            account.standing.orders_moved(currency, orders, tax)
