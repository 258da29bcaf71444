"""Orders as rows: the table of orders, their history, and the policy `order_rules`."""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from pydantic_core import to_json

from services.invoicing.master_data.store import terms_from_row, terms_to_json
from services.invoicing.orders.domain.life import OrderStep, State
from services.invoicing.orders.domain.lines import BackorderedLine, OrderLine, StockRequestState
from services.invoicing.orders.domain.order import Order
from services.invoicing.orders.domain.rules import OrderRules
from shared.chassis.declare.policies import PolicyKind
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up

Row = Mapping[str, Any]
OrderKey = tuple[str, str]
"""Customer and order number: all rows of a customer are stored together."""

ORDER_RULES: Final = PolicyKind(
    "order_rules", OrderRules, Path(__file__).with_name("policy.json"), changed_by=("controller",)
)


def _json(value: Any) -> str:
    """As `json.dumps`, at a fifth of its cost."""
    return to_json(value).decode()


def order_from_row(row: Row) -> Order:
    currency = row["currency"]
    lines = [_line(line) for line in json.loads(row["lines"])]
    return Order(
        order_id=row["order_id"],
        customer_id=row["customer_id"],
        company_id=row["company_id"],
        order_date=row["order_date"],
        currency=currency,
        customer_reference=row["customer_reference"],
        ship_to_id=row["ship_to_id"],
        jurisdiction=row["jurisdiction"],
        ship_complete=row["ship_complete"],
        fingerprint=row["fingerprint"],
        lines=lines,
        state=State(row["state"]),
        terms=terms_from_row(row),
        net=round_half_up(row["net"], currency),
        tax=round_half_up(row["tax"], currency),
        version=row["order_version"],
        rules_version=row["rules_version"],
        tax_version=row["tax_version"],
        reasons=tuple(Reason(**reason) for reason in json.loads(row["reasons"])),
        stock_requests={
            request_id: _stock_request(request) for request_id, request in json.loads(row["stock_requests"]).items()
        },
        stock_requests_made=row["stock_requests_made"],
        pick_lists=row["pick_lists"],
        steps=row["steps"],
        approved_until=row["approved_until"],
        decision_no=row["decision_no"],
        stopped=row["stopped"],
        revision=row["revision"],
        listed_backorders={
            line.line_no: BackorderedLine(line.item_id, line.backordered) for line in lines if line.backordered
        },
    )


def order_to_row(order: Order) -> tuple[Any, ...]:
    return (
        order.customer_id,
        order.order_id,
        order.company_id,
        order.order_date,
        order.currency,
        order.customer_reference,
        order.ship_to_id,
        order.jurisdiction,
        order.ship_complete,
        order.fingerprint,
        order.state,
        order.net,
        order.tax,
        order.total,
        order.open_amount,
        order.version,
        terms_to_json(order.terms),
        order.rules_version,
        order.tax_version,
        _json([reason.model_dump() for reason in order.reasons]),
        _json([_line_document(line) for line in order.lines]),
        _json({request_id: _stock_request_document(request) for request_id, request in order.stock_requests.items()}),
        order.stock_requests_made,
        order.pick_lists,
        order.steps,
        order.approved_until,
        order.decision_no,
        order.stopped,
        order.revision,
    )


def order_step_to_row(order: Order, step: OrderStep) -> tuple[Any, ...]:
    return (order.customer_id, order.order_id, step.seq, step.state, step.on, step.why)


def _line(document: dict[str, Any]) -> OrderLine:
    document["unit_price"] = Decimal(document["unit_price"])
    document["tax_percent"] = Decimal(document["tax_percent"])
    return OrderLine(**document)


def _line_document(line: OrderLine) -> dict[str, Any]:
    return {
        "line_no": line.line_no,
        "item_id": line.item_id,
        "quantity": line.quantity,
        "description": line.description,
        "unit_price": str(line.unit_price),
        "tax_percent": str(line.tax_percent),
        "requested": line.requested,
        "backordered": line.backordered,
        "picking": line.picking,
        "shipped": line.shipped,
        "cancelled": line.cancelled,
    }


def _stock_request(document: dict[str, Any]) -> StockRequestState:
    quantities = {int(line_no): quantity for line_no, quantity in document["quantities"].items()}
    return StockRequestState(quantities, document["replenishments"], document["withdrawn"])


def _stock_request_document(request: StockRequestState) -> dict[str, Any]:
    return {
        "quantities": request.quantities,
        "replenishments": request.replenishments,
        "withdrawn": request.withdrawn,
    }


ORDERS: Final[Table[OrderKey, Order]] = Table(
    load="load_orders",
    save="save_orders",
    key=lambda order: (order.customer_id, order.order_id),
    from_row=order_from_row,
    to_row=order_to_row,
)
