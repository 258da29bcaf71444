"""The table of open orders, and the history of decisions on them."""

from __future__ import annotations

from typing import Any, Final

from pydantic_core import to_json

from services.credit.accounts.domain.account import SYSTEM_ACTOR
from services.credit.order_authorization.domain.evaluation import OrderFacts
from services.credit.order_authorization.domain.order_instructions import OrderInstructions
from services.credit.order_authorization.domain.orders import Decision, OpenOrder
from services.credit.order_authorization.domain.reasons import OrderReason
from shared.chassis.transaction.row_conversion import RowConversion
from shared.chassis.transaction.unit_of_work import Table
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.invoicing import Reason

OrderDecision = CreditApproved | CreditHeld | CreditReleased | CreditDeclined


_ORDER: Final = RowConversion(
    OpenOrder,
    columns=(
        "customer_id", "order_id", "company_id", "currency", "order_date", "order_amount", "open_amount",
        "order_version", "decision", "decided_on", "order_tax", "instructions", "decisions", "revision",
    ),
    amounts=("order_amount", "open_amount", "order_tax"),
    read={"instructions": OrderInstructions.of},
    write={"instructions": lambda instructions: instructions.text},
)  # fmt: skip
order_from_row: Final = _ORDER.from_row
ORDERS: Final[Table[tuple[str, str], OpenOrder]] = Table(
    load="load_orders",
    save="save_orders",
    key=lambda order: (order.customer_id, order.order_id),
    from_row=order_from_row,
    to_row=_ORDER.to_row,
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
