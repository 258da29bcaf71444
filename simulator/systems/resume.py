"""Resuming after an earlier run: the simulated systems restore their state from its events."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Final

from shared.contracts.cash_app import OpenItemChanged
from shared.contracts.credit_bureau import CreditReportReceived
from shared.contracts.erp import BusinessDayStarted, CreditRequested, CustomerChanged, OrderCancelled, PriceChanged
from shared.contracts.event import Event
from shared.contracts.gl_core import JournalBatchPosted, JournalBatchRejected
from shared.contracts.inv_ctrl import ShipmentConfirmed, StockAnswered, StockReplenished
from simulator.systems.tally import Tally
from simulator.systems.upstream import Upstream, attempt_of

REMEMBERED: Final[tuple[type[Event], ...]] = (
    BusinessDayStarted,
    CustomerChanged,
    PriceChanged,
    OrderCancelled,
    StockAnswered,
    StockReplenished,
    ShipmentConfirmed,
    JournalBatchPosted,
    JournalBatchRejected,
    OpenItemChanged,
    CreditRequested,
    CreditReportReceived,
)
"""The events that, beside those consumed every day, show how far an earlier run came."""


def last_business_day(published: Iterable[Event]) -> date | None:
    """The last day that was started; None on a stack without business."""
    return max((event.business_date for event in published if isinstance(event, BusinessDayStarted)), default=None)


def resume(upstream: Upstream, consumed: Sequence[Event], published: Sequence[Event], day: date) -> None:
    """Brings `upstream` to where the events of earlier runs left it; `day` is the first day it plays."""
    known_customers = {e.customer_id for e in published if isinstance(e, CustomerChanged)}
    upstream.master_data_known = known_customers >= set(upstream.customers)
    upstream.moving_in = not upstream.master_data_known
    for event in sorted((e for e in published if isinstance(e, CustomerChanged)), key=lambda e: e.version):
        if event.customer_id in upstream.customers:
            upstream.customers[event.customer_id] = upstream.customers[event.customer_id].as_known(event)
    _remember_what_was_settled(upstream, published)
    upstream.apply(consumed)
    _remember_open_items(upstream, published)
    shipments = {e.shipment_id: e for e in published if isinstance(e, ShipmentConfirmed)}
    upstream.ship_the_rest(shipments.values(), day)
    upstream.tally = Tally()


def _remember_what_was_settled(upstream: Upstream, published: Sequence[Event]) -> None:
    for event in published:
        match event:
            case PriceChanged() if event.item_id in upstream.prices:
                upstream.prices[event.item_id] = max(upstream.prices[event.item_id], event.version)
            case OrderCancelled():
                upstream.order_book.cancelled.add(event.order_id)
            case StockAnswered():
                if event.request_id not in upstream.answered:
                    upstream.answered.add(event.request_id)
                    upstream.warehouse.remember_answer(event)
            case StockReplenished():
                upstream.warehouse.receive(event.item_id, event.quantity)
            case CreditRequested():
                upstream.seekers.remember(event)
            case CreditReportReceived():
                upstream.answered.add(f"report {event.report_id}")
            case JournalBatchPosted():
                upstream.ledger.remember(event)
            case JournalBatchRejected():
                upstream.answered.add(attempt_of(event))
            case _:
                pass


def _remember_open_items(upstream: Upstream, published: Sequence[Event]) -> None:
    changes = sorted((e for e in published if isinstance(e, OpenItemChanged)), key=lambda e: e.business_order)
    for change in changes:
        upstream.debtors.settled(change)
