"""What clerks decide about payers: whose money in suspense is, and which aliases no longer identify a customer."""

from __future__ import annotations

from typing import Any

from services.cash_app.identification.domain.identification import Identification
from services.cash_app.identification.store import learn_payer_alias
from services.cash_app.identification.suspense import assign
from services.cash_app.payments.domain.outcome import Outcome
from services.cash_app.work import CashWork
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.transaction.command import Command


async def assign_payment(payment_id: str, customer_id: str, reason: str, command: Command, uow: CashWork) -> Outcome:
    """Assigns money in suspense to a customer; it is applied by the rules, and its payer is learned."""
    if customer_id not in await uow.subledgers([customer_id]):
        raise Unprocessable(f"customer {customer_id!r} is not known: check the customer number")
    held = await uow.fetch("held_duplicate_by_id", payment_id)
    if held and held[0]["state"] == "held":
        raise Conflict(
            f"payment {payment_id} is held as a possible duplicate: {held[0]['evidence']}; release it, then assign it"
        )
    suspended = await uow.fetch("suspended_of", [payment_id])
    before = [{name: row[name] for name in ("stated_customer", "unapplied_amount", "currency")} for row in suspended]
    why = f"assigned by {command.person.name}: {reason}"
    assigned = await assign(suspended, {payment_id: Identification(customer_id, why, "named")}, uow)
    payment = (await uow.payments.load([payment_id])).get(payment_id)
    if payment is None:
        raise NotFound(f"there is no payment {payment_id!r}: GET /suspense lists those that can be assigned")
    if not assigned:
        raise Conflict(f"payment {payment_id} is {payment.state} for customer {payment.customer_id} already")
    ((_, bookings),) = assigned
    await learn_payer_alias(payment, customer_id, command.person.name, uow)
    uow.post(bookings, cause=command)
    after = {
        "customer_id": payment.customer_id,
        "state": payment.state,
        "unapplied_amount": payment.unapplied_amount,
        "currency": payment.currency,
        "reason": reason,
    }
    uow.audit(command, action="assign_payment", subject=payment_id, before=before[0], after=after)
    return Outcome((payment,), bookings)


async def revoke_payer_alias(alias_id: int, command: Command, uow: CashWork) -> Any:
    """The name or account identifies no customer any more; what was applied by it stays. Returns the row."""
    rows = await uow.fetch("revoke_payer_alias", alias_id, command.person.name)
    if not rows:
        raise NotFound(f"there is no payer alias {alias_id} in force: GET /payer-aliases lists those")
    before = {"customer_id": rows[0]["customer_id"], rows[0]["kind"]: rows[0]["written"]}
    uow.audit(command, action="revoke_payer_alias", subject=str(alias_id), before=before, after={})
    return rows[0]
