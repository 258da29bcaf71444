"""The usual mix of each service: what it knows beforehand, the backlog it drains, and what must be there afterwards.

Everything is made from a seed, so that every run drains the same backlog.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from bench import documents
from bench.documents import LINES
from shared.contracts.cash_app import OpenItemChanged, PaymentApplied
from shared.contracts.credit import CreditApproved, CreditHeld
from shared.contracts.event import Event
from shared.contracts.invoicing import OrderValidated

CUSTOMERS: Final = 2_000
_SEED: Final = 20260302
_HELD_EVERY: Final = 20
"""One customer in so many has next to no credit: each of their orders is held."""


@dataclass(frozen=True, slots=True)
class Check:
    """One figure that the service's database must show when the backlog is drained."""

    words: str
    sql: str
    expected: int | Decimal


@dataclass(frozen=True, slots=True)
class Mix:
    """A service's backlog, in waves: one is drained before the next is published."""

    service: str
    words: str
    known: Sequence[Event]
    waves: Sequence[Sequence[Event]]
    checks: Sequence[Check]
    published: Mapping[type[Event], int] = field(default_factory=dict)
    """How many events of each type the service must have published."""

    @property
    def events(self) -> int:
        return sum(len(wave) for wave in self.waves)


def usual_mix(service: str, events: int) -> Mix:
    """The mix of a service, of as many events or one less where they come in pairs."""
    return _MIXES[service](events, random.Random(_SEED))


def credit(events: int, dice: random.Random) -> Mix:
    """Orders to be decided, and a tenth of changes of open items."""
    changes = events // 10
    with_credit = [n for n in range(CUSTOMERS) if n % _HELD_EVERY]
    orders = [(n, dice.randrange(CUSTOMERS)) for n in range(events - changes)]
    held = [customer for _, customer in orders if not customer % _HELD_EVERY]
    backlog: list[Event] = [documents.order_validated(n, customer, dice) for n, customer in orders]
    backlog += [documents.item_posted(n, dice.choice(with_credit), dice) for n in range(changes)]
    dice.shuffle(backlog)
    limits = {n: Decimal("999999999.00") if n % _HELD_EVERY else Decimal("1.00") for n in range(CUSTOMERS)}
    approved = len(orders) - len(held)
    return Mix(
        "credit",
        "OrderValidated 90 %, OpenItemChanged 10 %; 1 order in 20 held",
        [documents.day(), *(documents.customer(n, credit_limit=limit) for n, limit in limits.items())],
        [backlog],
        [
            Check("orders approved", "SELECT count(*) FROM open_order WHERE decision = 'approved'", approved),
            Check("orders held", "SELECT count(*) FROM open_order WHERE decision = 'held'", len(held)),
            Check("decisions kept", "SELECT count(*) FROM order_decision", len(orders)),
            Check("open items", "SELECT count(*) FROM open_item", changes),
            Check(
                "exposure of all accounts",
                "SELECT sum(open_items_total + open_orders_total) FROM account",
                _exposure(backlog),
            ),
        ],
        {CreditApproved: approved, CreditHeld: len(held)},
    )


def invoicing(events: int, dice: random.Random) -> Mix:
    """Orders of three lines to be validated, priced and taxed."""
    orders = [documents.order_placed(n, dice.randrange(CUSTOMERS), dice) for n in range(events)]
    return Mix(
        "invoicing",
        f"OrderPlaced of {LINES} lines",
        [documents.day(), *documents.catalogue(), *(documents.customer(n) for n in range(CUSTOMERS))],
        [orders],
        [Check("orders validated", "SELECT count(*) FROM customer_order WHERE state = 'Validated'", events)],
        {OrderValidated: events},
    )


def cash_app(events: int, dice: random.Random) -> Mix:
    """Invoices, then their payments with remittance, one in four of them with the discount taken."""
    count = events // 2
    invoices = [documents.invoice(n, dice.randrange(CUSTOMERS), dice) for n in range(count)]
    payments = [documents.payment(n, invoice, with_discount=n % 4 == 0) for n, invoice in enumerate(invoices)]
    dice.shuffle(payments)
    discounts = (count + 3) // 4
    return Mix(
        "cash_app",
        "InvoicePosted, then PaymentReceived with remittance for each; 1 in 4 takes the discount",
        [documents.day(), *(documents.customer(n) for n in range(CUSTOMERS))],
        [invoices, payments],
        [
            Check("items closed", "SELECT count(*) FROM open_item WHERE open_amount = 0", count),
            Check("payments applied", "SELECT count(*) FROM payment WHERE state = 'applied'", count),
            Check("movements of items", "SELECT count(*) FROM item_movement", 2 * count + discounts),
            Check("journal postings", "SELECT count(*) FROM journal_posting", 2 * count + discounts),
        ],
        {OpenItemChanged: 2 * count + discounts, PaymentApplied: count},
    )


def payments(count: int, dice: random.Random) -> Mix:
    """Payments with remittance for invoices that are known, one in four of them with the discount taken."""
    invoices = [documents.invoice(n, dice.randrange(CUSTOMERS), dice) for n in range(count)]
    paid = [documents.payment(n, invoice, with_discount=n % 4 == 0) for n, invoice in enumerate(invoices)]
    dice.shuffle(paid)
    discounts = (count + 3) // 4
    return Mix(
        "cash_app",
        "PaymentReceived with remittance; 1 in 4 takes the discount",
        [documents.day(), *(documents.customer(n) for n in range(CUSTOMERS)), *invoices],
        [paid],
        [
            Check("items closed", "SELECT count(*) FROM open_item WHERE open_amount = 0", count),
            Check("payments applied", "SELECT count(*) FROM payment WHERE state = 'applied'", count),
            Check("journal postings", "SELECT count(*) FROM journal_posting", 2 * count + discounts),
        ],
        {OpenItemChanged: count + discounts, PaymentApplied: count},
    )


def collections(events: int, dice: random.Random) -> Mix:
    """Open items, half of them paid later, with the word of what was applied."""
    backlog, items, paid = _items_and_payments(events, dice)
    return Mix(
        "collections",
        "OpenItemChanged 75 %, PaymentApplied 25 %; 1 item in 3 overdue",
        [documents.day(), *(documents.customer(n) for n in range(CUSTOMERS))],
        [backlog],
        [
            Check("items", "SELECT count(*) FROM open_item", items),
            Check("items still open", "SELECT count(*) FROM open_item WHERE open_amount > 0", items - paid),
            Check("receipts", "SELECT sum(amount) FROM customer_receipt", _applied(backlog)),
        ],
    )


def analytics(events: int, dice: random.Random) -> Mix:
    """The same as collections consumes."""
    backlog, items, paid = _items_and_payments(events, dice)
    return Mix(
        "analytics",
        "OpenItemChanged 75 %, PaymentApplied 25 %",
        [documents.day(), *(documents.customer(n) for n in range(CUSTOMERS))],
        [backlog],
        [
            Check("items", "SELECT count(*) FROM item", items),
            Check("items still open", "SELECT count(*) FROM item WHERE open_amount > 0", items - paid),
            Check("movements", "SELECT count(*) FROM item_movement", items + paid),
            Check("cash applied", "SELECT sum(amount + discount) FROM cash_applied", _applied(backlog)),
        ],
    )


_MIXES: Final[dict[str, Callable[[int, random.Random], Mix]]] = {
    "credit": credit,
    "invoicing": invoicing,
    "cash_app": cash_app,
    "collections": collections,
    "analytics": analytics,
}


def _items_and_payments(events: int, dice: random.Random) -> tuple[list[Event], int, int]:
    """Items first, later the payment of half of them: each a change of the item and a PaymentApplied."""
    paid = events // 4
    items = events - 2 * paid
    posted = [documents.item_posted(n, dice.randrange(CUSTOMERS), dice) for n in range(items)]
    payments: list[Event] = []
    for n, item in enumerate(dice.sample(posted, paid)):
        payments += [documents.item_paid(item, n), documents.payment_applied(item, n)]
    return [*posted, *payments], items, paid


def _exposure(backlog: Sequence[Event]) -> Decimal:
    orders = (e.total for e in backlog if isinstance(e, OrderValidated) and int(e.customer_id[2:]) % _HELD_EVERY)
    return sum((*orders, *(e.open_amount for e in backlog if isinstance(e, OpenItemChanged))), Decimal(0))


def _applied(backlog: Sequence[Event]) -> Decimal:
    return sum((e.amount + e.discount for e in backlog if isinstance(e, PaymentApplied)), Decimal(0))
