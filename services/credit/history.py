"""What happened to an order, as it is kept for whoever asks later."""

from __future__ import annotations

from typing import Any

from pydantic_core import to_json

from services.credit.domain.account import BY_ITSELF
from shared.contracts.credit import CreditApproved, CreditDeclined, CreditHeld, CreditReleased
from shared.contracts.invoicing import Reason

OrderDecision = CreditApproved | CreditHeld | CreditReleased | CreditDeclined


def decision_row(event: OrderDecision) -> tuple[Any, ...]:
    """The row of `order_decision` for what was said about an order."""
    reasons: tuple[Reason, ...] = ()
    match event:
        case CreditApproved():
            decision, by = "approved", BY_ITSELF
        case CreditHeld():
            decision, by, reasons = "held", BY_ITSELF, event.reasons
        case CreditReleased():
            decision, by, reasons = "released", event.released_by, (Reason(code="released", text=event.reason),)
        case CreditDeclined():
            decision, by, reasons = "declined", event.declined_by, (Reason(code="declined", text=event.reason),)
    return (
        event.customer_id,
        event.order_id,
        decision,
        event.decided_on,
        by,
        to_json(reasons).decode(),
        getattr(event, "exposure", None),
        getattr(event, "credit_limit", None),
        getattr(event, "policy_version", None),
    )
