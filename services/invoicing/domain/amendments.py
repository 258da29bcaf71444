"""An order placed again under a higher revision: it takes the place of what was ordered before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from services.invoicing.domain.order_life import State
from services.invoicing.domain.orders import Order, fingerprint
from services.invoicing.domain.validation import Judgement, reason
from shared.contracts.erp import OrderPlaced
from shared.contracts.invoicing import OrderAmendmentRefused, OrderValidated, Reason
from shared.kernel.payment_terms import PaymentTerms

_BEFORE_PICKING: Final = (State.VALIDATED, State.CREDIT_HELD, State.CREDIT_APPROVED, State.BACKORDERED)


def too_late(order: Order) -> Reason | None:
    """Why nothing of the order can be changed any more; None where it can."""
    picked = any(line.picking or line.shipped for line in order.lines)
    if order.state in _BEFORE_PICKING and not picked:
        return None
    if order.state in (State.CANCELLED, State.CLOSED):
        text = f"Order {order.order_id} is {order.state}: place what is wanted as a new order."
    else:
        text = (
            f"Order {order.order_id} is {order.state}, goods are on a pick list or on their way: place what is wanted "
            "besides as a new order, or cancel the rest."
        )
    return reason(code="too_late_to_amend", text=text)


def against_amending(order: Order, placed: OrderPlaced) -> list[Reason]:
    """What speaks against this revision beside its content."""
    late = too_late(order)
    reasons = [] if late is None else [late]
    for name, words in (("currency", "currency"), ("company_id", "company"), ("order_date", "date")):
        was, wanted = getattr(order, name), getattr(placed, name)
        if was != wanted:
            text = f"Order {order.order_id} has {words} {was}, the revision {wanted}: cancel it and place a new order."
            reasons.append(reason(code=f"other_{words}", text=text))
    return reasons


def day_of(placed: OrderPlaced) -> date:
    """The business day on which the order was wanted like this."""
    return placed.amended_on or placed.order_date


def amend(order: Order, placed: OrderPlaced, judgement: Judgement, terms: PaymentTerms) -> OrderValidated:
    """Nothing speaks against it: the order is what the revision says, and credit decides on it anew.

    Stock that was asked for is given back when the answer comes.
    """
    on, before = day_of(placed), order.total
    for question in order.questions.values():
        question.withdrawn = True
    order.revision, order.fingerprint = placed.revision, fingerprint(placed)
    order.customer_reference, order.ship_complete = placed.customer_reference, placed.ship_complete
    order.stopped, order.approved_until = False, None
    order.version += 1
    priced = order.priced_as(judgement, terms)
    why = f"amended to revision {order.revision}: {before:,} becomes {order.total:,} {order.currency} incl. tax"
    if order.state is State.VALIDATED:
        order.note(on, why)
    else:
        order.enter(State.VALIDATED, on, why)
    return order.validated(priced, on)


def refuse(order: Order, placed: OrderPlaced, reasons: Iterable[Reason]) -> OrderAmendmentRefused:
    """The order stands as it was; its history says what was asked for."""
    told, on = tuple(reasons), day_of(placed)
    order.note(on, f"revision {placed.revision} refused: {' '.join(each.text for each in told)}")
    return OrderAmendmentRefused(
        order_id=order.order_id,
        company_id=order.company_id,
        customer_id=order.customer_id,
        revision=placed.revision,
        standing_revision=order.revision,
        amended_on=on,
        reasons=told,
    )
