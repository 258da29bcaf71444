"""An order: its lines, its state, and the part of it that is neither invoiced nor cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Final, NamedTuple, Self

from services.invoicing.orders.domain.life import OrderStep, State, check_transition
from services.invoicing.orders.domain.lines import ZERO, BackorderedLine, OrderLine, StockRequestState
from services.invoicing.orders.domain.pricing import PricedItem, PricedOrder
from shared.contracts.erp import OrderPlaced
from shared.contracts.invoicing import (
    InvoiceInstalment,
    OpenOrderChanged,
    OrderRejected,
    OrderValidated,
    PricedLine,
    Reason,
)
from shared.kernel.money import Money
from shared.kernel.payment_terms import PaymentTerms


class CannotBeApplied(ValueError):
    """An event contradicts the books; the message states why, and what to do."""


class OrderConflict(CannotBeApplied):
    """An event does not fit the order; the message states why."""


class Invoiced(NamedTuple):
    """The invoice of a part of an order: its total incl. tax in the order's currency, and its instalments."""

    invoice_id: str
    total: Decimal
    instalments: tuple[InvoiceInstalment, ...]


@dataclass(slots=True)
class Order:
    """A customer's order. Amounts are in `currency`; prices, tax rates and terms are those of its validation."""

    order_id: str
    customer_id: str
    company_id: str
    order_date: date
    currency: str
    customer_reference: str
    ship_to_id: str | None
    """The customer to whom the goods go; None: `customer_id`, who is invoiced."""
    jurisdiction: str
    ship_complete: bool
    fingerprint: str
    """Distinguishes an order that is sent again from another one under the same number."""
    lines: list[OrderLine]
    revision: int = 1
    """Counts the customer's changes, from 1: a decision on an older revision is out of date."""
    state: State = State.PLACED
    terms: PaymentTerms = PaymentTerms(0)  # noqa: RUF009 - frozen
    net: Decimal = ZERO
    tax: Decimal = ZERO
    version: int = 1
    rules_version: int = 0
    tax_version: int = 0
    reasons: tuple[Reason, ...] = ()
    stock_requests: dict[str, StockRequestState] = field(default_factory=dict)
    stock_requests_made: int = 0
    pick_lists: int = 0
    steps: int = 0
    approved_until: date | None = None
    """The last day on which stock may be requested with credit's approval; None: no limit."""
    decision_no: int = 0
    """The number of credit's latest decision that was applied."""
    stopped: bool = False
    """Credit holds it after an approval: no more stock is requested until credit releases it."""
    new_steps: list[OrderStep] = field(default_factory=list)
    """Lines of its history that are not saved yet."""
    listed_backorders: dict[int, BackorderedLine] = field(default_factory=dict)
    """Its lines in the list of backorders, by line number."""

    @classmethod
    def of(cls, placed: OrderPlaced) -> Self:
        """The order as it was placed, before validation."""
        order = cls(
            order_id=placed.order_id,
            customer_id=placed.customer_id,
            company_id=placed.company_id,
            order_date=placed.order_date,
            currency=placed.currency,
            customer_reference=placed.customer_reference,
            ship_to_id=ship_to_of(placed),
            jurisdiction=placed.jurisdiction or "",
            ship_complete=placed.ship_complete,
            fingerprint=fingerprint(placed),
            lines=[OrderLine(line.line_no, line.item_id, line.quantity) for line in placed.lines],
            revision=placed.revision,
        )
        order.note(placed.order_date, f"placed, {len(placed.lines)} line(s)")
        return order

    def place_again(self, placed: OrderPlaced) -> Order:
        """A rejected order that is placed once more: validated anew, with its history kept."""
        again = Order.of(placed)
        again.state, again.steps, again.new_steps = self.state, self.steps, self.new_steps
        again.enter(State.PLACED, placed.order_date, f"placed again, {len(placed.lines)} line(s)")
        return again

    def enter(self, state: State, on: date, why: str) -> None:
        """Changes to `state`; raises InvalidTransition where the table of its life does not allow that."""
        check_transition(self.order_id, self.state, state)
        self.state = state
        self.note(on, why)

    def note(self, on: date, why: str) -> None:
        """Adds a line to the order's history."""
        self.steps += 1
        self.new_steps.append(OrderStep(self.steps, self.state, on, why))

    def line(self, line_no: int) -> OrderLine:
        """Raises OrderConflict where the order has no such line."""
        for line in self.lines:
            if line.line_no == line_no:
                return line
        raise OrderConflict(f"order {self.order_id} has no line {line_no}")

    @property
    def total(self) -> Decimal:
        return self.net + self.tax

    @property
    def open_amount(self) -> Decimal:
        """The amount that is neither invoiced nor cancelled, incl. tax."""
        if self.state in (State.PLACED, State.REJECTED):
            return ZERO
        if not any(line.shipped or line.cancelled for line in self.lines):
            return self.total
        charges = (line.charge(line.open, self.currency) for line in self.lines)
        return sum((c.net + c.tax for c in charges), ZERO)

    def accept(self, priced: PricedOrder) -> OrderValidated:
        """The order is valid: it gets its prices, tax rates and terms."""
        lines = self.apply_pricing(priced)
        total = Money(self.total, self.currency)
        self.enter(State.VALIDATED, self.order_date, f"priced at {total} incl. tax, terms {self.terms}")
        return self.validated(lines)

    def apply_pricing(self, order: PricedOrder) -> list[PricedLine]:
        """Sets lines, prices, tax rates and terms; returns the lines as they are published."""
        self.jurisdiction, self.terms = order.jurisdiction, order.terms
        lines = sorted(order.lines, key=lambda priced: priced.line.line_no)
        self.lines = [
            OrderLine(p.line.line_no, p.item.item_id, p.line.quantity, p.item.description, p.unit_price, p.tax_percent)
            for p in lines
        ]
        priced = [_priced(line) for line in lines]
        self.net = sum((line.net for line in priced), ZERO)
        self.tax = sum((line.tax for line in priced), ZERO)
        return priced

    def validated(self, priced: Iterable[PricedLine], amended_on: date | None = None) -> OrderValidated:
        """The event for credit: the order with its lines and amounts."""
        return OrderValidated(
            order_id=self.order_id,
            company_id=self.company_id,
            customer_id=self.customer_id,
            order_date=self.order_date,
            currency=self.currency,
            net=self.net,
            tax=self.tax,
            total=self.total,
            ship_complete=self.ship_complete,
            lines=tuple(priced),
            revision=self.revision,
            order_version=self.version,
            amended_on=amended_on,
        )

    def reject(self, reasons: Iterable[Reason]) -> OrderRejected:
        """The order is not valid; every reason is given."""
        self.reasons = tuple(reasons)
        self.enter(State.REJECTED, self.order_date, " ".join(reason.text for reason in self.reasons))
        return OrderRejected(
            order_id=self.order_id,
            company_id=self.company_id,
            customer_id=self.customer_id,
            order_date=self.order_date,
            reasons=self.reasons,
        )

    def hold(self, on: date, why: str) -> None:
        """Credit holds it. A hold that comes after an approval changes nothing."""
        if self.state is State.VALIDATED:
            self.enter(State.CREDIT_HELD, on, why)

    def approve(self, on: date, why: str) -> bool:
        """Credit approves it; False where it was approved before or is cancelled."""
        if self.state not in (State.VALIDATED, State.CREDIT_HELD):
            return False
        self.enter(State.CREDIT_APPROVED, on, why)
        return True

    def decline(self, on: date, why: str) -> OpenOrderChanged | None:
        """Credit declines it, or the rest of it; None where the decision comes too late."""
        if self.state not in (State.VALIDATED, State.CREDIT_HELD) and not self.stopped:
            return None
        return self.cancel(on, why)

    def cancel(self, on: date, why: str) -> OpenOrderChanged | None:
        """Cancels the units that are not on a pick list; None where there are none.

        Units on a pick list are still shipped and invoiced.
        """
        if self.state is State.REJECTED:
            return None
        cancelled = 0
        for line in self.lines:
            free = line.unrequested + line.requested + line.backordered
            line.cancelled += free
            cancelled += free
        if not cancelled:
            return None
        self.withdraw_stock_requests()
        self._enter_after_cancelling(on, f"{cancelled} unit(s) cancelled: {why}")
        return self.open_order_changed(on)

    def withdraw_stock_requests(self) -> None:
        """No unit is requested or backordered any more; an allocation that comes later is released."""
        for line in self.lines:
            line.requested = line.backordered = 0
        for request in self.stock_requests.values():
            request.withdrawn = True

    def _enter_after_cancelling(self, on: date, why: str) -> None:
        if any(line.picking for line in self.lines):
            self.enter(State.PICKING, on, f"{why}; units on pick lists are still shipped")
        elif any(line.shipped for line in self.lines):
            self.enter(State.CLOSED, on, f"{why}; nothing is open any more")
        else:
            self.enter(State.CANCELLED, on, why)

    def open_order_changed(self, on: date, invoiced: Invoiced | None = None) -> OpenOrderChanged:
        """The next version of the order's open amount. Version 1 is OrderValidated itself.

        `invoiced` is the invoice that causes it.
        """
        self.version += 1
        return OpenOrderChanged(
            order_id=self.order_id,
            customer_id=self.customer_id,
            company_id=self.company_id,
            order_version=self.version,
            state=self.state,
            currency=self.currency,
            open_amount=self.open_amount,
            business_date=on,
            invoice_id=invoiced.invoice_id if invoiced else None,
            invoiced_amount=invoiced.total if invoiced else ZERO,
            instalments=invoiced.instalments if invoiced else (),
            customer_reference=self.customer_reference,
        )


def ship_to_of(placed: OrderPlaced) -> str | None:
    """The customer to whom the goods go; None where it is the one who is invoiced."""
    return None if placed.ship_to_id == placed.customer_id else placed.ship_to_id


def fingerprint(placed: OrderPlaced) -> str:
    """The same for two orders with the same content."""
    return sha256(placed.model_dump_json(exclude=_NOT_CONTENT).encode()).hexdigest()


_NOT_CONTENT: Final = {"revision", "amended_on"}


def _priced(priced: PricedItem) -> PricedLine:
    return PricedLine(
        line_no=priced.line.line_no,
        item_id=priced.item.item_id,
        quantity=priced.line.quantity,
        unit_price=priced.unit_price,
        net=priced.charge.net,
        tax_percent=priced.tax_percent,
        tax=priced.charge.tax,
    )
