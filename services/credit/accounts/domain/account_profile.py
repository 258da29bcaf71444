"""What credit knows of an account in addition to its totals: due amounts by day, collateral, broken promises.

The account's row carries it as one JSON document, so that a decision reads no other table. The document is parsed at
its first use and written only if it changed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Final

from pydantic_core import from_json, to_json

NEVER_DUE: Final = date(2099, 12, 31)
"""The due day of an item that cannot be overdue: it is disputed, or cash_app has not reported it yet."""
NOTHING: Final = Decimal(0)
_EMPTY: Final[dict[str, Any]] = {}
_OTHER_PARTS: Final = ("orders", "uncleared", "on_account", "collateral")
"""Parts that count in addition to the account's own items and orders."""


@dataclass(frozen=True, slots=True)
class Uncleared:
    """Money applied to an item that the bank may still take back."""

    item_id: str
    paid_on: date
    method: str
    currency: str
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Collateral:
    """What secures the account from one day to another; amount in `currency`."""

    collateral_id: str
    kind: str
    currency: str
    amount: Decimal
    valid_from: date
    expires_on: date | None

    def in_force(self, on: date) -> bool:
        return self.valid_from <= on and (self.expires_on is None or on <= self.expires_on)


class AccountProfile:
    """The document, with a method for each kind of change. Amounts are kept by currency."""

    __slots__ = ("_content", "_text", "changes")

    def __init__(self, text: str = "{}") -> None:
        self._text: str | None = text
        self._content: dict[str, Any] | None = None
        self.changes = 0

    @property
    def text(self) -> str:
        if self._text is None:
            self._text = to_json(self._content).decode()
        return self._text

    def _parts(self) -> dict[str, Any]:
        if self._content is None:
            assert self._text is not None
            self._content = from_json(self._text)
        return self._content

    def _part(self, name: str) -> dict[str, Any]:
        part: dict[str, Any] = self._parts().get(name, _EMPTY)
        return part

    def _changed(self, name: str) -> dict[str, Any]:
        part: dict[str, Any] = self._parts().setdefault(name, {})
        self._text = None
        self.changes += 1
        return part

    def _add(self, name: str, key: str, change: Decimal) -> None:
        part = self._changed(name)
        total = Decimal(part.get(key, "0")) + change
        if total:
            part[key] = str(total)
        else:
            part.pop(key, None)

    def _put(self, name: str, key: str, value: Any | None) -> None:
        if value is None:
            if key in self._part(name):
                self._changed(name).pop(key)
        elif self._part(name).get(key) != value:
            self._changed(name)[key] = value

    # What is owed and ordered

    def add_due(self, currency: str, due: date, change: Decimal) -> None:
        if change:
            self._add("due", _due_key(currency, due), change)

    def due_amounts(self, currency: str) -> list[tuple[date, Decimal]]:
        """Open amounts in `currency` by due day."""
        return [
            (date.fromisoformat(key[4:]), Decimal(amount))
            for key, amount in self._part("due").items()
            if key.startswith(currency)
        ]

    def overdue(self, currency: str, on: date) -> tuple[int, Decimal]:
        """Days the oldest item in `currency` is overdue, and all that is overdue."""
        today = _due_key(currency, on)
        late = [(key, amount) for key, amount in self._part("due").items() if key < today and key[:3] == currency]
        if not late:
            return 0, NOTHING
        oldest = date.fromisoformat(min(late)[0][4:])
        return (on - oldest).days, sum((Decimal(amount) for _, amount in late), NOTHING)

    def due_by_currency(self) -> dict[str, Decimal]:
        return _by_currency(self._part("due"))

    def add_foreign_order(self, currency: str, change: Decimal, tax: Decimal) -> None:
        """Adds approved orders in another currency than the account's."""
        if change:
            self._add("orders", currency, change)
        if tax:
            self._add("orders_tax", currency, tax)

    def foreign_orders_by_currency(self, with_tax: bool) -> dict[str, Decimal]:
        orders = {currency: Decimal(amount) for currency, amount in self._part("orders").items()}
        if not with_tax:
            for currency, tax in self._part("orders_tax").items():
                orders[currency] = orders.get(currency, NOTHING) - Decimal(tax)
        return orders

    def set_foreign_orders(self, currency: str, amount: Decimal, tax: Decimal) -> None:
        """Sets what is on order in a currency, after the account changed to another one."""
        for name, value in (("orders", amount), ("orders_tax", tax)):
            self._put(name, currency, str(value) if value else None)

    def has_other_exposure(self, currency: str) -> bool:
        """Whether anything counts in addition to items and orders in `currency`."""
        parts = self._parts()
        for name in _OTHER_PARTS:
            if parts.get(name):
                return True
        for key in parts.get("due", ()):  # noqa: SIM110 - evaluated for every account, and this is twice as fast as any()
            if key[:3] != currency:
                return True
        return False

    def currencies(self) -> set[str]:
        """Every currency of an amount in the document."""
        found = {key[:3] for key in self._part("due")} | set(self._part("orders")) | set(self._part("on_account"))
        found |= {held[1] for held in self._part("collateral").values()}
        return found | {entry[2] for listed in self._part("uncleared").values() for entry in listed}

    # Money that is not certain, or not used yet

    def add_uncleared(self, money: Uncleared) -> None:
        part = self._changed("uncleared")
        part.setdefault(money.item_id, []).append([str(money.paid_on), money.method, money.currency, str(money.amount)])

    def reduce_uncleared(self, item_id: str, amount: Decimal) -> None:
        """Reduces uncleared money, the latest first: the item it paid is open again."""
        listed = list(self._part("uncleared").get(item_id, ()))
        if not listed:
            return
        while listed and amount > 0:
            day, method, currency, held = listed.pop()
            if Decimal(held) > amount:
                listed.append([day, method, currency, str(Decimal(held) - amount)])
            amount -= Decimal(held)
        self._put("uncleared", item_id, listed or None)

    def uncleared(self) -> list[Uncleared]:
        return [
            Uncleared(item_id, date.fromisoformat(day), method, currency, Decimal(amount))
            for item_id, listed in self._part("uncleared").items()
            for day, method, currency, amount in listed
        ]

    def drop_cleared(self, before: date) -> None:
        """Removes money paid before that day: it has cleared by now."""
        for item_id, listed in list(self._part("uncleared").items()):
            kept = [entry for entry in listed if entry[0] >= str(before)]
            if len(kept) < len(listed):
                self._put("uncleared", item_id, kept or None)

    def add_on_account(self, currency: str, change: Decimal) -> None:
        self._add("on_account", currency, change)

    def on_account(self) -> dict[str, Decimal]:
        return {currency: Decimal(amount) for currency, amount in self._part("on_account").items()}

    def set_collateral(self, collateral_id: str, collateral: Collateral | None) -> None:
        """Enters or changes collateral; None withdraws it."""
        value = collateral and [
            collateral.kind, collateral.currency, str(collateral.amount), str(collateral.valid_from),
            collateral.expires_on and str(collateral.expires_on),
        ]  # fmt: skip
        self._put("collateral", collateral_id, value)

    def collateral(self) -> list[Collateral]:
        return [
            Collateral(key, kind, currency, Decimal(amount), date.fromisoformat(start), end and date.fromisoformat(end))
            for key, (kind, currency, amount, start, end) in self._part("collateral").items()
        ]

    # How the customer behaves, and where

    def set_dunning_step(self, item_id: str, step: int | None) -> None:
        """Keeps the highest dunning step of an open item; None removes it, as the item is paid."""
        known = self._part("dunned").get(item_id, 0)
        self._put("dunned", item_id, None if step is None else max(known, step))

    @property
    def dunning_level(self) -> int:
        steps = self._part("dunned")
        return max(steps.values()) if steps else 0

    def set_broken_promise(self, promise_id: str, on: date | None) -> None:
        """Records a broken promise; None removes it, as it was made good later."""
        self._put("broken", promise_id, on and str(on))

    @property
    def broken_promises(self) -> int:
        return len(self._part("broken"))

    def set_customer_terms(self, net_days: int, jurisdiction: str) -> None:
        self._put("customer", "net_days", net_days)
        self._put("customer", "jurisdiction", jurisdiction)

    @property
    def net_days(self) -> int | None:
        days: int | None = self._part("customer").get("net_days")
        return days

    @property
    def jurisdiction(self) -> str | None:
        place: str | None = self._part("customer").get("jurisdiction")
        return place

    def set_limit_end(self, day: date | None) -> None:
        """Sets the last day of the limit in force; None: it has no end."""
        self._put("limit", "until", day and str(day))

    def limit_expired_days(self, on: date) -> int:
        until = self._part("limit").get("until")
        return max((on - date.fromisoformat(until)).days, 0) if until else 0

    def reserve(self, order_id: str, currency: str, amount: Decimal | None) -> None:
        """Reserves money on account or deposited for an order that was released on it; None ends the reservation."""
        self._put("reserved", order_id, None if amount is None else [currency, str(amount)])

    def reserved_by_currency(self) -> dict[str, Decimal]:
        total: dict[str, Decimal] = {}
        for currency, amount in self._part("reserved").values():
            total[currency] = total.get(currency, NOTHING) + Decimal(amount)
        return total


@lru_cache(maxsize=2_000)
def _due_key(currency: str, due: date) -> str:
    return f"{currency} {due}"


def _by_currency(dated: dict[str, str]) -> dict[str, Decimal]:
    total: dict[str, Decimal] = {}
    for key, amount in dated.items():
        total[key[:3]] = total.get(key[:3], NOTHING) + Decimal(amount)
    return total
