"""Rows to aggregates and back, where both have the same shape: derived from a dataclass's fields, once, at import.

The two functions are compiled from text, as `dataclasses` does with `__init__`, so that they run as fast as written
by hand: they are called for every row of every batch. A pair stays written by hand where a row has more than the
fields: a column derived from them (an open item's `closed_on`), or a nested value that several columns make up.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import MISSING, Field, fields
from typing import Any, Generic, TypeVar

from shared.kernel.money import round_half_up

A = TypeVar("A")
Convert = Callable[[Any], Any]


class RowConversion(Generic[A]):
    """`from_row` and `to_row` of a dataclass.

    `columns` are the columns of `to_row`, in the order in which the saving statement takes them; without them, all
    fields in their order. `amounts` are rounded half up to the exponent of the row's `currency`. `read` and `write`
    convert single columns (an enum, a JSON document). Fields that are not columns have to have a default.

    Raises ValueError at import for a name that is no field, and for a field that a row could not fill.
    """

    def __init__(
        self,
        kind: type[A],
        *,
        columns: Sequence[str] = (),
        amounts: Collection[str] = (),
        currency: str = "currency",
        read: Mapping[str, Convert] | None = None,
        write: Mapping[str, Convert] | None = None,
    ) -> None:
        known: dict[str, Field[Any]] = {field.name: field for field in fields(kind)}  # type: ignore[arg-type]
        self.columns = tuple(columns) or tuple(known)
        read, write = dict(read or {}), dict(write or {})
        used = {*self.columns, *amounts, *read, *write, *([currency] if amounts else ())}
        _refuse(kind, "no such fields", used - known.keys())
        _refuse(kind, "no columns", {*amounts, *read, *write, *([currency] if amounts else ())} - {*self.columns})
        _refuse(kind, "columns given twice", {name for name in self.columns if self.columns.count(name) > 1})
        _refuse(kind, "both amounts and converted", {*amounts} & read.keys())
        _refuse(kind, "filled by no column", {n for n, field in known.items() if _is_required(field)} - {*self.columns})
        self.from_row: Callable[[Any], A] = _compiled(
            "from_row(row)", f"kind({', '.join(_argument(n, amounts, currency, read) for n in self.columns)})",
            {"kind": kind, "round_half_up": round_half_up, **{f"read_{n}": convert for n, convert in read.items()}},
        )  # fmt: skip
        self.to_row: Callable[[A], tuple[Any, ...]] = _compiled(
            "to_row(aggregate)", f"({', '.join(_value(name, write) for name in self.columns)},)",
            {f"write_{name}": convert for name, convert in write.items()},
        )  # fmt: skip


def _refuse(kind: type[Any], what: str, names: Collection[str]) -> None:
    if names:
        raise ValueError(f"rows of {kind.__name__}: {what}: {', '.join(sorted(names))}")


def _is_required(field: Field[Any]) -> bool:
    return field.init and field.default is MISSING and field.default_factory is MISSING


def _argument(name: str, amounts: Collection[str], currency: str, read: Mapping[str, Convert]) -> str:
    value = f'row["{name}"]'
    if name in amounts:
        value = f'round_half_up({value}, row["{currency}"])'
    elif name in read:
        value = f"read_{name}({value})"
    return f"{name}={value}"


def _value(name: str, write: Mapping[str, Convert]) -> str:
    return f"write_{name}(aggregate.{name})" if name in write else f"aggregate.{name}"


def _compiled(signature: str, result: str, names: dict[str, Any]) -> Any:
    # Only names of fields get into the text, and those are identifiers.
    namespace = dict(names)
    exec(f"def {signature}:\n    return {result}\n", namespace)
    return namespace[signature.partition("(")[0]]
