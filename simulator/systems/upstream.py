"""ERP, INV_CTRL and GL_CORE as one: consumes what the services publish, and publishes what the day brings. Pure."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import date
from decimal import Decimal
from typing import Any, Final

from shared.contracts.collections import DunningSent, PromiseMade
from shared.contracts.credit import (
    CreditHeld,
    CreditLimitSet,
    CreditReleased,
    CreditReportRequested,
    CreditRequestDeclined,
)
from shared.contracts.erp import BusinessDayStarted, PaymentReceived
from shared.contracts.event import Event
from shared.contracts.gl_core import JournalBatchRejected
from shared.contracts.inv_ctrl import ShipmentConfirmed
from shared.contracts.invoicing import (
    AllocationReleased,
    InvoicePosted,
    OrderBackordered,
    OrderRejected,
    PickListReleased,
    StockRequested,
)
from shared.contracts.journal import JournalBatchSubmitted
from simulator.calendar import BusinessDay
from simulator.catalogue import forty_items, items_to_reprice
from simulator.company import COMPANY_ID
from simulator.customers.behaviours import Payer, intention
from simulator.customers.credit_seekers import CreditSeekers
from simulator.customers.customers import moved, sixty_customers
from simulator.customers.debtors import Debtors
from simulator.customers.order_book import OrderBook
from simulator.dice import Dice
from simulator.systems import bank, bank_files
from simulator.systems.credit_bureau import CreditBureau
from simulator.systems.exchange_rates import rates_of
from simulator.systems.general_ledger import GeneralLedger
from simulator.systems.opening_balances import open_invoices
from simulator.systems.outgoing_event import OutgoingEvent
from simulator.systems.tally import Tally
from simulator.systems.warehouse import Warehouse

Submission = JournalBatchSubmitted | JournalBatchRejected

_PRICES_VALID_FROM: Final = date(2020, 1, 1)


def attempt_of(submission: Submission) -> str:
    """Names one attempt at submitting a journal batch."""
    return f"{submission.batch_id}#{submission.attempt}"


class Upstream:
    """The state of the simulated systems. Events take effect in business order only."""

    def __init__(self, dice: Dice, start: date) -> None:
        self.dice = dice
        self.start = start
        self.customers = sixty_customers(dice)
        self.items = forty_items()
        self.prices = dict.fromkeys(self.items, 1)
        """Version of each item's prices."""
        self.warehouse = Warehouse(self.items, dice)
        self.ledger = GeneralLedger(dice, start)
        self.debtors = Debtors()
        self.feed = bank.BankFeed(dice)
        self.bank_sends_files = False
        """Whether a clerk imports the bank's files."""
        self.files_of_today: bank_files.DayOfFiles | None = None
        self.bureau = CreditBureau(dice)
        self.seekers = CreditSeekers(dice)
        self.order_book = OrderBook(dice)
        self.tally = Tally()
        self.master_data_known = False
        self.moving_in = True
        """Whether invoices of the system before are still to be brought forward."""
        self.answered: set[str] = set()
        """Requests, pick lists and batches already processed, so that a repeated one is not answered again."""
        self._requests: list[StockRequested] = []
        self._pick_lists: dict[str, PickListReleased] = {}
        self._new_pick_lists: list[PickListReleased] = []
        self._batches: list[JournalBatchSubmitted] = []

    # What the services publish.

    def apply(self, events: Iterable[Event]) -> None:
        """Applies the events published since the last idle point, whatever order they arrived in."""
        rank = {kind: n for n, kind in enumerate(SUBSCRIPTIONS)}
        known = (event for event in events if type(event) in rank)
        for event in sorted(known, key=lambda e: (rank[type(e)], e.business_order)):
            SUBSCRIPTIONS[type(event)](self, event)

    def _invoice_posted(self, invoice: InvoicePosted) -> None:
        if invoice.customer_id in self.customers and self._first_time(invoice.invoice_id):
            self.debtors.invoiced(invoice)
            self.tally.invoiced(invoice)

    def _dunning_sent(self, notice: DunningSent) -> None:
        self.debtors.reminded(notice)

    def _promise_made(self, promise: PromiseMade) -> None:
        self.debtors.promised(promise)

    def _stock_requested(self, request: StockRequested) -> None:
        if self._first_time(request.request_id):
            self._requests.append(request)

    def _allocation_released(self, released: AllocationReleased) -> None:
        if self._first_time(f"{released.request_id} released"):
            self.warehouse.return_to_stock(released)

    def _pick_list_released(self, pick_list: PickListReleased) -> None:
        if self._first_time(pick_list.pick_list_id):
            self._pick_lists[pick_list.pick_list_id] = pick_list
            self._new_pick_lists.append(pick_list)

    def _journal_batch_submitted(self, batch: JournalBatchSubmitted) -> None:
        if not self.ledger.has_booked(batch.batch_id) and self._first_time(attempt_of(batch)):
            self._batches.append(batch)

    def _credit_held(self, held: CreditHeld) -> None:
        self.order_book.hold(held.order_id, held.customer_id, held.decided_on)
        self.seekers.order_held(held)

    def _credit_limit_set(self, limit: CreditLimitSet) -> None:
        self.seekers.limit_set(limit)

    def _credit_request_declined(self, answer: CreditRequestDeclined) -> None:
        self.seekers.declined(answer)

    def _credit_report_requested(self, question: CreditReportRequested) -> None:
        if self._first_time(f"report {question.report_id}"):
            self.bureau.asked(question)

    def _credit_released(self, released: CreditReleased) -> None:
        self.order_book.release(released.order_id)

    def _order_backordered(self, order: OrderBackordered) -> None:
        self.order_book.hold(order.order_id, order.customer_id, order.business_date)

    def _order_rejected(self, order: OrderRejected) -> None:
        if self._first_time(f"rejected {order.order_id}"):
            self.tally.rejected += 1

    def _first_time(self, identity: str) -> bool:
        if identity in self.answered:
            return False
        self.answered.add(identity)
        return True

    # What the day brings, phase by phase.

    def day_starts(self, day: BusinessDay) -> list[OutgoingEvent]:
        return [OutgoingEvent(BusinessDayStarted(company_id=COMPANY_ID, business_date=day.today))]

    def ledger_answers(self, day: BusinessDay) -> list[OutgoingEvent]:
        """GL_CORE answers every batch it was sent."""
        batches = {(batch.batch_id, batch.attempt): batch for batch in self._batches}
        self._batches = []
        answers = self.ledger.answers(batches.values())
        causes = {batch_id: batch for (batch_id, _), batch in sorted(batches.items())}
        return [OutgoingEvent(answer, causes[answer.batch_id]) for answer in answers]

    def deliveries(self, day: BusinessDay) -> list[OutgoingEvent]:
        """Goods on order reach the warehouse."""
        return [OutgoingEvent(arrival) for arrival in self.warehouse.arrivals(day.today)]

    def exchange_rates(self, day: BusinessDay) -> list[OutgoingEvent]:
        """The week's rates."""
        return [OutgoingEvent(rate) for rate in rates_of(day, self.dice, first=not self.master_data_known)]

    def master_data(self, day: BusinessDay) -> list[OutgoingEvent]:
        """Everything on the first day; at the beginning of a month three price rises and one customer that moves."""
        if not self.master_data_known:
            self.master_data_known = True
            items = [OutgoingEvent(item.changed()) for item in self.items.values()]
            prices = [
                OutgoingEvent(price) for item in self.items.values() for price in item.prices(1, _PRICES_VALID_FROM)
            ]
            return items + prices + [OutgoingEvent(customer.changed()) for customer in self.customers.values()]
        if not day.is_first_on_or_after(1) or day.today.replace(day=1) <= self.start:
            return []
        outgoing = []
        for item_id in items_to_reprice(self.dice, self.items, day.today):
            self.prices[item_id] += 1
            outgoing += [OutgoingEvent(p) for p in self.items[item_id].prices(self.prices[item_id], day.today)]
        american = sorted(c.customer_id for c in self.customers.values() if c.currency == "USD")
        customer_id = self.dice.on("who moves", day.today).choice(american)
        self.customers[customer_id] = moved(self.customers[customer_id], self.dice)
        return [*outgoing, OutgoingEvent(self.customers[customer_id].changed())]

    def credit_requests(self, day: BusinessDay) -> list[OutgoingEvent]:
        """Customers ask for credit, once they are known; the bureau answers what credit asked it."""
        if day.today <= self.start:
            return []
        asked = [OutgoingEvent(request) for request in self.seekers.requests(day, self.customers)]
        return asked + self.bureau_answers(day)

    def bureau_answers(self, day: BusinessDay) -> list[OutgoingEvent]:
        """The credit bureau's reports that are due."""
        return [OutgoingEvent(report, question) for report, question in self.bureau.answers(day, self.customers)]

    def opening_balances(self, day: BusinessDay) -> list[OutgoingEvent]:
        """Invoices brought forward, on the first day of all."""
        moving_in, self.moving_in = self.moving_in, False
        if not moving_in:
            return []
        return [OutgoingEvent(invoice) for invoice in open_invoices(self.customers.values(), day.today, self.dice)]

    def cancellations(self, day: BusinessDay) -> list[OutgoingEvent]:
        """Some customers cancel or amend an order of yesterday, or one that is held or backordered."""
        cancelled, amended = self.order_book.cancel_or_amend(day.today)
        self.tally.cancelled += len(cancelled)
        return [OutgoingEvent(event) for event in (*cancelled, *amended)]

    def orders(self, day: BusinessDay) -> list[OutgoingEvent]:
        placed = self.order_book.placed(day.today, self.customers, self.items)
        self.tally.orders += len(placed)
        return [OutgoingEvent(order) for order in placed]

    def stock_answers(self, day: BusinessDay) -> list[OutgoingEvent]:
        """INV_CTRL answers all requests in business order: older orders are served first."""
        requests, self._requests = sorted(self._requests, key=lambda r: r.business_order), []
        outgoing = []
        for request in requests:
            answer = self.warehouse.answer(request)
            if not any(line.short for line in answer.lines):
                self.order_book.release(request.order_id)
            outgoing.append(OutgoingEvent(answer, request))
        return outgoing

    def shipments(self, day: BusinessDay) -> list[OutgoingEvent]:
        """What was picked leaves the warehouse, at once, later, or in two parcels."""
        for pick_list in sorted(self._new_pick_lists, key=lambda p: p.business_order):
            self.warehouse.pick(pick_list, day.today)
        self._new_pick_lists = []
        return [
            OutgoingEvent(shipment, self._pick_lists.get(shipment.shipment_id.rpartition("/S")[0]))
            for shipment in self.warehouse.shipments(day.today)
        ]

    def ship_the_rest(self, shipped: Iterable[ShipmentConfirmed], day: date) -> None:
        """What an earlier run picked and did not ship leaves on `day`."""
        self.warehouse.remember_picks(self._new_pick_lists, shipped, day)
        self._new_pick_lists = []

    def payments(self, day: BusinessDay) -> list[OutgoingEvent]:
        """The bank feed of the day. Where a clerk imports the bank's files, there is a statement each day, and once a
        month files replace the feed.
        """
        paid = [payment for customer_id in sorted(self.customers) if (payment := self._payment(customer_id, day))]
        for payment in paid:
            self.tally.paid(payment)
        if self.bank_sends_files:
            payers = {bank.payment_id(customer, day.today): customer for customer in self.customers.values()}
            if bank_files.is_day_of_files(day):
                self.files_of_today, paid = bank_files.files_of(paid, payers, day.today), []
            else:
                self.files_of_today = bank_files.statement_of(paid, payers, day.today)
        return [OutgoingEvent(payment) for payment in self.feed.report(paid)]

    def _payment(self, customer_id: str, day: BusinessDay) -> PaymentReceived | None:
        customer = self.customers[customer_id]
        payer = Payer(
            customer, self.debtors.owed_by(customer_id), self.debtors.promises_of(customer_id), day, self.dice
        )
        meant = intention(payer)
        if meant is None or meant.amount <= Decimal(0):
            return None
        payment = bank.payment(customer, meant, day.today, self.dice)
        self.debtors.paid(customer_id, payment.payment_id, meant, day.today)
        return payment


SUBSCRIPTIONS: Final[dict[type[Event], Callable[[Upstream, Any], None]]] = {
    InvoicePosted: Upstream._invoice_posted,
    DunningSent: Upstream._dunning_sent,
    PromiseMade: Upstream._promise_made,
    StockRequested: Upstream._stock_requested,
    AllocationReleased: Upstream._allocation_released,
    PickListReleased: Upstream._pick_list_released,
    JournalBatchSubmitted: Upstream._journal_batch_submitted,
    OrderBackordered: Upstream._order_backordered,
    CreditHeld: Upstream._credit_held,
    CreditReleased: Upstream._credit_released,
    CreditLimitSet: Upstream._credit_limit_set,
    CreditRequestDeclined: Upstream._credit_request_declined,
    CreditReportRequested: Upstream._credit_report_requested,
    OrderRejected: Upstream._order_rejected,
}
"""What the simulated systems consume, in the order in which it is applied."""
