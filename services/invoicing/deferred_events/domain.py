"""Kafka keeps no order across topics: an answer may arrive before its question was asked. It is deferred then."""

from __future__ import annotations

from typing import Any, Final

from services.invoicing.credit_decisions.domain import APPROVED, DECLINED, HELD, RELEASED
from services.invoicing.invoices.domain.shipments import SHIPPED
from services.invoicing.orders.domain.cancellation import CANCELLED
from services.invoicing.orders.domain.events import OrderEvent, OrderEventRule
from services.invoicing.orders.domain.order import Order
from services.invoicing.stock.domain.requests import ANSWERED

RULES: Final[tuple[OrderEventRule[Any], ...]] = (HELD, DECLINED, RELEASED, APPROVED, ANSWERED, CANCELLED, SHIPPED)
"""Every event about an order. Events of one day are applied in this sequence, which most orders' lives have."""

RULE_OF: Final[dict[type[OrderEvent], OrderEventRule[Any]]] = {rule.event: rule for rule in RULES}
RULE_OF_KIND: Final[dict[str, OrderEventRule[Any]]] = {rule.kind: rule for rule in RULES}
SEQUENCE: Final[dict[type[OrderEvent], int]] = {rule.event: place for place, rule in enumerate(RULES)}


def is_premature(order: Order, event: OrderEvent) -> bool:
    """Whether the event answers something that has not happened to the order yet, and still may.

    Credit decides on validated orders, and a rejected order may be placed again; stock is allocated for requests;
    shipped units were on a pick list before. A cancellation answers nothing.
    """
    return RULE_OF[type(event)].is_premature(order, event)
