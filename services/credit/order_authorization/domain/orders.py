"""An open order, as far as credit is concerned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.credit.order_authorization.domain.evaluation import OrderFacts
from services.credit.order_authorization.domain.order_instructions import NO_INSTRUCTIONS, OrderInstructions
from shared.contracts.invoicing import OpenOrderChanged, OrderValidated
from shared.kernel.money import round_half_up

Decision = Literal["waiting", "approved", "held", "released", "declined", "lapsed"]
"""waiting: the customer or the order is not known yet; lapsed: cancelled before a decision."""


NOTHING: Final = Decimal(0)


@dataclass(slots=True)
class OpenOrder:
    """What of an order is neither invoiced nor cancelled, and what credit decided; amounts in `currency`."""

    customer_id: str
    order_id: str
    company_id: str
    currency: str
    order_date: date | None = None
    """None until OrderValidated: a change of the order arrived before the order itself."""
    order_amount: Decimal = NOTHING
    open_amount: Decimal = NOTHING
    order_version: int = 0
    decision: Decision = "waiting"
    decided_on: date | None = None
    order_tax: Decimal = NOTHING
    """The tax in `order_amount`."""
    decisions: int = 0
    """How often it was decided on; every decision event carries the number."""
    instructions: OrderInstructions = NO_INSTRUCTIONS
    revision: int = 1
    """Counts the amendments by the customer; each is decided on."""
    facts: OrderFacts | None = field(default=None, compare=False)
    """The facts of its last evaluation in this unit of work."""

    @property
    def exposure(self) -> Decimal:
        """The credit that the order takes: its open amount once it is approved or released, else nothing."""
        return self.open_amount if self.granted else NOTHING

    @property
    def exposure_tax(self) -> Decimal:
        """The tax in `exposure`: the share it has of the whole order."""
        if not self.order_tax or not self.granted:
            return NOTHING
        return round_half_up(self.open_amount * self.order_tax / self.order_amount, self.currency)

    @property
    def granted(self) -> bool:
        return self.decision in ("approved", "released")

    @property
    def awaits_decision(self) -> bool:
        return self.decision == "waiting" and self.order_date is not None

    @property
    def age(self) -> tuple[date, str]:
        """Oldest first: by order date, then order id."""
        return (self.order_date or date.max, self.order_id)

    def validated(self, order: OrderValidated) -> None:
        """Stores the order. An order that was cancelled before it arrived lapses."""
        if self.order_date is not None:
            return
        self._store(order)
        if self.open_amount == 0 and self.order_version > order.order_version:
            self._lapse(order.order_date)

    def is_amended_by(self, order: OrderValidated) -> bool:
        """Whether it is a later revision of an order that is known."""
        return order.revision > self.revision and self.order_date is not None

    def amended(self, order: OrderValidated) -> None:
        """Stores a later revision. A manual hold stays; conditions and first approvals lapse."""
        self._store(order)
        if self.instructions is not NO_INSTRUCTIONS:
            given = self.instructions
            self.instructions = (
                OrderInstructions(held_by=given.held_by, held_why=given.held_why) if given.held_by else NO_INSTRUCTIONS
            )

    def _store(self, order: OrderValidated) -> None:
        self.revision, self.order_date = order.revision, order.order_date
        self.order_amount = round_half_up(order.total, order.currency)
        self.order_tax = round_half_up(order.tax, order.currency)
        if self.order_version < order.order_version:
            self.order_version = order.order_version
            self.open_amount = self.order_amount

    def changed(self, change: OpenOrderChanged) -> None:
        """Updates what is open of the order; an older `change` is ignored."""
        if change.order_version <= self.order_version:
            return
        self.open_amount = round_half_up(change.open_amount, change.currency)
        self.order_version = change.order_version
        if self.open_amount == 0 and (self.decision == "held" or self.awaits_decision):
            self._lapse(change.business_date)

    def decide(self, decision: Decision, on: date) -> None:
        self.decisions += decision not in ("waiting", "lapsed")
        self.decision = decision
        self.decided_on = on

    def _lapse(self, on: date) -> None:
        self.decide("lapsed", on)
