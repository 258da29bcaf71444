"""An open order, as far as credit is concerned."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.credit.domain.authorisation import Facts
from services.credit.domain.handling import UNTOUCHED, Handling
from shared.contracts.invoicing import OpenOrderChanged, OrderValidated
from shared.kernel.money import round_half_up

Decision = Literal["waiting", "approved", "held", "released", "declined", "lapsed"]
"""waiting: the customer or the order itself is not known yet; lapsed: cancelled before it was decided."""


NOTHING: Final = Decimal(0)


@dataclass(slots=True)
class OpenOrder:
    """What of an order is neither invoiced nor cancelled, and what credit decided; amounts in `currency`."""

    customer_id: str
    order_id: str
    company_id: str
    currency: str
    order_date: date | None = None
    """None until OrderValidated: what is left of the order was heard of before the order itself."""
    order_amount: Decimal = NOTHING
    open_amount: Decimal = NOTHING
    order_version: int = 0
    decision: Decision = "waiting"
    decided_on: date | None = None
    order_tax: Decimal = NOTHING
    """The tax in `order_amount`."""
    decisions: int = 0
    """How often it was decided on; every word about it carries the number."""
    handling: Handling = UNTOUCHED
    revision: int = 1
    """Counts how the customer wanted it; each is decided on."""
    facts: Facts | None = field(default=None, compare=False)
    """What was known when it was judged in this unit of work."""

    @property
    def exposure(self) -> Decimal:
        """What the order takes of the customer's credit: its open amount once it may go on, else nothing."""
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
    def to_be_judged(self) -> bool:
        return self.decision == "waiting" and self.order_date is not None

    @property
    def age(self) -> tuple[date, str]:
        """Oldest first: by order date, then order id."""
        return (self.order_date or date.max, self.order_id)

    def validated(self, order: OrderValidated) -> None:
        """Takes in the order. One that was cancelled before it was heard of lapses."""
        if self.order_date is not None:
            return
        self._take_in(order)
        if self.open_amount == 0 and self.order_version > order.order_version:
            self._lapse(order.order_date)

    def is_amended_by(self, order: OrderValidated) -> bool:
        """Whether it is a later revision of an order that is known."""
        return order.revision > self.revision and self.order_date is not None

    def amended(self, order: OrderValidated) -> None:
        """Takes in a later revision. A hold by hand stays; conditions and signatures were for what was wanted then."""
        self._take_in(order)
        if self.handling is not UNTOUCHED:
            said = self.handling
            self.handling = Handling(held_by=said.held_by, held_why=said.held_why) if said.held_by else UNTOUCHED

    def _take_in(self, order: OrderValidated) -> None:
        self.revision, self.order_date = order.revision, order.order_date
        self.order_amount = round_half_up(order.total, order.currency)
        self.order_tax = round_half_up(order.tax, order.currency)
        if self.order_version < order.order_version:
            self.order_version = order.order_version
            self.open_amount = self.order_amount

    def changed(self, change: OpenOrderChanged) -> None:
        """Takes in what is left of the order; nothing where `change` is older than what is known."""
        if change.order_version <= self.order_version:
            return
        self.open_amount = round_half_up(change.open_amount, change.currency)
        self.order_version = change.order_version
        if self.open_amount == 0 and (self.decision == "held" or self.to_be_judged):
            self._lapse(change.business_date)

    def decide(self, decision: Decision, on: date) -> None:
        self.decisions += decision not in ("waiting", "lapsed")
        self.decision = decision
        self.decided_on = on

    def _lapse(self, on: date) -> None:
        self.decide("lapsed", on)
