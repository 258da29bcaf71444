"""The services and the topics in memory: just enough of each to let the simulated world go round."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime
from decimal import Decimal
from random import Random
from typing import TypeVar

from shared.contracts.collections import DunnedItem, DunningSent, PromiseMade
from shared.contracts.erp import BusinessDayStarted, InvoiceBroughtForward, OrderPlaced, Terms
from shared.contracts.event import Event
from shared.contracts.gl_core import JournalBatchRejected
from shared.contracts.inv_ctrl import ShipmentConfirmed, StockAnswered
from shared.contracts.invoicing import InvoicePosted, PickListReleased, RequestedLine, StockRequested
from shared.contracts.journal import JournalBatchSubmitted, JournalTotal
from shared.kernel.payment_terms import PaymentTerms
from simulator.systems.outgoing_event import OutgoingEvent
from simulator.transport.event_publisher import Identities
from simulator.world import Simulation

START = date(2026, 1, 1)
E = TypeVar("E", bound=Event)
_TERMS = Terms(net_days=15, discount_days=10, discount_percent=Decimal(2))


class ServicesInMemory:
    """Approves every order, bills each shipped piece at 10.00, and lets `Random(shuffle)` deliver in any order."""

    def __init__(self, seed: int, shuffle: int) -> None:
        self.published: list[Event] = []
        """By the simulation."""
        self.answers_published: list[Event] = []
        """By the services."""
        self._identities = Identities(f"{seed}/{START}")
        self._mixer = Random(shuffle)
        self._unread: list[Event] = []
        self._currencies: dict[str, str] = {}
        self._batches: dict[str, JournalBatchSubmitted] = {}
        self.invoices: list[InvoicePosted] = []

    async def read(self) -> list[Event]:
        events, self._unread = self._unread, []
        self._mixer.shuffle(events)
        return events

    async def publish(self, outgoing: Sequence[OutgoingEvent], day: date) -> None:
        noon = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        for one in outgoing:
            event = self._identities.identify(one, noon)
            self.published.append(event)
            answers = self._answers(event, day)
            self._unread += [self._identities.identify(OutgoingEvent(answer), noon) for answer in answers]
            self.answers_published += answers

    async def wait(self) -> None:
        """Always idle."""

    def _answers(self, event: Event, day: date) -> list[Event]:
        match event:
            case OrderPlaced(revision=1, lines=lines) if all(x.quantity > 0 and x.item_id != "ITEM-999" for x in lines):
                self._currencies[event.order_id] = event.currency
                return [_request(event)]
            case StockAnswered():
                return _pick_list(event, day)
            case ShipmentConfirmed():
                return [self._invoice(event)]
            case InvoiceBroughtForward():
                return [self._brought_forward(event)]
            case JournalBatchRejected():
                return [self._batches[event.batch_id].model_copy(update={"attempt": event.attempt + 1})]
            case BusinessDayStarted():
                return [self._batch(day), *self._reminders(day)]
            case _:
                return []

    def _invoice(self, shipment: ShipmentConfirmed) -> InvoicePosted:
        total = Decimal(10) * sum(line.quantity for line in shipment.lines)
        terms = PaymentTerms(_TERMS.net_days, _TERMS.discount_days, _TERMS.discount_percent)
        invoice = InvoicePosted(
            invoice_id=f"INV-{shipment.shipment_id}",
            invoice_number=f"N-{self._mixer.randrange(10**9)}",
            company_id="US01",
            customer_id=shipment.customer_id,
            order_id=shipment.order_id,
            customer_reference=f"PO-{shipment.order_id}",
            origin="shipment",
            invoice_date=shipment.shipped_on,
            due_date=terms.due_date(shipment.shipped_on),
            terms=_TERMS,
            discount_date=terms.discount_date(shipment.shipped_on),
            currency=self._currencies[shipment.order_id],
            net=total,
            tax=Decimal(0),
            total=total,
            discount_amount=terms.discount(total, "USD"),
        )
        self.invoices.append(invoice)
        return invoice

    def _brought_forward(self, old: InvoiceBroughtForward) -> InvoicePosted:
        invoice = InvoicePosted(
            invoice_id=f"BF-{old.invoice_number}",
            invoice_number=old.invoice_number,
            company_id=old.company_id,
            customer_id=old.customer_id,
            origin="brought_forward",
            invoice_date=old.invoice_date,
            due_date=old.due_date,
            terms=Terms(net_days=30),
            currency=old.currency,
            net=old.amount,
            tax=Decimal(0),
            total=old.amount,
            discount_amount=Decimal(0),
        )
        self.invoices.append(invoice)
        return invoice

    def _reminders(self, day: date) -> list[Event]:
        late = [i for i in self.invoices if (day - i.due_date).days in (1, 2, 3)]
        return [event for invoice in late for event in (_reminder(invoice, day), _promise(invoice, day))]

    def _batch(self, day: date) -> JournalBatchSubmitted:
        batch = JournalBatchSubmitted(
            batch_id=f"invoicing/{day}",
            source="invoicing",
            company_id="US01",
            business_date=day,
            sequence=1,
            currency="USD",
            totals=(
                JournalTotal(account="1200", debit=Decimal(5), credit=Decimal(0)),
                JournalTotal(account="4000", debit=Decimal(0), credit=Decimal(5)),
            ),
        )
        self._batches[batch.batch_id] = batch
        return batch

    def of(self, kind: type[E]) -> list[E]:
        """What the simulation published of one kind, in order."""
        return [event for event in self.published if isinstance(event, kind)]


def simulation(services: ServicesInMemory, seed: int) -> Simulation:
    return Simulation(seed=seed, start=START, reader=services, publisher=services, idle=services)


def _request(order: OrderPlaced) -> StockRequested:
    return StockRequested(
        request_id=f"{order.order_id}/R1",
        request_no=1,
        order_id=order.order_id,
        customer_id=order.customer_id,
        company_id=order.company_id,
        business_date=order.order_date,
        ship_complete=order.ship_complete,
        lines=tuple(RequestedLine(**line.model_dump()) for line in order.lines),
    )


def _pick_list(answer: StockAnswered, day: date) -> list[Event]:
    lines = [
        RequestedLine(line_no=line.line_no, item_id=line.item_id, quantity=line.allocated)
        for line in answer.lines
        if line.allocated
    ]
    if not lines:
        return []
    return [
        PickListReleased(
            pick_list_id=f"{answer.order_id}/P1",
            order_id=answer.order_id,
            customer_id=answer.customer_id,
            company_id="US01",
            released_on=day,
            lines=tuple(lines),
        )
    ]


def _reminder(invoice: InvoicePosted, day: date) -> DunningSent:
    return DunningSent(
        notice_id=f"{invoice.invoice_id}/1",
        customer_id=invoice.customer_id,
        company_id="US01",
        step=1,
        step_name="reminder",
        sent_on=day,
        currency=invoice.currency,
        total=invoice.total,
        policy_version=0,
        items=(
            DunnedItem(
                item_id=invoice.invoice_id,
                document_number=invoice.invoice_number,
                due_date=invoice.due_date,
                days_overdue=1,
                open_amount=invoice.total,
            ),
        ),
    )


def _promise(invoice: InvoicePosted, day: date) -> PromiseMade:
    return PromiseMade(
        promise_id=f"{invoice.invoice_id}/promise",
        customer_id=invoice.customer_id,
        made_on=day,
        due_on=day,
        currency=invoice.currency,
        amount=invoice.total,
        made_by="collector",
    )
