"""The table of open orders, and the history of decisions on them."""

from __future__ import annotations

from typing import Any, Final

import asyncpg
from pydantic_core import to_json

from services.credit.accounts.domain.account import SYSTEM_ACTOR
from services.credit.order_authorization.domain.evaluation import OrderFacts
from services.credit.order_authorization.domain.order_instructions import OrderInstructions
from services.credit.order_authorization.domain.orders import Decision, OpenOrder
from services.credit.order_authorization.domain.reasons import OrderReason
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.invoicing import Reason
from shared.kernel.money import round_half_up

OrderDecision = CreditApproved | CreditHeld | CreditReleased | CreditDeclined


def order_from_row(row: asyncpg.Record) -> OpenOrder:
    return OpenOrder(
        customer_id=row["customer_id"],
        order_id=row["order_id"],
        company_id=row["company_id"],
        currency=row["currency"],
        order_date=row["order_date"],
        order_amount=round_half_up(row["order_amount"], row["currency"]),
        open_amount=round_half_up(row["open_amount"], row["currency"]),
        order_version=row["order_version"],
        decision=row["decision"],
        decided_on=row["decided_on"],
        order_tax=round_half_up(row["order_tax"], row["currency"]),
        instructions=OrderInstructions.of(row["instructions"]),
        decisions=row["decisions"],
        revision=row["revision"],
    )


def _order_to_row(order: OpenOrder) -> tuple[Any, ...]:
    return (
        order.customer_id,
        order.order_id,
        order.company_id,
        order.currency,
        order.order_date,
        order.order_amount,
        order.open_amount,
        order.order_version,
        order.decision,
        order.decided_on,
        order.order_tax,
        order.instructions.text,
        order.decisions,
        order.revision,
    )


ORDERS: Final[Table[tuple[str, str], OpenOrder]] = Table(
    load="load_orders",
    save="save_orders",
    key=lambda order: (order.customer_id, order.order_id),
    from_row=order_from_row,
    to_row=_order_to_row,
)


def decision_row(event: OrderDecision, facts: OrderFacts | None) -> tuple[Any, ...]:
    """The row of `order_decision` for a decision, with the facts it rests on."""
    decision, by, reasons, remarks = _described(event)
    values = vars(event)
    return (
        event.customer_id,
        event.order_id,
        decision,
        event.decided_on,
        by,
        to_json(reasons).decode() if reasons else "[]",
        values.get("exposure"),
        values.get("credit_limit"),
        values.get("policy_version"),
        to_json(remarks).decode() if remarks else "[]",
        values.get("reason_code", ""),
        facts.text if facts is not None else None,
    )


def _described(event: OrderDecision) -> tuple[Decision, str, tuple[Reason, ...], tuple[Reason, ...]]:
    """The decision, who took it, its reasons, its remarks."""
    match event:
        case CreditApproved():
            return "approved", SYSTEM_ACTOR, (), event.remarks
        case CreditHeld():
            return "held", SYSTEM_ACTOR, event.reasons, ()
        case CreditReleased():
            return "released", event.released_by, (Reason(code=OrderReason.RELEASED, text=event.reason),), ()
        case CreditDeclined():
            return "declined", event.declined_by, (Reason(code=OrderReason.DECLINED, text=event.reason),), ()
