"""Customers and items from the ERP: the newest version is kept."""

from __future__ import annotations

from services.invoicing.master_data.domain import Customer, Item, is_newer, unsupported_terms
from services.invoicing.work import InvoicingWork
from shared.chassis.errors import EventRejected
from shared.contracts.erp import CustomerChanged, ItemChanged


async def update_customers(events: list[CustomerChanged], uow: InvoicingWork) -> None:
    """The newest version of a customer is kept. Raises EventRejected for terms that invoices cannot have."""
    await uow.customers.load(event.customer_id for event in events)
    for event in events:
        unsupported = unsupported_terms(event.terms.payment_terms())
        if unsupported:
            terms = event.terms.payment_terms()
            raise EventRejected(f"customer {event.customer_id} has the payment terms {terms}, but {unsupported}")
        if is_newer(event, uow.customers.get(event.customer_id)):
            uow.customers.put(Customer.of(event))


async def update_items(events: list[ItemChanged], uow: InvoicingWork) -> None:
    """The newest version of an item is kept."""
    await uow.items.load(event.item_id for event in events)
    for event in events:
        if is_newer(event, uow.items.get(event.item_id)):
            uow.items.put(Item.of(event))
