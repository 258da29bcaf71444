"""Tables of stock: backorders, pick lists, and how often each item was replenished."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any, Final

from pydantic_core import to_json

from services.invoicing.stock.domain.backorders import Backorder
from shared.chassis.transaction.row_conversion import RowConversion
from shared.chassis.transaction.unit_of_work import Table, UnitOfWork
from shared.contracts.inv_ctrl import StockReplenished
from shared.contracts.invoicing import PickListReleased


class Replenishments:
    """How often each item was replenished, within one unit of work."""

    def __init__(self, uow: UnitOfWork) -> None:
        self._uow = uow

    async def read(self, items: Iterable[str]) -> dict[str, int]:
        """The counts so far, by item; not locked."""
        item_ids = sorted(set(items))
        if not item_ids:
            return {}
        rows = await self._uow.fetch("read_replenishments", item_ids)
        return {row["item_id"]: row["replenishments"] for row in rows}

    async def lock(self, items: Iterable[str]) -> dict[str, int]:
        """The same, and no other transaction counts a replenishment of these items until this one ends."""
        return await self._count(dict.fromkeys(items, 0))

    async def count(self, events: Iterable[StockReplenished]) -> dict[str, int]:
        """Adds these replenishments; the counts after them, by item."""
        return await self._count(Counter(event.item_id for event in events))

    async def _count(self, more: Mapping[str, int]) -> dict[str, int]:
        if not more:
            return {}
        items = sorted(more)
        rows = await self._uow.fetch("count_replenishments", items, [more[item_id] for item_id in items])
        return {row["item_id"]: row["replenishments"] for row in rows}


def pick_list_to_row(pick_list: PickListReleased) -> tuple[Any, ...]:
    return (
        pick_list.customer_id,
        pick_list.pick_list_id,
        pick_list.order_id,
        pick_list.company_id,
        pick_list.released_on,
        to_json([line.model_dump() for line in pick_list.lines]).decode(),
    )


_BACKORDER: Final = RowConversion(Backorder)
BACKORDERS: Final[Table[tuple[str, str, int], Backorder]] = Table(
    load="load_backorders",
    save="save_backorders",
    key=lambda backorder: (backorder.customer_id, backorder.order_id, backorder.line_no),
    from_row=_BACKORDER.from_row,
    to_row=_BACKORDER.to_row,
)
