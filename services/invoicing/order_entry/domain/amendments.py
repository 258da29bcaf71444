"""An order placed again under a higher revision: it replaces what was ordered before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from services.invoicing.order_entry.domain.validation import reason
from services.invoicing.orders.domain.life import ENDED, State
from services.invoicing.orders.domain.order import Order, fingerprint, ship_to_of
from services.invoicing.orders.domain.pricing import PricedOrder
from shared.contracts.erp import OrderPlaced
from shared.contracts.invoicing import OrderAmendmentRefused, OrderValidated, Reason
from shared.kernel.money import Money, amount_text

_BEFORE_PICKING: Final = (State.VALIDATED, State.CREDIT_HELD, State.CREDIT_APPROVED, State.BACKORDERED)
_FIXED: Final = (("currency", "currency"), ("company_id", "company"), ("order_date", "date"))
"""Fields that a revision cannot change, with their names for people."""


def too_late_to_amend(order: Order) -> Reason | None:
    """Why nothing of the order can be changed any more; None where it can."""
    picked = any(line.picking or line.shipped for line in order.lines)
    if order.state in _BEFORE_PICKING and not picked:
        return None
    if order.state in ENDED:
        text = f"Order {order.order_id} is {order.state}: place a new order."
    else:
        text = (
            f"Order {order.order_id} is {order.state}, goods are on a pick list or shipped: "
            "place a new order for more, or cancel the rest."
        )
    return reason(code="too_late_to_amend", text=text)


def amendment_conflicts(order: Order, placed: OrderPlaced) -> list[Reason]:
    """Reasons for which this revision is refused, apart from its content."""
    late = too_late_to_amend(order)
    reasons = [] if late is None else [late]
    for name, words in _FIXED:
        old, new = getattr(order, name), getattr(placed, name)
        if old != new:
            text = f"Order {order.order_id} has {words} {old}, the revision {new}: cancel it and place a new order."
            reasons.append(reason(code=f"other_{words}", text=text))
    return reasons


def amended_on(placed: OrderPlaced) -> date:
    """The business day of this revision."""
    return placed.amended_on or placed.order_date


def amend(order: Order, placed: OrderPlaced, priced: PricedOrder) -> OrderValidated:
    """The order becomes what the revision states, and credit decides on it again.

    Stock requests are withdrawn: an allocation is released when the answer arrives.
    """
    on, before = amended_on(placed), order.total
    order.withdraw_stock_requests()
    order.revision, order.fingerprint = placed.revision, fingerprint(placed)
    order.customer_reference, order.ship_complete = placed.customer_reference, placed.ship_complete
    order.ship_to_id = ship_to_of(placed)
    order.stopped, order.approved_until = False, None
    order.version += 1
    lines = order.apply_pricing(priced)
    why = f"amended to revision {order.revision}: {amount_text(before, order.currency)} becomes "
    why += f"{Money(order.total, order.currency)} incl. tax"
    if order.state is State.VALIDATED:
        order.note(on, why)
    else:
        order.enter(State.VALIDATED, on, why)
    return order.validated(lines, on)


def refuse_amendment(order: Order, placed: OrderPlaced, reasons: Iterable[Reason]) -> OrderAmendmentRefused:
    """The order stays as it was; its history shows the reasons."""
    listed, on = tuple(reasons), amended_on(placed)
    order.note(on, f"revision {placed.revision} refused: {' '.join(each.text for each in listed)}")
    return OrderAmendmentRefused(
        order_id=order.order_id,
        company_id=order.company_id,
        customer_id=order.customer_id,
        revision=placed.revision,
        standing_revision=order.revision,
        amended_on=on,
        reasons=listed,
    )
