"""What is sold: forty items, and what they cost on each price list."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from shared.contracts.erp import ItemChanged, PriceBreak, PriceChanged
from simulator.dice import Dice

_GOODS: Final = (
    ("Hex bolt M8, zinc", "0.1875"), ("Hex nut M8, zinc", "0.0625"), ("Flat washer M8", "0.0325"),
    ("Wood screw 4x40", "0.0475"), ("Wall anchor 10 mm", "0.1150"), ("Cable tie 300 mm", "0.0895"),
    ("Masking tape 50 m", "3.45"), ("Duct tape 25 m", "6.90"), ("Work gloves, leather", "8.75"),
    ("Work gloves, nitrile, box", "12.40"), ("Safety glasses", "9.95"), ("EventReader muffs", "18.50"),
    ("Hard hat, white", "16.20"), ("Safety vest", "7.80"), ("Dust mask, box of 20", "21.60"),
    ("First aid kit", "34.90"), ("LED lamp 10 W", "4.25"), ("LED tube 1500 mm", "11.90"),
    ("Extension lead 25 m", "42.00"), ("Socket set, 94 pieces", "89.00"), ("Torque wrench", "74.50"),
    ("Claw hammer", "19.95"), ("Tape measure 8 m", "10.75"), ("Spirit level 600 mm", "27.30"),
    ("Utility knife", "6.15"), ("Paint roller set", "14.80"), ("Wall paint, white, 10 l", "48.60"),
    ("Floor cleaner 5 l", "17.25"), ("Paper towels, case", "31.40"), ("Trash bags, case", "26.70"),
    ("Hand pallet truck", "389.00"), ("Step ladder, 6 treads", "118.00"), ("Storage shelf, steel", "146.50"),
    ("Cordless drill 18 V", "159.00"), ("Angle grinder 125 mm", "97.40"), ("Pressure washer", "264.00"),
    ("Shop vacuum 30 l", "178.00"), ("Air compressor 24 l", "229.00"), ("Garden hose 30 m", "36.80"),
    ("Drinking water, pallet", "212.00"),
)  # fmt: skip
_NOT_TAXABLE: Final = frozenset({"First aid kit", "Drinking water, pallet"})
_PRICE_LISTS: Final = {
    "USD-STD": Decimal("1.00"),
    "USD-KEY": Decimal("0.93"),
    "EUR-STD": Decimal("0.92"),
    "GBP-STD": Decimal("0.79"),
}
_BREAKS: Final = ((1, Decimal("1.00")), (10, Decimal("0.96")), (100, Decimal("0.91")))
_EXACT: Final = Decimal("0.0001")


@dataclass(frozen=True, slots=True)
class Item:
    item_id: str
    description: str
    unit_price: Decimal
    """Standard price in USD."""
    taxable: bool

    def changed(self) -> ItemChanged:
        return ItemChanged(item_id=self.item_id, version=1, description=self.description, taxable=self.taxable)

    def prices(self, version: int, valid_from: date) -> list[PriceChanged]:
        """The item's price on every list from a day on; a later version is raised by 2 % each."""
        raised = self.unit_price * (1 + Decimal("0.02") * (version - 1))
        return [
            PriceChanged(
                price_list_id=price_list_id,
                item_id=self.item_id,
                version=version,
                currency=price_list_id[:3],
                valid_from=valid_from,
                breaks=tuple(
                    PriceBreak(
                        minimum_quantity=quantity,
                        unit_price=(raised * factor * rebate).quantize(_EXACT, ROUND_HALF_UP),
                    )
                    for quantity, rebate in _BREAKS
                ),
            )
            for price_list_id, factor in _PRICE_LISTS.items()
        ]


def forty_items() -> dict[str, Item]:
    """The catalogue by item id; the same for every seed."""
    return {
        f"ITEM-{n:03}": Item(f"ITEM-{n:03}", description, Decimal(price), description not in _NOT_TAXABLE)
        for n, (description, price) in enumerate(_GOODS, start=1)
    }


def items_to_reprice(dice: Dice, items: Iterable[str], day: date) -> list[str]:
    """The three items whose prices rise at the beginning of a month."""
    return sorted(dice.on("reprice", day).sample(sorted(items), 3))
