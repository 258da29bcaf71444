"""What happened to orders and accounts, as it is kept for whoever asks later."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from services.credit.domain.account import BY_ITSELF
from services.credit.domain.authorisation import Facts
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased, CreditStateChanged
from shared.contracts.invoicing import Reason

OrderDecision = CreditApproved | CreditHeld | CreditReleased | CreditDeclined


def decision_row(event: OrderDecision, facts: Facts | None) -> tuple[Any, ...]:
    """The row of `order_decision` for what was said about an order, and the facts it rests on."""
    reasons: tuple[Reason, ...] = ()
    remarks: tuple[Reason, ...] = ()
    match event:
        case CreditApproved():
            decision, by, remarks = "approved", BY_ITSELF, event.remarks
        case CreditHeld():
            decision, by, reasons = "held", BY_ITSELF, event.reasons
        case CreditReleased():
            decision, by, reasons = "released", event.released_by, (Reason(code="released", text=event.reason),)
        case CreditDeclined():
            decision, by, reasons = "declined", event.declined_by, (Reason(code="declined", text=event.reason),)
    told = vars(event)
    return (
        event.customer_id,
        event.order_id,
        decision,
        event.decided_on,
        by,
        to_json(reasons).decode() if reasons else "[]",
        told.get("exposure"),
        told.get("credit_limit"),
        told.get("policy_version"),
        to_json(remarks).decode() if remarks else "[]",
        told.get("reason_code", ""),
        facts.text if facts is not None else None,
    )


def state_row(event: CreditStateChanged) -> tuple[Any, ...]:
    """The row of `state_history` for a move of an account."""
    return (
        event.customer_id,
        event.state_version,
        event.old_state,
        event.new_state,
        event.cause,
        event.business_date,
        to_json(event.reasons).decode(),
        event.exposure,
        event.credit_limit,
    )
