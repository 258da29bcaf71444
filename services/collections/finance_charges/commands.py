"""What a person decides about interest to correct: it is credited, charged, or left as it is."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from services.collections.finance_charges.domain.corrections import ChargedInterest, NothingToCorrect
from services.collections.finance_charges.store import FINANCE_CHARGES, load_charged_interest, save_charged_interest
from services.collections.work import CollectionsWork
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.transaction.command import Command
from shared.kernel.money import Money


async def find_correction(correction_id: str, seen: Decimal, uow: CollectionsWork) -> ChargedInterest:
    """Interest to correct, locked. Raises NotFound; Conflict where the difference is not the one that was seen."""
    found = await load_charged_interest(uow, "load_correction", correction_id)
    if not found:
        raise NotFound(f"there is no interest to correct {correction_id!r}: see GET /interest-corrections")
    one = found[0]
    if one.difference != seen:
        now = Money(one.difference, one.currency)
        raise Conflict(f"the difference is {now} now, you saw {seen}: read it again, then decide")
    return one


async def credit_interest(one: ChargedInterest, reason: str, command: Command, uow: CollectionsWork) -> None:
    """Requests a credit memo over what was charged too much. An open charge is waived by it, a paid one credited.

    Raises Conflict where the charge is not in the books yet, Unprocessable where nothing was charged too much.
    """
    row = await uow.fetchrow("number_of_charge", one.customer_id, one.charge_id)
    if row is None:
        raise Conflict(f"finance charge {one.charge_id} is not in the books yet: try again when it is")
    with _decided("credit_interest", one, reason, command, uow):
        on = uow.business_date_of(one.company_id)
        request_id = f"IC-{command.id}"
        requested = one.credit(
            row["document_number"], by=command.person.name, on=on, reason=reason, request_id=request_id
        )
    uow.emit(requested, cause=command)


async def charge_interest(one: ChargedInterest, reason: str, command: Command, uow: CollectionsWork) -> None:
    """Charges what was charged too little. Raises Unprocessable where nothing was."""
    on = uow.business_date_of(one.company_id)
    policy = (await uow.policy(FINANCE_CHARGES)).on(on).document
    due_date, charge_id = on + timedelta(days=policy.due_days), f"FC-{command.id}"
    with _decided("charge_interest", one, reason, command, uow):
        charge = one.charge(by=command.person.name, on=on, due_date=due_date, reason=reason, charge_id=charge_id)
    uow.emit(charge, cause=command)


def keep_interest(one: ChargedInterest, reason: str, command: Command, uow: CollectionsWork) -> None:
    """The charge stays as it is. Raises Unprocessable where there is no difference."""
    with _decided("keep_interest", one, reason, command, uow):
        one.keep(by=command.person.name, reason=reason)


@contextmanager
def _decided(action: str, one: ChargedInterest, reason: str, command: Command, uow: CollectionsWork) -> Iterator[None]:
    """What happens within is saved and audited; a refusal of the domain becomes an error."""
    before = {"difference": one.difference, "currency": one.currency}
    try:
        yield
    except NothingToCorrect as error:
        raise Unprocessable(str(error)) from None
    save_charged_interest(uow, [one])
    uow.audit(command, action, one.correction_id, before, {"difference": one.difference, "reason": reason})
