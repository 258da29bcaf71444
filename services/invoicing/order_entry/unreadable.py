"""Orders that break the contract: they become dead letters, and the ERP is answered why."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Annotated, Any, Final

from pydantic import BaseModel, Field, ValidationError

from services.invoicing.orders.domain.life import State
from services.invoicing.work import InvoicingWork
from shared.chassis.declare.handlers import UnreadableEvent
from shared.contracts.event import BusinessDate, Identifier
from shared.contracts.invoicing import OrderAmendmentRefused, OrderRejected, Reason

_TEXT_CHARACTERS_MAX: Final = 500


class _Head(BaseModel):
    """What an answer needs of an order."""

    order_id: Identifier
    company_id: Identifier
    customer_id: Identifier
    revision: Annotated[int, Field(ge=1)] = 1


async def reject_unreadable_order(unreadable: UnreadableEvent, uow: InvoicingWork) -> None:
    """Answers OrderRejected, or OrderAmendmentRefused where the order is known, with what breaks the contract.

    Without a readable order number, company and customer there is no answer: the dead letter is all there is.
    """
    try:
        head = _Head.model_validate(unreadable.body)
    except ValidationError:
        return
    reasons = (Reason(code="breaks_the_contract", text=unreadable.fault[:_TEXT_CHARACTERS_MAX]),)
    known = (await uow.orders.load([(head.customer_id, head.order_id)])).get((head.customer_id, head.order_id))
    if known is None or known.state is State.REJECTED:
        on = _date(unreadable.body, "order_date") or unreadable.received_on
        uow.emit(
            OrderRejected(
                order_id=head.order_id,
                company_id=head.company_id,
                customer_id=head.customer_id,
                order_date=on,
                reasons=reasons,
            ),
            cause=unreadable,
        )
        return
    on = _date(unreadable.body, "amended_on") or unreadable.received_on
    known.note(on, f"revision {head.revision} refused: {reasons[0].text}")
    uow.emit(
        OrderAmendmentRefused(
            order_id=head.order_id,
            company_id=known.company_id,
            customer_id=head.customer_id,
            revision=head.revision,
            standing_revision=known.revision,
            amended_on=on,
            reasons=reasons,
        ),
        cause=unreadable,
    )


class _Dated(BaseModel):
    day: BusinessDate


def _date(body: Mapping[str, Any], name: str) -> date | None:
    try:
        return _Dated.model_validate({"day": body.get(name)}).day
    except ValidationError:
        return None
