"""How customers pay. Each behaviour decides, on a business day, on at most one payment.

One payment per customer and day keeps the bank feed's order from deciding anything.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import ROUND_HALF_UP, Decimal
from random import Random
from typing import Final

from shared.contracts.collections import PromiseMade
from shared.kernel.money import round_half_up
from simulator.calendar import BusinessDay
from simulator.customers.customers import Behaviour, Customer
from simulator.customers.debtors import Intention, Owed, Part, oldest_first
from simulator.dice import Dice

_STATEMENT_DAY: Final = 10
_BROKEN_BY_DAYS: Final = 12
"""How long after the day of a promise who breaks promises pays after all."""


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer on a business day, with what it owes (oldest due first) and has promised."""

    customer: Customer
    owed: Sequence[Owed]
    promises: Sequence[PromiseMade]
    day: BusinessDay
    dice: Dice

    def cast(self, item: Owed, about: str = "pay") -> Random:
        return self.dice.on(about, self.customer.customer_id, item.invoice_id)

    def days_after_due(self, item: Owed, least: int, most: int) -> date:
        return item.due_date + timedelta(days=self.cast(item).randint(least, most))


def intention(payer: Payer) -> Intention | None:
    """What the customer pays today, or None."""
    if not payer.owed:
        return None
    meant = _promised(payer) or BEHAVIOURS[payer.customer.behaviour](payer)
    return meant and replace(meant, order_numbers=_order_numbers(meant, payer.owed))


def _order_numbers(meant: Intention, owed: Sequence[Owed]) -> tuple[str, ...]:
    """Of the order of the only invoice that is paid, unless more invoices of it are unpaid."""
    if len(meant.parts) != 1 or meant.beyond:
        return ()
    paid = next(item for item in owed if item.invoice_id == meant.parts[0].invoice_id)
    if paid.order_id is None or sum(item.order_id == paid.order_id for item in owed) > 1:
        return ()
    return tuple(number for number in (paid.order_id, paid.customer_reference) if number)


def _prompt(payer: Payer) -> Intention | None:
    """Pays every invoice in full, up to three days early, with a remittance."""
    return _all_of(item for item in payer.owed if payer.day.is_last_chance_for(payer.days_after_due(item, -3, 0)))


def _takes_discount(payer: Payer) -> Intention | None:
    """Pays by the discount date less the discount; now and then too late, but less the discount all the same."""
    return _intend(part for item in payer.owed if (part := _discounted(payer, item)))


def _discounted(payer: Payer, item: Owed) -> Part | None:
    if not item.untouched:
        complained = item.reminded_on and payer.day.today >= item.reminded_on + timedelta(days=4)
        return _whole(item) if complained else None
    if item.discount_date is None:
        return _whole(item) if payer.day.is_last_chance_for(payer.days_after_due(item, -3, 0)) else None
    cast = payer.cast(item)
    if cast.randrange(100) < 8:
        if payer.day.today < item.discount_date + timedelta(days=cast.randint(3, 7)):
            return None
        return _less_discount(item, unearned=True)
    if payer.day.is_last_chance_for(item.discount_date - timedelta(days=cast.randint(0, 3))):
        return _less_discount(item, unearned=payer.day.today > item.discount_date)
    return None


def _slow(payer: Payer) -> Intention | None:
    """Pays 8 to 45 days late, or within a week of a reminder."""
    return _all_of(
        item
        for item in payer.owed
        if payer.day.today >= payer.days_after_due(item, 8, 45)
        or (item.reminded_on and payer.day.today >= item.reminded_on + timedelta(days=payer.cast(item).randint(3, 7)))
    )


def _on_statement(payer: Payer) -> Intention | None:
    """Pays on the tenth, in one sum, everything invoiced up to the end of the month before."""
    if not payer.day.is_first_on_or_after(_STATEMENT_DAY):
        return None
    first_of_month = payer.day.today.replace(day=1)
    return _all_of(item for item in payer.owed if item.invoice_date < first_of_month)


def _partial(payer: Payer) -> Intention | None:
    """Pays 40 to 70 % when an invoice falls due and the rest three weeks later."""
    parts = []
    for item in payer.owed:
        if not item.untouched:
            rest_due = (item.paid_on or item.due_date) + timedelta(days=21)
            parts += [_whole(item)] if payer.day.today >= rest_due else []
        elif payer.day.today >= payer.days_after_due(item, 0, 6):
            share = Decimal(payer.cast(item, "share").randint(40, 70)) / 100
            cash = max(round_half_up(item.unpaid * share, item.currency), round_half_up(Decimal("0.01"), item.currency))
            parts.append(Part(item.invoice_id, item.invoice_number, cash))
    return _intend(parts)


def _round_sums(payer: Payer) -> Intention | None:
    """Pays a round sum at the end of the week towards what falls due, now and then more than is owed at all.

    Sends no remittance advice.
    """
    if not payer.day.is_last_of_week():
        return None
    due = sum((i.unpaid for i in payer.owed if i.due_date <= payer.day.today + timedelta(days=7)), Decimal(0))
    if not due:
        return None
    step = Decimal(500) if due >= 1_000 else Decimal(100)
    if payer.dice.chance(15, "pays ahead", payer.customer.customer_id, payer.day.today):
        due = sum((item.unpaid for item in payer.owed), step)
    amount = max(step, (due / step).quantize(Decimal(1), ROUND_HALF_UP) * step)
    parts, beyond = oldest_first(payer.owed, round_half_up(amount, payer.customer.currency))
    return Intention(parts=parts, beyond=beyond, remittance=False)


def _forgets_remittance(payer: Payer) -> Intention | None:
    """Pays in full, one invoice sooner and another later, and never sends remittance advice."""
    return _all_of(
        (item for item in payer.owed if payer.day.today >= payer.days_after_due(item, -2, 18)), remittance=False
    )


def _unknown_account(payer: Payer) -> Intention | None:
    """Pays in full and in time, but every other time from an unknown account and without remittance advice."""
    known = payer.dice.chance(50, "known account", payer.customer.customer_id, payer.day.today)
    return _all_of(
        (item for item in payer.owed if payer.day.today >= payer.days_after_due(item, -1, 4)),
        remittance=known,
        known_account=known,
    )


def _breaks_promises(payer: Payer) -> Intention | None:
    """Pays 40 to 75 days late; whatever it promises meanwhile comes too late as well."""
    return _all_of(item for item in payer.owed if payer.day.today >= payer.days_after_due(item, 40, 75))


def _stops_paying(payer: Payer) -> Intention | None:
    """Has paid until some weeks ago, and pays nothing any more."""
    return None


BEHAVIOURS: Final[dict[Behaviour, Callable[[Payer], Intention | None]]] = {
    Behaviour.PROMPT: _prompt,
    Behaviour.TAKES_DISCOUNT: _takes_discount,
    Behaviour.SLOW: _slow,
    Behaviour.ON_STATEMENT: _on_statement,
    Behaviour.PARTIAL: _partial,
    Behaviour.ROUND_SUMS: _round_sums,
    Behaviour.FORGETS_REMITTANCE: _forgets_remittance,
    Behaviour.UNKNOWN_ACCOUNT: _unknown_account,
    Behaviour.BREAKS_PROMISES: _breaks_promises,
    Behaviour.STOPS_PAYING: _stops_paying,
}


def _promised(payer: Payer) -> Intention | None:
    """Keeps a promise on its last day; who breaks promises pays it twelve days late, who has stopped never."""
    for promise in payer.promises:
        if payer.customer.behaviour is Behaviour.STOPS_PAYING:
            continue
        if payer.customer.behaviour is Behaviour.BREAKS_PROMISES:
            due = payer.day.today >= promise.due_on + timedelta(days=_BROKEN_BY_DAYS)
        else:
            due = payer.day.is_last_chance_for(promise.due_on)
        if due:
            overdue = [item for item in payer.owed if item.due_date <= promise.due_on]
            parts, _ = oldest_first(overdue, promise.amount)
            if parts:
                return Intention(parts=parts, promise_id=promise.promise_id)
    return None


def _whole(item: Owed) -> Part:
    return Part(item.invoice_id, item.invoice_number, item.unpaid, in_full=item.untouched)


def _less_discount(item: Owed, *, unearned: bool) -> Part:
    cash = item.total - item.discount_amount
    in_full = item.untouched and not unearned
    return Part(item.invoice_id, item.invoice_number, cash, item.discount_amount, unearned, in_full)


def _all_of(items: Iterable[Owed], *, remittance: bool = True, known_account: bool = True) -> Intention | None:
    return _intend((_whole(item) for item in items), remittance=remittance, known_account=known_account)


def _intend(parts: Iterable[Part], *, remittance: bool = True, known_account: bool = True) -> Intention | None:
    chosen = tuple(parts)
    return Intention(parts=chosen, remittance=remittance, known_account=known_account) if chosen else None
