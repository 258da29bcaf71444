"""Credit's decisions on an order: held, approved, released in full or in part, declined."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal
from typing import Final

from services.invoicing.orders.domain.approval import stop_fulfilment
from services.invoicing.orders.domain.events import CreditDecision, OrderEventRule, Outcome, ReplenishmentCounts
from services.invoicing.orders.domain.life import State
from services.invoicing.orders.domain.lines import OrderLine
from services.invoicing.orders.domain.order import Order
from services.invoicing.stock.domain.requests import request_all
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.invoicing import OpenOrderChanged, StockRequested
from shared.kernel.money import Money, amount_text

_BEFORE_CREDIT_CHECK: Final = (State.PLACED, State.REJECTED)
_CAN_BE_STOPPED: Final = (State.CREDIT_APPROVED, State.PARTIALLY_ALLOCATED, State.BACKORDERED)
"""States of an approved order that may still request stock."""


def is_premature(order: Order, decision: CreditDecision) -> bool:
    """Whether credit decided on an order, or on a revision of it, that is not validated yet."""
    return order.state in _BEFORE_CREDIT_CHECK or decision.revision > order.revision


def is_outdated(order: Order, decision: CreditDecision) -> bool:
    """Whether a later decision was applied already, or the order was amended after this one."""
    return decision.decision_no < order.decision_no or decision.revision < order.revision


def apply_hold(order: Order, decision: CreditHeld, counts: ReplenishmentCounts) -> Outcome[object]:
    """Holds an order that was not approved yet, and stops one that was. Its history has the reasons."""
    if is_outdated(order, decision):
        return Outcome()
    on, why = decision.decided_on, "held by credit: " + " ".join(reason.text for reason in decision.reasons)
    if not stop(order, decision.decision_no, on, why):
        order.hold(on, why)
    order.decision_no = decision.decision_no
    return Outcome()


def apply_approval(order: Order, decision: CreditApproved, counts: ReplenishmentCounts) -> Outcome[object]:
    """The order requests stock."""
    exposure = amount_text(decision.exposure, decision.currency)
    why = f"approved by credit: exposure {exposure} of {Money(decision.credit_limit, decision.currency)}"
    if is_outdated(order, decision) or not _continue(order, decision, why):
        return Outcome()
    return Outcome.of(_request_rest(order, decision, counts))


def apply_release(order: Order, decision: CreditReleased, counts: ReplenishmentCounts) -> Outcome[object]:
    """The order requests stock; where only an amount is released, the rest is cancelled."""
    why = f"released by {decision.released_by}: {decision.reason}"
    if is_outdated(order, decision) or not _continue(order, decision, why):
        return Outcome()
    changed = None
    if decision.released_amount is not None:
        changed = reduce_to_amount(order, decision.released_amount, decision.decided_on, why)
    return Outcome.of(changed, _request_rest(order, decision, counts))


def apply_decline(order: Order, decision: CreditDeclined, counts: ReplenishmentCounts) -> Outcome[object]:
    """Cancels the units that are not on a pick list."""
    if is_outdated(order, decision):
        return Outcome()
    return Outcome.of(order.decline(decision.decided_on, f"declined by {decision.declined_by}: {decision.reason}"))


def stop(order: Order, decision_no: int, on: date, why: str) -> bool:
    """No more stock is allocated, and requests are withdrawn. Units on a pick list are still shipped.

    False where there is nothing to stop, or a later decision was applied before.
    """
    if decision_no <= order.decision_no or order.state not in _CAN_BE_STOPPED:
        return False
    order.decision_no = decision_no
    stop_fulfilment(order)
    order.note(on, f"stopped: {why}")
    return True


def resume(order: Order, decision_no: int, on: date, why: str) -> bool:
    """Credit releases a stopped order; True where it has to request stock again."""
    if decision_no <= order.decision_no or not order.stopped:
        return False
    order.decision_no, order.stopped = decision_no, False
    order.note(on, why)
    return any(line.unrequested for line in order.lines)


def reduce_to_amount(order: Order, amount: Decimal, on: date, why: str) -> OpenOrderChanged | None:
    """Cancels units above `amount`, incl. tax, in the order's currency; None where no unit is above it.

    Whole units are kept, the first lines first. Units on a pick list are always kept.
    """
    left = amount - sum((_price(line, line.picking, order) for line in order.lines), Decimal(0))
    cancelled = 0
    for line in order.lines:
        kept = _units_within(left, line, order)
        left -= _price(line, kept, order)
        cancelled += line.unrequested - kept
        line.cancelled += line.unrequested - kept
    if not cancelled:
        return None
    words = f"{cancelled} unit(s) cancelled, {Money(amount, order.currency)} released: {why}"
    if any(line.open for line in order.lines):
        order.note(on, words)
    else:
        order.enter(State.CANCELLED, on, words)
    return order.open_order_changed(on)


def _continue(order: Order, decision: CreditApproved | CreditReleased, why: str) -> bool:
    """Whether the order may request stock now, having been approved or resumed."""
    on = decision.decided_on
    if not (order.approve(on, why) or resume(order, decision.decision_no, on, why)):
        return False
    order.decision_no = max(order.decision_no, decision.decision_no)
    order.approved_until = decision.valid_until
    return True


def _request_rest(
    order: Order, decision: CreditApproved | CreditReleased, counts: ReplenishmentCounts
) -> StockRequested | None:
    if not any(line.unrequested for line in order.lines):
        return None
    return request_all(order, counts, decision.decided_on)


def _units_within(amount: Decimal, line: OrderLine, order: Order) -> int:
    """The most unrequested units of a line whose price is not above `amount`."""
    low, high = 0, line.unrequested
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _price(line, middle, order) <= amount else (low, middle - 1)
    return low


def _price(line: OrderLine, units: int, order: Order) -> Decimal:
    charged = line.charge(units, order.currency)
    return charged.net + charged.tax


def _items_of(order: Order, decision: CreditDecision) -> Collection[str]:
    return {line.item_id for line in order.lines}


HELD: Final = OrderEventRule(CreditHeld, "CreditHeld", apply_hold, is_premature)
DECLINED: Final = OrderEventRule(CreditDeclined, "CreditDeclined", apply_decline, is_premature)
RELEASED: Final = OrderEventRule(CreditReleased, "CreditReleased", apply_release, is_premature, items_counted=_items_of)
APPROVED: Final = OrderEventRule(
    CreditApproved, "CreditApproved", apply_approval, is_premature, items_counted=_items_of
)
