"""What credit, the warehouse and the ERP say of an order, applied to it: when it comes, or once it can be heard."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from services.invoicing.billing import Shipped, TakenOff, number_and_post, take_off
from services.invoicing.domain.credit_stop import answer_comes_too_late, ask_credit, cut, resume, stop
from services.invoicing.domain.invoices import CannotBeInvoiced
from services.invoicing.domain.orders import AgainstTheOrder, Order
from services.invoicing.domain.stock import ask_again, ask_for_all, came_in_meanwhile, take_answer
from services.invoicing.domain.too_early import AboutAnOrder, CreditDecision, comes_too_early
from services.invoicing.store import InvoicingWork
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.erp import OrderCancelled
from shared.contracts.inv_ctrl import ShipmentConfirmed, StockAnswered
from shared.contracts.invoicing import PickListReleased


@dataclass(slots=True)
class Desk:
    """Applies what was said to orders, within one unit of work. What is to be invoiced is collected in `taken_off`."""

    uow: InvoicingWork
    heard: Mapping[str, int]
    """How often each item has come in so far; of items that may be short, locked."""
    taken_off: list[TakenOff] = field(default_factory=list)

    @classmethod
    async def open(cls, told: Iterable[tuple[AboutAnOrder, Order]], uow: InvoicingWork) -> Desk:
        """Reads the replenishments that these events need, with one query for each way of reading."""
        items: set[str] = set()
        short: set[str] = set()
        for event, order in told:
            if isinstance(event, StockAnswered):
                if any(line.short for line in event.lines):
                    short.update(line.item_id for line in event.lines)
            elif not isinstance(event, CreditHeld | CreditDeclined | OrderCancelled | ShipmentConfirmed):
                items.update(line.item_id for line in order.lines)
        counted = await uow.replenishments(items) if items else {}
        return cls(uow, {**counted, **await uow.lock_replenishments(short)})

    def hear(self, event: AboutAnOrder, order: Order) -> None:
        """Raises AgainstTheOrder or CannotBeInvoiced, with nothing changed, where it does not fit the order."""
        if isinstance(event, StockAnswered):
            self._take_stock(event, order)
        elif isinstance(event, ShipmentConfirmed):
            self.taken_off.append(take_off(Shipped(order, event, event), self.uow))
        elif isinstance(event, OrderCancelled):
            changed = order.cancel(event.cancelled_on, event.reason)
            if changed is not None:
                self.uow.emit(changed, cause=event)
        else:
            self._take_decision(event, order)

    def _take_decision(self, event: CreditDecision, order: Order) -> None:
        on = event.decided_on
        if event.decision_no < order.decision_no or event.revision < order.revision:
            return
        if isinstance(event, CreditHeld):
            why = "held by credit: " + " ".join(reason.text for reason in event.reasons)
            if not stop(order, event.decision_no, on, why):
                order.hold(on, why)
            order.decision_no = event.decision_no
            return
        if isinstance(event, CreditDeclined):
            changed = order.decline(on, f"declined by {event.declined_by}: {event.reason}")
            if changed is not None:
                self.uow.emit(changed, cause=event)
            return
        if isinstance(event, CreditApproved):
            why = f"approved by credit: exposure {event.exposure:,} of {event.credit_limit:,} {event.currency}"
        else:
            why = f"released by {event.released_by}: {event.reason}"
        if order.approve(on, why) or resume(order, event.decision_no, on, why):
            self._go_on(event, order, why)

    def _go_on(self, event: CreditApproved | CreditReleased, order: Order, why: str) -> None:
        order.decision_no, order.approved_until = max(order.decision_no, event.decision_no), event.valid_until
        if isinstance(event, CreditReleased) and event.released_amount is not None:
            changed = cut(order, event.released_amount, event.decided_on, why)
            if changed is not None:
                self.uow.emit(changed, cause=event)
        if any(line.unasked for line in order.lines):
            self.uow.emit(ask_for_all(order, self.heard, event.decided_on), cause=event)

    def _take_stock(self, event: StockAnswered, order: Order) -> None:
        question = order.questions.get(event.request_id)
        if answer_comes_too_late(order, event):
            self.uow.emit(ask_credit(order, event.business_date), cause=event)
        for told in take_answer(order, event):
            self.uow.emit(told, cause=event)
            if isinstance(told, PickListReleased):
                self.uow.write_pick_list(told)
        missed = came_in_meanwhile(order, question, self.heard) if question else {}
        if missed:
            self.uow.emit(ask_again(order, missed, self.heard, event.business_date), cause=event)


async def hear_early(orders: Sequence[Order], uow: InvoicingWork) -> None:
    """What came too early for these orders is heard, as far as what it answers has been said by now.

    The earliest first, as what it leads to may let the next one be heard. What does not fit goes on waiting, and is
    shown among the early events.
    """
    if not orders:
        return
    waiting = await uow.early.of((order.customer_id, order.order_id) for order in orders)
    if not waiting:
        return
    desk = await Desk.open(((event, uow.orders[key]) for key, events in waiting.items() for event in events), uow)
    for key, events in waiting.items():
        while _hear_next(desk, events, uow.orders[key]):
            pass
    await number_and_post(desk.taken_off, uow)


def _hear_next(desk: Desk, events: list[AboutAnOrder], order: Order) -> bool:
    """Hears the first one that can be heard, and takes it off the list; False where none can."""
    for event in events:
        if comes_too_early(order, event):
            continue
        try:
            desk.hear(event, order)
        except (AgainstTheOrder, CannotBeInvoiced):
            continue
        desk.uow.early.heard(event)
        events.remove(event)
        return True
    return False
