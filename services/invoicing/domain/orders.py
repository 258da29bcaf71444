"""An order: what was ordered, where it is in its life, and what of it is neither invoiced nor cancelled."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Final, Self

from services.invoicing.domain.order_life import LifeStep, State, check_step
from services.invoicing.domain.order_lines import NOTHING, OrderLine, StockQuestion
from services.invoicing.domain.validation import Judgement, PricedItem
from shared.contracts.erp import OrderPlaced
from shared.contracts.invoicing import (
    OpenOrderChanged,
    OrderRejected,
    OrderValidated,
    PricedLine,
    Reason,
)
from shared.kernel.payment_terms import PaymentTerms


class AgainstTheOrder(ValueError):
    """What was heard does not fit the order; the sentence says why."""


@dataclass(slots=True)
class Order:
    """A customer's order. Amounts are in `currency`; prices, tax rates and terms are those of its validation."""

    order_id: str
    customer_id: str
    company_id: str
    order_date: date
    currency: str
    customer_reference: str
    jurisdiction: str
    ship_complete: bool
    fingerprint: str
    """Tells an order that is sent again from another one under the same number."""
    lines: list[OrderLine]
    revision: int = 1
    """Counts how the customer wanted it: what is said of an older one is out of date."""
    state: State = State.PLACED
    terms: PaymentTerms = PaymentTerms(0)  # noqa: RUF009 - frozen
    net: Decimal = NOTHING
    tax: Decimal = NOTHING
    version: int = 1
    rules_version: int = 0
    tax_version: int = 0
    reasons: tuple[Reason, ...] = ()
    questions: dict[str, StockQuestion] = field(default_factory=dict)
    questions_asked: int = 0
    pick_lists: int = 0
    steps: int = 0
    approved_until: date | None = None
    """The last day on which stock may be asked for on credit's approval; None: for good."""
    decision_no: int = 0
    """Credit's latest decision heard of."""
    stopped: bool = False
    """Credit holds it after it let it through: nothing more is set aside until credit lets it go on."""
    taken: list[LifeStep] = field(default_factory=list)
    """Steps of its life that have not been written down yet."""
    listed: dict[int, int] = field(default_factory=dict)
    """What the list of backorders shows of it, by line number."""

    @classmethod
    def of(cls, placed: OrderPlaced) -> Self:
        """The order as it was placed, before anybody looked at it."""
        order = cls(
            order_id=placed.order_id,
            customer_id=placed.customer_id,
            company_id=placed.company_id,
            order_date=placed.order_date,
            currency=placed.currency,
            customer_reference=placed.customer_reference,
            jurisdiction=placed.jurisdiction or "",
            ship_complete=placed.ship_complete,
            fingerprint=fingerprint(placed),
            lines=[OrderLine(line.line_no, line.item_id, line.quantity) for line in placed.lines],
            revision=placed.revision,
        )
        order.note(placed.order_date, f"placed, {len(placed.lines)} line(s)")
        return order

    def place_again(self, placed: OrderPlaced) -> Order:
        """A rejected order sent once more is looked at anew, with its history kept."""
        again = Order.of(placed)
        again.state, again.steps, again.taken = self.state, self.steps, self.taken
        again.enter(State.PLACED, placed.order_date, f"placed again, {len(placed.lines)} line(s)")
        return again

    def enter(self, state: State, on: date, why: str) -> None:
        """Goes on to `state`; raises NoSuchStep where its life has no such way."""
        check_step(self.order_id, self.state, state)
        self.state = state
        self.note(on, why)

    def note(self, on: date, why: str) -> None:
        """Writes a line into the order's history."""
        self.steps += 1
        self.taken.append(LifeStep(self.steps, self.state, on, why))

    def line(self, line_no: int) -> OrderLine:
        """Raises AgainstTheOrder where the order has no such line."""
        for line in self.lines:
            if line.line_no == line_no:
                return line
        raise AgainstTheOrder(f"order {self.order_id} has no line {line_no}")

    @property
    def total(self) -> Decimal:
        return self.net + self.tax

    @property
    def open_amount(self) -> Decimal:
        """What is neither invoiced nor cancelled, incl. tax."""
        if self.state in (State.PLACED, State.REJECTED):
            return NOTHING
        if not any(line.shipped or line.cancelled for line in self.lines):
            return self.total
        charges = (line.charge(line.open, self.currency) for line in self.lines)
        return sum((c.net + c.tax for c in charges), NOTHING)

    def accept(self, judgement: Judgement, terms: PaymentTerms) -> OrderValidated:
        """Nothing speaks against it: takes over prices, tax rates and terms."""
        priced = self.priced_as(judgement, terms)
        self.enter(
            State.VALIDATED, self.order_date, f"priced at {self.total:,} {self.currency} incl. tax, terms {terms}"
        )
        return self.validated(priced)

    def priced_as(self, judgement: Judgement, terms: PaymentTerms) -> list[PricedLine]:
        """Takes over lines, prices, tax rates and terms; returns the lines as they are told."""
        self.jurisdiction, self.terms = judgement.jurisdiction, terms
        lines = sorted(judgement.lines, key=lambda priced: priced.line.line_no)
        self.lines = [
            OrderLine(p.line.line_no, p.item.item_id, p.line.quantity, p.item.description, p.unit_price, p.tax_percent)
            for p in lines
        ]
        priced = [_priced(line) for line in lines]
        self.net = sum((line.net for line in priced), NOTHING)
        self.tax = sum((line.tax for line in priced), NOTHING)
        return priced

    def validated(self, priced: Iterable[PricedLine], amended_on: date | None = None) -> OrderValidated:
        """The word to credit: this is what is ordered, and what it comes to."""
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
        """Something speaks against it; every reason is told."""
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
        """Credit holds it. News that an approval has overtaken changes nothing."""
        if self.state is State.VALIDATED:
            self.enter(State.CREDIT_HELD, on, why)

    def approve(self, on: date, why: str) -> bool:
        """Credit lets it go on; False where it has gone on already or is cancelled."""
        if self.state not in (State.VALIDATED, State.CREDIT_HELD):
            return False
        self.enter(State.CREDIT_APPROVED, on, why)
        return True

    def decline(self, on: date, why: str) -> OpenOrderChanged | None:
        """Credit will not deliver it, or not the rest of it; None where it is past that decision."""
        if self.state not in (State.VALIDATED, State.CREDIT_HELD) and not self.stopped:
            return None
        return self.cancel(on, why)

    def cancel(self, on: date, why: str) -> OpenOrderChanged | None:
        """Cancels what has not been released to the warehouse; None where there is nothing of that kind.

        What is on a pick list still ships and is invoiced.
        """
        if self.state is State.REJECTED:
            return None
        withdrawn = 0
        for line in self.lines:
            free = line.unasked + line.requested + line.backordered
            line.cancelled += free
            line.requested = line.backordered = 0
            withdrawn += free
        if not withdrawn:
            return None
        for question in self.questions.values():
            question.withdrawn = True
        self._after_cancelling(on, f"{withdrawn} unit(s) cancelled: {why}")
        return self.open_order_changed(on)

    def _after_cancelling(self, on: date, why: str) -> None:
        if any(line.picking for line in self.lines):
            self.enter(State.PICKING, on, f"{why}; what is on pick lists still ships")
        elif any(line.shipped for line in self.lines):
            self.enter(State.CLOSED, on, f"{why}; nothing is open any more")
        else:
            self.enter(State.CANCELLED, on, why)

    def open_order_changed(
        self, on: date, invoice_id: str | None = None, invoiced_amount: Decimal = Decimal(0)
    ) -> OpenOrderChanged:
        """The next version of what is open of this order. Version 1 is OrderValidated itself.

        Where an invoice is the cause it is named with its total incl. tax, in the order's currency.
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
            invoice_id=invoice_id,
            invoiced_amount=invoiced_amount,
        )


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
