"""What people do in collections over HTTP: take promises, note activities, lift holds."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from fastapi import APIRouter

from services.collections.domain.credit_holds import HoldAlreadyLifted
from services.collections.domain.customers import Customer
from services.collections.domain.identity import identifier
from services.collections.domain.promises import Promise, PromiseNotOpen
from services.collections.outcomes import lift_hold, say_activity, say_promise_activity, say_promised
from services.collections.store import CollectionsWork
from services.collections.views import ActivityView, HoldView, NewActivity, PromiseToPay, PromiseView, WithReason
from shared.chassis.http import Command, Conflict, NotFound, Unprocessable, command_for_roles
from shared.contracts.collections import ActivityLogged
from shared.contracts.event import Identifier
from shared.kernel.money import is_exact, round_half_up

router = APIRouter()

ByCollector = Annotated[Command, command_for_roles("collector", "credit_manager")]
ByCreditManager = Annotated[Command, command_for_roles("credit_manager", "credit_analyst")]


@router.post("/customers/{customer_id:path}/promises", status_code=201)
async def promise_to_pay(customer_id: Identifier, body: PromiseToPay, command: ByCollector) -> PromiseView:
    """Takes down a promise to pay. A customer has at most one open promise per currency."""

    async def work(uow: CollectionsWork) -> PromiseView:
        customer = await _known(customer_id, uow)
        await _may_be_promised(customer, body, uow)
        promise = uow.promises.put(await _taken_down(customer, body, command, uow))
        say_promised(uow, promise, command)
        uow.audit(command, action="make_promise", subject=promise.promise_id, before=None, after=body)
        return PromiseView.of(promise)

    return await command.run(work, body)


async def _known(customer_id: str, uow: CollectionsWork) -> Customer:
    customers = await uow.customers.load([customer_id])
    if customer_id not in customers:
        raise NotFound(
            f"customer {customer_id!r} is not known to collections: check the id, or wait for its first item"
        )
    return customers[customer_id]


async def _may_be_promised(customer: Customer, body: PromiseToPay, uow: CollectionsWork) -> None:
    today = uow.business_date
    if body.due_on < today:
        raise Unprocessable(
            f"due_on {body.due_on} lies before the business day {today}: promise that day or a later one"
        )
    if not is_exact(body.amount, body.currency):
        raise Unprocessable(
            f"amount {body.amount} has more decimal places than {body.currency} is accounted in: round it"
        )
    binding = await uow.promises.fetch("load_binding_promise", customer.customer_id, body.currency)
    if binding:
        raise Conflict(f"{binding[0].describe()} still binds the customer: cancel it, or wait until it is judged")
    found = await uow.fetchrow("open_amount_of_customer", customer.customer_id, body.currency)
    owed = round_half_up(found["open_amount"] if found else Decimal(0), body.currency)
    if body.amount > owed:
        raise Unprocessable(
            f"amount {body.amount} is more than the {owed} {body.currency} that customer {customer.customer_id} owes: "
            "such a promise could not be kept; promise at most what is owed"
        )


async def _taken_down(customer: Customer, body: PromiseToPay, command: Command, uow: CollectionsWork) -> Promise:
    today = uow.business_date
    received = await uow.fetchrow("lock_receipts_of_day", customer.customer_id, body.currency, today, body.due_on)
    return Promise(
        promise_id=identifier(customer.customer_id, f"P{customer.next_promise_number()}"),
        customer_id=customer.customer_id,
        company_id=customer.company_id,
        currency=body.currency,
        amount=round_half_up(body.amount, body.currency),
        made_on=today,
        due_on=body.due_on,
        made_by=command.person.name,
        already_applied=round_half_up(received["amount"] if received else Decimal(0), body.currency),
        note=body.note,
    )


@router.post("/promises/{promise_id:path}/cancel")
async def cancel_promise(promise_id: Identifier, body: WithReason, command: ByCollector) -> PromiseView:
    """Takes back a promise that was not judged yet, so that another can be made."""

    async def work(uow: CollectionsWork) -> PromiseView:
        found = await uow.promises.fetch("load_promise_by_id", promise_id)
        if not found:
            raise NotFound(f"there is no promise {promise_id!r}: see GET /promises")
        promise = found[0]
        before = PromiseView.of(promise)
        try:
            promise.cancel(uow.business_date, body.reason)
        except PromiseNotOpen as error:
            raise Conflict(str(error)) from None
        say_promise_activity(uow, promise, "cancelled", uow.business_date, command.person.name, command, body.reason)
        after = PromiseView.of(promise)
        uow.audit(command, action="cancel_promise", subject=promise_id, before=before, after=after)
        return after

    return await command.run(work, body)


@router.post("/holds/{hold_id:path}/lift")
async def lift(hold_id: Identifier, body: WithReason, command: ByCreditManager) -> HoldView:
    """Lifts a credit hold before it is paid; the promise stays broken."""

    async def work(uow: CollectionsWork) -> HoldView:
        found = await uow.holds.fetch("load_hold_by_id", hold_id)
        if not found:
            raise NotFound(f"there is no hold {hold_id!r}: see GET /holds")
        before = HoldView.of(found[0])
        try:
            lift_hold(uow, found[0], uow.business_date, command.person.name, body.reason, command)
        except HoldAlreadyLifted as error:
            raise Conflict(str(error)) from None
        after = HoldView.of(found[0])
        uow.audit(command, action="lift_hold", subject=hold_id, before=before, after=after)
        return after

    return await command.run(work, body)


@router.post("/customers/{customer_id:path}/activities", status_code=201)
async def log_activity(customer_id: Identifier, body: NewActivity, command: ByCollector) -> ActivityView:
    """Notes a call, an email or a remark on a customer."""

    async def work(uow: CollectionsWork) -> ActivityView:
        await _known(customer_id, uow)
        activity = ActivityLogged(
            activity_id=str(command.id),
            customer_id=customer_id,
            kind=body.kind,
            on=uow.business_date,
            by=command.person.name,
            text=body.text,
        )
        say_activity(uow, activity, command)
        uow.audit(command, action="log_activity", subject=customer_id, before=None, after=body)
        return ActivityView(**activity.model_dump())

    return await command.run(work, body)
