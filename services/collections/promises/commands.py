"""What a collector does about promises: makes one, cancels one."""

from __future__ import annotations

from decimal import Decimal

from services.collections.activities.activity_log import log_activity
from services.collections.promises.domain.new_promise import (
    AnotherPromiseBinds,
    PromiseNotAcceptable,
    PromiseTerms,
    check_terms,
    new_promise,
)
from services.collections.promises.domain.promise import Promise, PromiseNotOpen
from services.collections.work import CollectionsWork
from shared.chassis.errors import Conflict, NotFound, Unprocessable
from shared.chassis.transaction.command import Command


async def make_promise(customer_id: str, terms: PromiseTerms, command: Command, uow: CollectionsWork) -> Promise:
    """Records a promise to pay. A customer has at most one open or due promise per currency.

    Raises NotFound, Unprocessable, Conflict.
    """
    customer = await uow.lock_customer(customer_id)
    binding = await uow.promises.fetch("load_binding_promise", customer_id, terms.currency)
    found = await uow.fetchrow("open_amount_of_customer", customer_id, terms.currency)
    owed = found["open_amount"] if found else Decimal(0)
    today = uow.business_date_of(customer.company_id)
    try:
        check_terms(terms, customer_id, today=today, owed=owed, binding=binding[0] if binding else None)
    except PromiseNotAcceptable as error:
        raise Unprocessable(str(error)) from None
    except AnotherPromiseBinds as error:
        raise Conflict(str(error)) from None
    received = await uow.fetchrow("lock_receipts_of_day", customer_id, terms.currency, today, terms.due_on)
    already_applied = received["amount"] if received else Decimal(0)
    promise = uow.promises.put(
        new_promise(terms, customer, made_on=today, made_by=command.person.name, already_applied=already_applied)
    )
    uow.emit(promise.made(), cause=command)
    log_activity(uow, promise.activity("made", on=today, by=promise.made_by, note=promise.note), command)
    return promise


async def find_promise(promise_id: str, uow: CollectionsWork) -> Promise:
    """A promise by its id, locked. Raises NotFound."""
    found = await uow.promises.fetch("load_promise_by_id", promise_id)
    if not found:
        raise NotFound(f"there is no promise {promise_id!r}: see GET /promises")
    return found[0]


def cancel_promise(promise: Promise, reason: str, command: Command, uow: CollectionsWork) -> None:
    """Cancels a promise that was not judged yet, so that another can be made. Raises Conflict."""
    today = uow.business_date_of(promise.company_id)
    try:
        promise.cancel(today, reason)
    except PromiseNotOpen as error:
        raise Conflict(str(error)) from None
    log_activity(uow, promise.activity("cancelled", on=today, by=command.person.name, note=reason), command)
