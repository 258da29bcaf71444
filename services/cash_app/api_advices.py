"""Remittance advice that came too late for the rules: a clerk follows it, or lays it aside."""

from __future__ import annotations

import json

from fastapi import APIRouter

from services.cash_app.access import Clerk
from services.cash_app.api_corrections import done, undo
from services.cash_app.domain.application import apply_payment
from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.reversal import Why
from services.cash_app.domain.transfer import stop_waiting
from services.cash_app.store import CashWork
from services.cash_app.undoing import awaited_of, live_applications, lock_payment, standing
from services.cash_app.views_desk import AdviceDecided, Corrected
from shared.chassis.http import Conflict
from shared.contracts.erp import RemittanceLine

router = APIRouter()


@router.post("/remittances/{advice_id:path}/decide")
async def decide_advice(advice_id: str, body: AdviceDecided, command: Clerk) -> Corrected:
    """Undoes what was done with the money and applies it as advised, in one step; or leaves it as it is."""

    async def work(uow: CashWork) -> Corrected:
        rows = await uow.fetch("advice_unheeded", advice_id)
        if not rows:
            raise Conflict(f"remittance advice {advice_id} waits for no decision: see GET /desk/advices")
        payment = await lock_payment(rows[0]["payment_id"], None, uow)
        if payment.customer_id is None:
            raise Conflict(f"payment {payment.payment_id} is in suspense: assign it to a customer first")
        before, bookings = standing(payment), Bookings()
        told = f"{body.reason} ({command.person.name})"
        if body.as_advised:
            applications = (await live_applications([payment.payment_id], uow)).get(payment.payment_id, [])
            awaited = (await awaited_of([payment], uow)).get(payment.payment_id, [])
            await undo(applications, payment, Why("reversed", told, uow.business_date), uow, bookings)
            book = (await uow.books([payment.customer_id]))[payment.customer_id]
            book.credit_withdrawn(payment)
            payment.hold(max(payment.held_since, uow.business_date), bookings)
            stop_waiting(payment, awaited)
            payment.remittance = tuple(RemittanceLine.model_validate(line) for line in json.loads(rows[0]["lines"]))
            await uow.load_items_for([payment])
            uow.append("settle_held_duplicates", (payment.payment_id, "released"))
            for document in apply_payment(payment, book, bookings):
                uow.awaited.put(document)
        decided = "applied as advised" if body.as_advised else "laid aside"
        await uow.write("note_advices", [(advice_id, f"{rows[0]['note']}; {decided}: {told}"[:1000], False)])
        return done(uow, command, "decide_advice", body.reason, [payment], bookings, before)

    return await command.run(work, body)
