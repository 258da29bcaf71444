"""Deductions are opened by cash application, and reopened when invoicing declines the credit memo."""

from __future__ import annotations

from services.collections.activities.activity_log import log_activity
from services.collections.deductions.domain import Deduction
from services.collections.deductions.store import DEDUCTION_RULES
from services.collections.work import CollectionsWork
from shared.contracts.cash_app import DeductionOpened
from shared.contracts.invoicing import CreditMemoDeclined


async def open_deductions(opened: list[DeductionOpened], uow: CollectionsWork) -> None:
    """Opens a case for a collector; for some reasons it is charged back at once, by policy."""
    rules = await uow.policy(DEDUCTION_RULES)
    existing = await uow.deductions.load((event.customer_id, event.deduction_id) for event in opened)
    for event in opened:
        if (event.customer_id, event.deduction_id) not in existing:
            uow.deductions.put(Deduction.opened(event, rules.on(event.business_date).document))


async def reopen_declined_deductions(declined: list[CreditMemoDeclined], uow: CollectionsWork) -> None:
    """A granted deduction whose credit memo was declined goes back to its collector."""
    granted = await uow.deductions.fetch("load_deductions_by_request", [event.request_id for event in declined])
    of_request = {deduction.request_id: deduction for deduction in granted}
    for event in declined:
        deduction = of_request.get(event.request_id)
        if deduction is not None:
            deduction.reopen(f"credit memo declined by {event.declined_by}: {event.reason}")
            logged = deduction.activity(
                str(event.context.id), on=event.declined_on, by=event.declined_by, why=deduction.decision
            )
            log_activity(uow, logged, event)
