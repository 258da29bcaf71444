"""When credit stops an order it let through, looks at it again, or lets only a part of it go on."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from services.invoicing.domain.order_life import State
from services.invoicing.domain.order_lines import OrderLine
from services.invoicing.domain.orders import Order
from shared.contracts.inv_ctrl import StockAnswered
from shared.contracts.invoicing import CreditCheckRequested, OpenOrderChanged

_GOES_ON = (State.CREDIT_APPROVED, State.PARTIALLY_ALLOCATED, State.BACKORDERED)
"""Where an order may still want stock."""


def stop(order: Order, decision_no: int, on: date, why: str) -> bool:
    """Nothing more of it is set aside: what is asked for is given back. What is on a pick list still ships.

    False where there is nothing to stop, or a later decision was heard before.
    """
    if decision_no <= order.decision_no or order.state not in _GOES_ON:
        return False
    order.decision_no = decision_no
    _put_aside(order)
    order.note(on, f"stopped: {why}")
    return True


def resume(order: Order, decision_no: int, on: date, why: str) -> bool:
    """Credit lets it go on; True where it has to ask for stock again."""
    if decision_no <= order.decision_no or not order.stopped:
        return False
    order.decision_no, order.stopped = decision_no, False
    order.note(on, why)
    return any(line.unasked for line in order.lines)


def check_needed(order: Order, on: date) -> bool:
    """Whether credit has to be asked again before more is set aside: its approval holds no longer."""
    return order.approved_until is not None and on > order.approved_until


def answer_comes_too_late(order: Order, answer: StockAnswered) -> bool:
    """Whether goods would be picked on an approval that ran out while inventory control was asked for them."""
    question = order.questions.get(answer.request_id)
    asked = question is not None and not question.withdrawn
    return asked and any(line.allocated for line in answer.lines) and check_needed(order, answer.business_date)


def ask_credit(order: Order, on: date) -> CreditCheckRequested:
    """Puts the order aside until credit has looked at it once more."""
    _put_aside(order)
    order.note(on, f"asks credit again: the approval held until {order.approved_until}")
    return CreditCheckRequested(
        order_id=order.order_id,
        customer_id=order.customer_id,
        company_id=order.company_id,
        order_version=order.version,
        currency=order.currency,
        open_amount=order.open_amount,
        business_date=on,
    )


def cut(order: Order, amount: Decimal, on: date, why: str) -> OpenOrderChanged | None:
    """Cancels what of the order is above `amount`, incl. tax: whole units, from the last line up; None: nothing is."""
    left = amount - sum((_price(line, line.picking, order) for line in order.lines), Decimal(0))
    cancelled = 0
    for line in order.lines:
        fits = _units_within(left, line, order)
        left -= _price(line, fits, order)
        cancelled += line.unasked - fits
        line.cancelled += line.unasked - fits
    if not cancelled:
        return None
    words = f"{cancelled} unit(s) cancelled, {amount:,} {order.currency} released: {why}"
    if any(line.open for line in order.lines):
        order.note(on, words)
    else:
        order.enter(State.CANCELLED, on, words)
    return order.open_order_changed(on)


def _put_aside(order: Order) -> None:
    order.stopped = True
    for line in order.lines:
        line.requested = line.backordered = 0
    for question in order.questions.values():
        question.withdrawn = True


def _units_within(amount: Decimal, line: OrderLine, order: Order) -> int:
    """The most units of a line, of those not asked of the warehouse yet, whose price is not above `amount`."""
    low, high = 0, line.unasked
    while low < high:
        middle = (low + high + 1) // 2
        low, high = (middle, high) if _price(line, middle, order) <= amount else (low, middle - 1)
    return low


def _price(line: OrderLine, units: int, order: Order) -> Decimal:
    charged = line.charge(units, order.currency)
    return charged.net + charged.tax
