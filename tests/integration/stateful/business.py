"""The five services wired by the events they publish, with the ERP, the bank and the warehouse played by the test."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Coroutine, Sequence
from datetime import date
from decimal import Decimal
from itertools import count
from random import Random
from typing import Any

from services.cash_app.application.api import apply_payment
from services.cash_app.application.schemas import ApplyLine, ApplyPayment
from services.cash_app.identification.api import assign_payment
from services.cash_app.identification.schemas import AssignPayment
from services.collections.credit_holds.api import lift_hold
from services.collections.promises.api import cancel_promise, make_promise
from services.collections.promises.schemas import PromiseToPay
from services.credit.limits.api import set_limit
from services.credit.limits.schemas import SetLimit
from services.credit.order_authorization.api import decline_order, release_order
from services.credit.order_authorization.schemas import DeclineOrder, ReleaseOrder
from shared.chassis.http.schemas import WithReason
from shared.contracts.erp import BusinessDayStarted
from shared.contracts.event import Event
from tests.integration.stateful.story_service import StoryService, context
from tests.kit.events.sample import COMPANY

STEPS_MAX = 2_000
"""Batches until idle; more are taken for an endless exchange of events."""
WHY = "asked for in a story"


class Business:
    """Delivers every published event to its consumers, until no service has anything left to publish."""

    def __init__(
        self,
        running_services: Sequence[StoryService],
        before_cash: Callable[[list[Event]], None],
        published: Callable[[Event], None],
    ) -> None:
        """`before_cash` sees each batch that cash_app is about to handle, `published` every event."""
        self._services = running_services
        self.invoicing, self.credit, self.cash, self.collections, self.analytics = running_services
        for running in running_services:
            running.begin_story()
        self._waiting: dict[str, deque[Event]] = {running.name: deque() for running in self._services}
        self._numbers = count(1)
        self._before_cash, self._published = before_cash, published

    def end(self) -> None:
        for running in self._services:
            running.end_story()

    def send(self, *events: Event, disorder: int) -> None:
        """Events from outside, and all that follows. `disorder` 0: one by one in the order of publication."""
        for event in events:
            self._publish(event.with_context(context(next(self._numbers), "erp")))
        self._until_idle(disorder)

    def begin_day(self, day: date, disorder: int) -> None:
        self.send(BusinessDayStarted(company_id=COMPANY, business_date=day), disorder=disorder)

    # What people ask for

    def promise(self, customer_id: str, amount: Decimal, currency: str, due_on: date, disorder: int) -> str:
        body = PromiseToPay(amount=amount, currency=currency, due_on=due_on)
        made = self._ask(
            self.collections, lambda c: make_promise(customer_id=customer_id, body=body, command=c), disorder
        )
        return str(made.promise_id)

    def cancel_promise(self, promise_id: str, disorder: int) -> None:
        body = WithReason(reason=WHY)
        self._ask(self.collections, lambda c: cancel_promise(promise_id=promise_id, body=body, command=c), disorder)

    def lift_hold(self, hold_id: str, disorder: int) -> None:
        body = WithReason(reason=WHY)
        self._ask(self.collections, lambda c: lift_hold(hold_id=hold_id, body=body, command=c), disorder)

    def assign(self, payment_id: str, customer_id: str, disorder: int) -> None:
        body = AssignPayment(customer_id=customer_id, reason=WHY)
        self._ask(self.cash, lambda c: assign_payment(payment_id, body, c), disorder)

    def apply(self, payment_id: str, item_id: str, amount: Decimal, discount: Decimal, disorder: int) -> None:
        line = ApplyLine(item_id=item_id, amount=amount, discount=discount)
        body = ApplyPayment(lines=[line], reason=WHY)
        self._ask(self.cash, lambda c: apply_payment(payment_id, body, c), disorder)

    def release(self, order_id: str, disorder: int) -> None:
        self._ask(self.credit, lambda c: release_order(order_id, ReleaseOrder(reason=WHY), c), disorder)

    def decline(self, order_id: str, disorder: int) -> None:
        self._ask(self.credit, lambda c: decline_order(order_id, DeclineOrder(reason=WHY), c), disorder)

    def set_limit(self, customer_id: str, limit: Decimal, currency: str, disorder: int) -> None:
        body = SetLimit(credit_limit=limit, currency=currency, reason=WHY)
        self._ask(self.credit, lambda c: set_limit(customer_id, body, c), disorder)

    def _ask(self, running: StoryService, what: Callable[[Any], Coroutine[Any, Any, Any]], disorder: int) -> Any:
        answer, emitted = running.ask(next(self._numbers), what)
        self._publish_all(emitted)
        self._until_idle(disorder)
        return answer

    # How it travels

    def _publish(self, event: Event) -> None:
        for running in self._services:
            if running.consumes(event):
                self._waiting[running.name].append(event)

    def _publish_all(self, events: list[Event]) -> None:
        for event in events:
            self._published(event)
            self._publish(event)

    def _until_idle(self, disorder: int) -> None:
        chance = Random(disorder) if disorder else None
        for _ in range(STEPS_MAX):
            busy = [running for running in self._services if self._waiting[running.name]]
            if not busy:
                return
            running = chance.choice(busy) if chance else busy[0]
            self._take(running, self._next_batch(self._waiting[running.name], chance))
        raise AssertionError("the services publish without end")

    def _next_batch(self, waiting: deque[Event], chance: Random | None) -> list[Event]:
        if chance is None:
            return [waiting.popleft()]
        events = list(waiting)
        chance.shuffle(events)
        taken = chance.randint(1, len(events))
        waiting.clear()
        waiting.extend(events[taken:])
        return events[:taken]

    def _take(self, running: StoryService, batch: list[Event]) -> None:
        if running is self.cash:
            self._before_cash(batch)
        self._publish_all(running.handle(batch))
        if any(isinstance(event, BusinessDayStarted) for event in batch):
            self._publish_all(running.run_daily())
