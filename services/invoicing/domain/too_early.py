"""Kafka keeps no order across topics: an answer may be heard before its question has been asked."""

from __future__ import annotations

from collections import Counter
from typing import TypeAlias

from services.invoicing.domain.order_life import State
from services.invoicing.domain.orders import Order
from services.invoicing.domain.stock import is_yet_to_be_asked
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.erp import OrderCancelled
from shared.contracts.inv_ctrl import ShipmentConfirmed, StockAnswered

CreditDecision: TypeAlias = CreditHeld | CreditApproved | CreditReleased | CreditDeclined
AboutAnOrder: TypeAlias = CreditDecision | StockAnswered | OrderCancelled | ShipmentConfirmed

_NOT_ASKED_FOR_YET = (State.PLACED, State.REJECTED)


def comes_too_early(order: Order, event: AboutAnOrder) -> bool:
    """Whether what the event answers has not been said of the order yet, and still may be.

    Credit decides on validated orders, and a rejected one may be placed again; stock is set aside for requests;
    what is shipped was on a pick list before. A cancellation answers nothing.
    """
    if isinstance(event, OrderCancelled):
        return False
    if isinstance(event, StockAnswered):
        return is_yet_to_be_asked(order, event.request_id)
    if isinstance(event, ShipmentConfirmed):
        return _picked_later(order, event)
    return order.state in _NOT_ASKED_FOR_YET or event.revision > order.revision


def _picked_later(order: Order, shipment: ShipmentConfirmed) -> bool:
    """More than is on pick lists left the warehouse, but no more than is still open."""
    shipped = Counter[int]()
    for entry in shipment.lines:
        shipped[entry.line_no] += entry.quantity
    lines = {line.line_no: line for line in order.lines}
    if any(line_no not in lines or quantity > lines[line_no].open for line_no, quantity in shipped.items()):
        return False
    return any(quantity > lines[line_no].picking for line_no, quantity in shipped.items())
