"""Orders, shipments, invoices, payments, discounts, promises and days in any order: money equal after every step.

A hypothesis state machine drives the five services' own handlers on PostgreSQL, wired by the events they publish,
consumed in any order, with a plain model beside them. The same examples are played on every run; more of them, and
others each time, with O2C_PROPERTY_EXAMPLES, e.g. for an hour: O2C_PROPERTY_EXAMPLES=5000.
"""

from __future__ import annotations

import asyncio
import os
import uuid
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from services.analytics.app import service as analytics
from services.cash_app.app import service as cash_app
from services.collections.app import service as collections
from services.credit.app import service as credit
from services.invoicing.app import service as invoicing
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.erp import InvoiceBroughtForward, OrderCancelled, PaymentReceived
from shared.contracts.event import Event
from shared.contracts.inv_ctrl import ShipmentConfirmed, StockAnswered, StockReplenished
from shared.contracts.invoicing import OrderValidated, PickListReleased, StockRequested
from shared.kernel.money import round_half_up
from tests.integration.stateful import agreement
from tests.integration.stateful.business import Business
from tests.integration.stateful.plain_books import Invoice, Money, PlainBooks, as_received
from tests.integration.stateful.plain_orders import Order, PlainOrders, Promise
from tests.integration.stateful.story_service import StoryService
from tests.integration.stateful.wishes import (
    ANY_PAYMENTS,
    CURRENCY,
    FORWARD,
    PAYMENTS_WITH_REMITTANCE,
    PLAIN_PAYMENTS,
    PaymentWish,
    catalogue,
    master,
)
from tests.kit.events.sample import COMPANY, order, payment
from tests.kit.examples import examples

FIRST_DAY = date(2026, 3, 2)
EXAMPLES = int(os.environ.get("O2C_PROPERTY_EXAMPLES", examples(15)))

SEARCHING = "O2C_PROPERTY_EXAMPLES" in os.environ
SETTINGS = settings(
    max_examples=EXAMPLES,
    # finding the shortest story that fails takes many minutes: for a person at work, not for every run
    phases=[Phase.generate, Phase.shrink] if SEARCHING else [Phase.generate],
    stateful_step_count=40,
    derandomize=not SEARCHING,
    deadline=None,
    database=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large, HealthCheck.filter_too_much],
)
SERVICES = (
    (invoicing, ()),
    (credit, ("review",)),
    (cash_app, ("suspense",)),
    (collections, ("promises", "aging")),
    (analytics, ()),
)
"""Each with the daily runs that move money, promises or holds; reports and journals are summed up elsewhere."""

DISORDER = st.one_of(st.just(0), st.integers(0, 2**16))
CUSTOMERS = st.sampled_from(sorted(CURRENCY))
WHICH = st.integers(0, 60)
QUANTITIES = st.lists(st.integers(1, 60), min_size=1, max_size=2)


class AnyOrder(RuleBasedStateMachine):
    def __init__(self, running_services: Sequence[StoryService]) -> None:
        super().__init__()
        self.books, self.plain = PlainBooks(), PlainOrders()
        self.business = Business(running_services, self.books.receive, self._published)
        self.today = FIRST_DAY
        self.asked: list[StockRequested] = []
        self.shipped: list[ShipmentConfirmed] = []
        self.received: list[PaymentReceived] = []
        self.versions = {"C-1": 1, "C-2": 1, "C-3": 1}
        self.numbers: dict[str, int] = {}
        self.steps = 0

    @initialize(orders=st.lists(st.tuples(st.sampled_from(["C-1", "C-2", "C-3"]), QUANTITIES), min_size=3, max_size=6))
    def opens(self, orders: list[tuple[str, list[int]]]) -> None:
        """The first day, three customers, and some invoices to be paid."""
        self.business.begin_day(FIRST_DAY, 0)
        self.business.send(*catalogue(), *(master(customer_id) for customer_id in self.versions), disorder=0)
        self.plain.limits = {customer_id: master(customer_id).credit_limit for customer_id in self.versions}
        for n, (customer, quantities) in enumerate(orders):
            self.order_goes_through(customer=customer, quantities=quantities, days=-n, disorder=0)

    # Orders and what is shipped of them

    @rule(
        customer=CUSTOMERS,
        quantities=QUANTITIES,
        days=st.integers(-9, 0),
        disorder=DISORDER,
        stock=st.sampled_from([100, 60]),
        shipped=st.sampled_from([100, 40]),
    )
    def order_goes_through(
        self, *, customer: str, quantities: list[int], days: int, disorder: int, stock: int = 100, shipped: int = 100
    ) -> None:
        """The usual way: ordered, approved, `stock` per cent of it there, `shipped` per cent of that leaves."""
        placed = self._order(self._next("O"), customer, quantities, False, days)
        self.business.send(placed, disorder=disorder)
        for asked in [asked for asked in self.asked if asked.order_id == placed.order_id]:
            self._answer(asked, stock, disorder)
            if any(line.picking for line in self.plain.orders[placed.order_id].lines.values()):
                self._ship(self.plain.orders[placed.order_id], shipped, days, disorder)

    @rule(customer=CUSTOMERS, quantities=QUANTITIES, complete=st.booleans(), days=st.integers(-4, 1), disorder=DISORDER)
    def order_comes(self, customer: str, quantities: list[int], complete: bool, days: int, disorder: int) -> None:
        placed = self._order(self._next("O"), customer, quantities, complete, days)
        self.business.send(placed, disorder=disorder)
        assert (placed.order_id in self.plain.orders) == (customer in self.versions)

    @rule(customer=CUSTOMERS, quantities=QUANTITIES, days=st.integers(-4, 1), disorder=DISORDER)
    def order_comes_after_its_cancellation(
        self, customer: str, quantities: list[int], days: int, disorder: int
    ) -> None:
        order_id = self._next("O")
        self.plain.cancelled_early.add(order_id)
        self.business.send(self._cancellation(order_id, customer), disorder=0)
        self.business.send(self._order(order_id, customer, quantities, False, days), disorder=disorder)

    @precondition(lambda self: self.plain.orders)
    @rule(which=WHICH, disorder=DISORDER)
    def order_is_cancelled(self, which: int, disorder: int) -> None:
        cancelled = _pick(list(self.plain.orders.values()), which)
        cancelled.cancel()
        self.business.send(self._cancellation(cancelled.order_id, cancelled.customer), disorder=disorder)

    @precondition(lambda self: self._amendable())
    @rule(which=WHICH, quantities=QUANTITIES, twice=st.booleans(), disorder=DISORDER)
    def order_is_amended(self, which: int, quantities: list[int], twice: bool, disorder: int) -> None:
        """Once, or twice at the same time: the later revision counts, whichever is consumed first."""
        amended = _pick(self._amendable(), which)
        days, last = (amended.dated - self.today).days, amended.revision + 1 + twice
        placed = self._order(amended.order_id, amended.customer, quantities, False, days)
        revisions = [
            placed.model_copy(update={"revision": n, "amended_on": self.today})
            for n in range(amended.revision + 1, last + 1)
        ]
        if twice:
            revisions[0] = revisions[0].model_copy(update={"lines": revisions[0].lines[:1]})
        self.business.send(*revisions, disorder=disorder)
        assert self.plain.orders[amended.order_id].revision == last

    @precondition(lambda self: self.asked)
    @rule(which=WHICH, percent=st.sampled_from([100, 100, 100, 50, 0]), disorder=DISORDER)
    def warehouse_answers(self, which: int, percent: int, disorder: int) -> None:
        self._answer(_pick(self.asked, which), percent, disorder)

    def _answer(self, asked: StockRequested, percent: int, disorder: int) -> None:
        self.asked.remove(asked)
        lines = [(line, line.quantity * percent // 100) for line in asked.lines]
        answer = StockAnswered(
            request_id=asked.request_id,
            request_no=asked.request_no,
            order_id=asked.order_id,
            customer_id=asked.customer_id,
            business_date=self.today,
            lines=[
                {"line_no": n.line_no, "item_id": n.item_id, "allocated": got, "short": n.quantity - got}
                for n, got in lines
            ],  # type: ignore[arg-type]
        )
        self.business.send(answer, answer.model_copy(), disorder=disorder)

    @rule(item_id=st.sampled_from(["I-1", "I-2"]), quantity=st.integers(1, 90), disorder=DISORDER)
    def goods_come_in(self, item_id: str, quantity: int, disorder: int) -> None:
        came_in = StockReplenished(
            replenishment_id=self._next("R"),
            company_id=COMPANY,
            item_id=item_id,
            quantity=quantity,
            business_date=self.today,
        )
        self.business.send(came_in, disorder=disorder)

    @precondition(lambda self: self._picking())
    @rule(which=WHICH, percent=st.sampled_from([100, 100, 40]), days=st.integers(-6, 1), disorder=DISORDER)
    def goods_leave(self, which: int, percent: int, days: int, disorder: int) -> None:
        self._ship(_pick(self._picking(), which), percent, days, disorder)

    def _ship(self, shipping: Order, percent: int, days: int, disorder: int) -> None:
        picked = {line_no: line.picking for line_no, line in shipping.lines.items() if line.picking}
        quantities = {line_no: max(1, units * percent // 100) for line_no, units in picked.items()}
        shipment = ShipmentConfirmed(
            shipment_id=self._next("S"),
            order_id=shipping.order_id,
            customer_id=shipping.customer,
            shipped_on=self.today + timedelta(days=days),
            lines=[{"line_no": line_no, "quantity": n} for line_no, n in quantities.items()],  # type: ignore[arg-type]
        )
        self.plain.invoiced[f"INV-{shipment.shipment_id}"] = shipping.ship(quantities)
        self.shipped.append(shipment)
        self.business.send(shipment, disorder=disorder)

    @precondition(lambda self: self.shipped)
    @rule(which=WHICH, disorder=DISORDER)
    def shipment_is_published_again(self, which: int, disorder: int) -> None:
        self.business.send(_pick(self.shipped, which).model_copy(), disorder=disorder)

    @rule(
        number=st.sampled_from(FORWARD[:3]),
        customer=CUSTOMERS,
        amount=st.sampled_from(["50", "100", "333", "1000"]),
        disputed=st.booleans(),
        days=st.integers(-60, 0),
        disorder=DISORDER,
    )
    def invoice_is_brought_forward(
        self, *, number: str, customer: str, amount: str, disputed: bool, days: int, disorder: int
    ) -> None:
        if f"BF-{number}" in self.books.invoices:
            return
        dated = self.today + timedelta(days=days)
        brought = InvoiceBroughtForward(
            invoice_number=number,
            company_id=COMPANY,
            customer_id=customer,
            invoice_date=dated,
            due_date=dated + timedelta(days=20),
            currency=CURRENCY[customer],
            amount=Decimal(amount),
            disputed=disputed,
        )
        self.business.send(brought, brought.model_copy(), disorder=disorder)

    # Money

    @rule(wish=PLAIN_PAYMENTS, disorder=DISORDER)
    def customer_pays(self, wish: PaymentWish, disorder: int) -> None:
        self._pay([wish], disorder)

    @rule(wish=PAYMENTS_WITH_REMITTANCE, disorder=DISORDER)
    def customer_pays_with_remittance(self, wish: PaymentWish, disorder: int) -> None:
        self._pay([wish], disorder)

    @precondition(lambda self: self._discounted())
    @rule(which=WHICH, twofold=st.booleans(), days=st.integers(-12, 2), disorder=DISORDER)
    def discount_is_taken(self, which: int, twofold: bool, days: int, disorder: int) -> None:
        """In time or late, as the terms state or twice as much, once or again."""
        invoice = _pick(self._discounted(), which)
        claimed = min(invoice.discount * (2 if twofold else 1), round_half_up(invoice.open / 2, invoice.currency))
        if claimed >= invoice.open:
            return
        number = self._next("P-NET")
        line = {"document_number": invoice.number, "amount": invoice.open - claimed, "discount": claimed}
        taken = payment(
            number,
            invoice.customer,
            str(invoice.open - claimed),
            currency=invoice.currency,
            value_date=self.today + timedelta(days=days),
            remittance=[line],
        )
        self.received.append(taken)
        self.business.send(taken, disorder=disorder)

    @rule(wishes=st.lists(ANY_PAYMENTS, min_size=1, max_size=3), disorder=DISORDER)
    def bank_tells_of_payments(self, wishes: list[PaymentWish], disorder: int) -> None:
        self._pay(wishes, disorder)

    def _pay(self, wishes: list[PaymentWish], disorder: int) -> None:
        payments = []
        for wish in wishes:
            self.numbers["P"] = self.numbers.get("P", 0) + 1
            payments.append(wish.made(self.numbers["P"], self.books, self.today))
        self.received += payments
        self.business.send(*payments, disorder=disorder)

    @precondition(lambda self: self.received)
    @rule(which=WHICH, renamed=st.booleans(), disorder=DISORDER)
    def payment_comes_twice(self, which: int, renamed: bool, disorder: int) -> None:
        first = _pick(self.received, which)
        again = first.model_copy(update={"payment_id": self._next("P-AGAIN") if renamed else first.payment_id})
        self.business.send(again, disorder=disorder)

    @precondition(lambda self: self._in("suspense"))
    @rule(which=WHICH, customer=CUSTOMERS, disorder=DISORDER)
    def clerk_assigns(self, which: int, customer: str, disorder: int) -> None:
        if customer not in self.versions:
            return
        row, _ = _pick(self._in("suspense"), which)
        self.business.assign(row["payment_id"], customer, disorder)

    @precondition(lambda self: self._by_hand())
    @rule(which=WHICH, percent=st.sampled_from([100, 100, 50, 3]), net=st.booleans(), disorder=DISORDER)
    def clerk_applies(self, which: int, percent: int, net: bool, disorder: int) -> None:
        money, invoice = _pick(self._by_hand(), which)
        discount = invoice.to_be_had(money.received.value_date) if net else Decimal(0)
        if not invoice.open - discount <= money.left:
            discount = Decimal(0)
        cash = invoice.open - discount
        if not discount:
            cash = max(round_half_up(min(cash, money.left) * percent / 100, invoice.currency), Decimal(1))
        if 0 < cash <= min(money.left, invoice.open):
            self.business.apply(money.received.payment_id, invoice.invoice_id, cash, discount, disorder)

    # The customer master, credit

    @rule(customer=CUSTOMERS, shares=st.booleans(), stale=st.booleans(), disorder=DISORDER)
    def customer_changes(self, customer: str, shares: bool, stale: bool, disorder: int) -> None:
        version = self.versions.get(customer, 0)
        if stale and version:
            self.business.send(master(customer, version, not shares), disorder=disorder)
            return
        self.versions[customer] = version + 1
        if customer not in self.plain.limits_by_hand:
            self.plain.limits[customer] = master(customer).credit_limit
        self.business.send(master(customer, version + 1, shares), disorder=disorder)

    @precondition(lambda self: self._held())
    @rule(which=WHICH, release=st.booleans(), disorder=DISORDER)
    def held_order_is_decided(self, which: int, release: bool, disorder: int) -> None:
        held = _pick(self._held(), which)
        decide = self.business.release if release else self.business.decline
        decide(held.order_id, disorder)

    @rule(customer=CUSTOMERS, limit=st.sampled_from(["0", "500", "2000", "9000"]), disorder=DISORDER)
    def limit_is_set(self, customer: str, limit: str, disorder: int) -> None:
        if customer not in self.versions:
            return
        self.plain.limits[customer] = Decimal(limit)
        self.plain.limits_by_hand.add(customer)
        self.business.set_limit(customer, Decimal(limit), CURRENCY[customer], disorder)

    # Promises and days

    @rule(customer=CUSTOMERS, percent=st.sampled_from([100, 60, 10]), days=st.integers(0, 5), disorder=DISORDER)
    def customer_promises(self, customer: str, percent: int, days: int, disorder: int) -> None:
        currency = CURRENCY[customer]
        owed = self.books.balance("receivables", date.max, customer, currency)
        amount = round_half_up(owed * percent / 100, currency)
        if not amount or any(p.customer == customer and p.binds for p in self.plain.promises.values()):
            return
        due_on = self.today + timedelta(days=days)
        already = [
            amount
            for day, *whose, amount in self.books.applied
            if self.today <= day <= due_on and whose == [customer, currency]
        ]
        promise_id = self.business.promise(customer, amount, currency, due_on, disorder)
        self.plain.promises[promise_id] = Promise(
            promise_id, customer, currency, amount, self.today, due_on, sum(already, Decimal(0))
        )

    @precondition(lambda self: self._cancellable())
    @rule(which=WHICH, disorder=DISORDER)
    def promise_is_cancelled(self, which: int, disorder: int) -> None:
        promise = _pick(self._cancellable(), which)
        promise.state = "cancelled"
        self.business.cancel_promise(promise.promise_id, disorder)

    @precondition(lambda self: any(promise.holds for promise in self.plain.promises.values()))
    @rule(which=WHICH, disorder=DISORDER)
    def hold_is_lifted(self, which: int, disorder: int) -> None:
        promise = _pick([promise for promise in self.plain.promises.values() if promise.holds], which)
        promise.hold_lifted = True
        self.business.lift_hold(f"{promise.promise_id}/H", disorder)

    @rule(days=st.sampled_from([1, 1, 1, 3, 12, 40]), disorder=DISORDER)
    def day_begins(self, days: int, disorder: int) -> None:
        self.today += timedelta(days=days)
        for promise in self.plain.promises.values():
            promise.begin_day(self.today)
        self.business.begin_day(self.today, disorder)

    # After every step

    @invariant()
    def money_is_equal(self) -> None:
        self.steps += 1
        for promise in self.plain.promises.values():
            promise.look(self.books.applied)
        agreement.items_agree(self.business, self.books)
        agreement.payments_agree(self.business, self.books)
        agreement.invoicing_agrees(self.business, self.books, self.plain)
        agreement.promises_agree(self.business, self.plain)
        agreement.credit_agrees(self.business, self.books, self.plain)
        days, journal = agreement.days_of(self.books), agreement.journal_of(self.business)
        for as_of in {self.today, date.max, days[self.steps % len(days)] if days else FIRST_DAY}:
            agreement.balances_agree(self.business, self.books, journal, as_of)
            agreement.journal_is_nil(self.business, journal, as_of)
            agreement.relief_agrees(self.business, self.books, as_of)

    def teardown(self) -> None:
        self.business.end()

    # What the model records, and picks from

    def _published(self, event: Event) -> None:
        self.books.record(event)
        orders = self.plain.orders
        if isinstance(event, OrderValidated):
            orders[event.order_id] = Order.of(event)
            if event.order_id in self.plain.cancelled_early:
                orders[event.order_id].cancel()
        elif isinstance(event, CreditApproved | CreditHeld) and event.revision < orders[event.order_id].revision:
            pass  # decided anew
        elif isinstance(event, CreditApproved | CreditReleased):
            by_person = isinstance(event, CreditReleased) and event.released_by != "system"
            no_more = isinstance(event, CreditApproved) and [r.code for r in event.remarks] == ["no-more-than-approved"]
            assert by_person or no_more or event.exposure <= event.credit_limit
            orders[event.order_id].decision = "released" if isinstance(event, CreditReleased) else "approved"
        elif isinstance(event, CreditHeld):
            orders[event.order_id].decision = "held"
        elif isinstance(event, CreditDeclined):
            orders[event.order_id].decision = "declined"
            orders[event.order_id].cancel()
        elif isinstance(event, StockRequested):
            self.asked.append(event)
        elif isinstance(event, PickListReleased):
            for line in event.lines:
                orders[event.order_id].lines[line.line_no].picking += line.quantity

    def _next(self, kind: str) -> str:
        self.numbers[kind] = self.numbers.get(kind, 0) + 1
        return f"{kind}-{self.numbers[kind]:03d}"

    def _order(self, order_id: str, customer: str, quantities: list[int], complete: bool, days: int) -> Any:
        return order(
            order_id,
            customer,
            currency=CURRENCY[customer],
            order_date=self.today + timedelta(days=days),
            ship_complete=complete,
            lines=[{"line_no": n, "item_id": f"I-{n}", "quantity": q} for n, q in enumerate(quantities, start=1)],
        )

    def _cancellation(self, order_id: str, customer: str) -> OrderCancelled:
        return OrderCancelled(order_id=order_id, customer_id=customer, cancelled_on=self.today, reason="not wanted")

    def _picking(self) -> list[Order]:
        return [o for o in self.plain.orders.values() if any(line.picking for line in o.lines.values())]

    def _discounted(self) -> list[Invoice]:
        """Invoices with a discount; only those of which some was taken, where there are any."""
        found = [invoice for invoice in self.books.invoices.values() if invoice.open and invoice.discount]
        return [invoice for invoice in found if invoice.taken] or found

    def _cancellable(self) -> list[Promise]:
        return [p for p in self.plain.promises.values() if p.binds and p.made_on < self.today]

    def _amendable(self) -> list[Order]:
        return [o for o in self.plain.orders.values() if o.untouched and o.decision in ("held", "approved", "released")]

    def _held(self) -> list[Order]:
        return [o for o in self.plain.orders.values() if o.decision == "held" and o.open_amount]

    def _in(self, *states: str) -> list[tuple[Any, Money]]:
        """Payments, or the parts of one, of which something is left, as cash_app keeps them."""
        rows = [row for row in self.business.cash.rows("payment") if row["state"] in states]
        return [(row, self._part(row)) for row in sorted(rows, key=lambda row: str(row["payment_id"]))]

    def _part(self, row: Any) -> Money:
        received = self.books.payments[as_received(row["payment_id"])].received
        return Money(received.model_copy(update={"payment_id": row["payment_id"]}), row["unapplied_amount"])

    def _by_hand(self) -> list[tuple[Money, Invoice]]:
        return [
            (money, invoice)
            for row, money in self._in("unapplied", "on_account")
            for invoice in self.books.invoices.values()
            if invoice.open and (invoice.customer, invoice.currency) == (row["customer_id"], money.received.currency)
        ]


def _pick(among: list[Any], which: int) -> Any:
    return among[which % len(among)]


@pytest.fixture
def running_services(postgres: Any) -> Iterator[tuple[StoryService, ...]]:
    """The five services' tables in databases of their own."""
    loop = asyncio.new_event_loop()
    running_services = []
    for service, daily in SERVICES:
        name = f"{service.name}_{uuid.uuid4().hex[:10]}"
        running_services.append(StoryService(service, postgres.create_database(name), loop, daily))
    try:
        for running in running_services:
            running.build()
        yield tuple(running_services)
        for running in running_services:
            running.close()
    finally:
        loop.close()


def test_money_is_equal_after_every_step(running_services: tuple[StoryService, ...]) -> None:
    run_state_machine_as_test(lambda: AnyOrder(running_services), settings=SETTINGS)  # type: ignore[no-untyped-call]
