"""Prices from the ERP."""

from __future__ import annotations

from services.invoicing.master_data.domain import is_newer
from services.invoicing.pricing.domain import Price
from services.invoicing.work import InvoicingWork
from shared.contracts.erp import PriceChanged


async def update_prices(events: list[PriceChanged], uow: InvoicingWork) -> None:
    """Prices are kept by the day from which they are valid; of one day the highest version is kept."""
    await uow.prices.load((event.price_list_id, event.item_id, event.valid_from) for event in events)
    for event in events:
        if is_newer(event, uow.prices.get((event.price_list_id, event.item_id, event.valid_from))):
            uow.prices.put(Price.of(event))
