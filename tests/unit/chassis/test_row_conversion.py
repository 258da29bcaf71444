"""Rows become aggregates and rows again, and a name that does not exist is refused at import."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum
from typing import Any

import pytest

from shared.chassis.transaction.row_conversion import RowConversion


class State(Enum):
    OPEN = "open"
    CLOSED = "closed"


@dataclass
class Item:
    customer_id: str
    item_id: str
    currency: str
    open_amount: Decimal
    state: State = State.OPEN
    facts: list[str] = field(default_factory=list)


COLUMNS = ("item_id", "customer_id", "currency", "open_amount", "state")


def conversion(**options: Any) -> RowConversion[Item]:
    given: dict[str, Any] = {
        "columns": COLUMNS, "amounts": ["open_amount"], "read": {"state": State}, "write": {"state": lambda s: s.value},
    }  # fmt: skip
    return RowConversion(Item, **{**given, **options})


def test_a_row_becomes_an_aggregate_with_rounded_amounts_and_a_row_again_in_the_order_of_the_columns() -> None:
    row = {"customer_id": "C-1", "item_id": "I-1", "currency": "JPY", "open_amount": Decimal("10.5"), "state": "closed"}

    item = conversion().from_row(row)

    assert item == Item("C-1", "I-1", "JPY", Decimal(11), State.CLOSED)
    assert conversion().to_row(item) == ("I-1", "C-1", "JPY", Decimal(11), "closed")


def test_without_columns_all_fields_are_columns_in_their_order() -> None:
    assert RowConversion(Item).columns == ("customer_id", "item_id", "currency", "open_amount", "state", "facts")


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"columns": (*COLUMNS, "opened_amount")}, "no such fields: opened_amount"),
        ({"read": {"stat": State}}, "no such fields: stat"),
        ({"columns": COLUMNS[1:]}, "filled by no column: item_id"),
        ({"columns": COLUMNS[:-1]}, "no columns: state"),
        ({"columns": (*COLUMNS, "state")}, "columns given twice: state"),
        ({"currency": "money"}, "no such fields: money"),
    ],
)
def test_a_name_that_does_not_fit_is_refused_at_import(options: dict[str, Any], message: str) -> None:
    with pytest.raises(ValueError, match=f"rows of Item: {message}"):
        conversion(**options)
