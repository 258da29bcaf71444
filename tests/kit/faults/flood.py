"""A flood of business whose end is known beforehand, whatever order it arrives in and whichever process dies."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal

from shared.contracts.cash_app import PaymentApplied
from shared.contracts.credit import CreditApproved
from shared.contracts.erp import InvoiceBroughtForward
from shared.contracts.event import Event
from shared.contracts.invoicing import StockRequested
from tests.kit.business.books import books_agree
from tests.kit.events.sample import COMPANY, DAY, customer, day, item, order, payment, price
from tests.kit.stack.world import World

CUSTOMERS = 24
_AMOUNT = Decimal("50.00")
_STALL_SECONDS = 180.0
"""After a fault, services have leases to wait for before they work again."""


class Flood:
    """Wave after wave of orders, of invoices of the old system and of the payments that settle these in full."""

    def __init__(self, world: World, size: int = 150) -> None:
        """Each wave has `size` orders, `size` invoices and `size` payments."""
        self.world = world
        self.size = size
        self._waves = 0

    async def begin(self) -> None:
        """The master data and the first day."""
        limit = Decimal("90000000.00")
        await self.world.publish(item(), price(), *(customer(f"C-{n}", credit_limit=limit) for n in range(CUSTOMERS)))
        await self.world.publish(day(DAY))
        await self.world.settle(_STALL_SECONDS)

    async def wave(self) -> None:
        """Says the next wave, without waiting for anything."""
        await self.world.publish(*self.next_wave())

    async def waves(self, count: int, *, every_seconds: float) -> None:
        """Says several waves, some time apart."""
        for _ in range(count):
            await self.wave()
            await asyncio.sleep(every_seconds)

    def next_wave(self) -> Sequence[Event]:
        """Payments come before the invoices they settle."""
        self._waves += 1
        numbers = range((self._waves - 1) * self.size, self._waves * self.size)
        return (
            *(_payment(n) for n in numbers),
            *(order(f"O-{n:05}", _customer(n), quantity=5) for n in numbers),
            *(brought_forward(n) for n in numbers),
        )

    async def ended(self, *, published_once: bool = True, dead_letters: Mapping[str, int] | None = None) -> None:
        """Waits for idle: all is applied exactly once, every decision has one id, and the books agree.

        `dead_letters`: how many wait, by service. `published_once`: nothing may be on the topics twice; else it may,
        under the same id, as after a crash.
        """
        world, count = self.world, self._waves * self.size
        await world.settle(_STALL_SECONDS)
        await books_agree(world)
        waiting = "SELECT count(*) FROM dead_letter WHERE replayed_at IS NULL"
        for name in world.names:
            assert await world.rows(name, waiting) == [((dead_letters or {}).get(name, 0),)], name
        items = "SELECT count(*), sum(original_amount), sum(open_amount) FROM open_item"
        assert await world.rows("cash_app", items) == [(count, count * _AMOUNT, 0)]
        payments = "SELECT count(*), sum(amount), sum(unapplied_amount) FROM payment"
        assert await world.rows("cash_app", payments) == [(count, count * _AMOUNT, 0)]
        orders = "SELECT decision, count(*), sum(open_amount) FROM open_order GROUP BY 1"
        assert await world.rows("credit", orders) == [("approved", count, count * _AMOUNT)]
        for event, subject in ((CreditApproved, "order_id"), (StockRequested, "order_id")):
            published = world.published(event)
            assert len({getattr(e, subject) for e in published}) == len({e.context.id for e in published}) == count
            assert len(published) == count or not published_once
        applied = {e.context.id: e.amount for e in world.published(PaymentApplied)}
        assert sum(applied.values()) == count * _AMOUNT


def _customer(number: int) -> str:
    return f"C-{number % CUSTOMERS}"


def brought_forward(number: int, amount: Decimal = _AMOUNT) -> InvoiceBroughtForward:
    return InvoiceBroughtForward(
        invoice_number=f"OLD-{number:05}",
        company_id=COMPANY,
        customer_id=_customer(number),
        invoice_date=date(2026, 2, 1),
        due_date=date(2026, 3, 3),
        currency="USD",
        amount=amount,
    )


def _payment(number: int) -> Event:
    document = {"document_number": f"OLD-{number:05}", "amount": str(_AMOUNT)}
    on = DAY - timedelta(days=number % 3)
    return payment(f"P-{number:05}", _customer(number), str(_AMOUNT), value_date=on, remittance=[document])
