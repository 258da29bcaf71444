"""Master data and open items: the newest version counts."""

from __future__ import annotations

from services.collections.receivables.domain.open_items import OpenItem
from services.collections.receivables.store import refresh_aging
from services.collections.work import CollectionsWork
from shared.contracts.cash_app import OpenItemChanged
from shared.contracts.erp import CustomerChanged


async def update_customers(changes: list[CustomerChanged], uow: CollectionsWork) -> None:
    """Takes over each customer's name, company and e-mail address from the ERP."""
    customers = await uow.lock_customers({change.customer_id: change.company_id for change in changes})
    for change in changes:
        customers[change.customer_id].update(change)


async def update_open_items(changes: list[OpenItemChanged], uow: CollectionsWork) -> None:
    """Takes over what is owed from cash_app, and sums the overdue amounts anew where they may have changed."""
    await uow.lock_customers({change.customer_id: change.company_id for change in changes})
    items = await uow.items.load((change.customer_id, change.item_id) for change in changes)
    overdue_changed: set[tuple[str, str]] = set()
    for change in changes:
        key, today = (change.customer_id, change.item_id), uow.days.of(change.company_id)
        item = items.get(key)
        was_overdue = item is not None and item.is_overdue(today)
        if item is None:
            item = items[key] = uow.items.put(OpenItem.from_change(change))
        else:
            item.update(change)
        if was_overdue or item.is_overdue(today):
            overdue_changed.add((change.customer_id, change.company_id))
    for customer_id, company_id in sorted(overdue_changed):
        refresh_aging(uow, [customer_id], company_id)
