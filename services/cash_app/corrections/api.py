"""Corrections over HTTP."""

from __future__ import annotations

from fastapi import APIRouter

from services.cash_app.access import Clerk
from services.cash_app.corrections import commands
from services.cash_app.corrections.schemas import SplitBody, TransferBody
from services.cash_app.payments.domain.splitting import Part
from services.cash_app.payments.schemas import BookingResult, WithVersion
from services.cash_app.work import CashWork

router = APIRouter()


@router.post("/applications/{application_id:path}/reverse")
async def reverse_application(application_id: str, body: WithVersion, command: Clerk) -> BookingResult:
    """Reverses one application: its items are reopened, its money is unapplied until a person applies it."""

    async def work(uow: CashWork) -> BookingResult:
        outcome = await commands.reverse_application(application_id, body.expected_version, body.reason, command, uow)
        return BookingResult.of(outcome)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/reverse")
async def reverse_payment(payment_id: str, body: WithVersion, command: Clerk) -> BookingResult:
    """Reverses all that a payment settled; its money is unapplied until a person applies it."""

    async def work(uow: CashWork) -> BookingResult:
        outcome = await commands.reverse_payment(payment_id, body.expected_version, body.reason, command, uow)
        return BookingResult.of(outcome)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/transfer")
async def transfer_payment(payment_id: str, body: TransferBody, command: Clerk) -> BookingResult:
    """Moves a payment to another customer: reversed here, applied there by the rules, in one step."""

    async def work(uow: CashWork) -> BookingResult:
        payment = await uow.lock_payment(payment_id, body.expected_version, [body.to_customer_id])
        outcome = await commands.transfer_payment(payment, body.to_customer_id, body.reason, command, uow)
        return BookingResult.of(outcome)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/unassign")
async def unassign_payment(payment_id: str, body: WithVersion, command: Clerk) -> BookingResult:
    """Returns a payment of the wrong customer to suspense; all that it settled is reversed."""

    async def work(uow: CashWork) -> BookingResult:
        outcome = await commands.unassign_payment(payment_id, body.expected_version, body.reason, command, uow)
        return BookingResult.of(outcome)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/put-on-account")
async def put_on_account(payment_id: str, body: WithVersion, command: Clerk) -> BookingResult:
    """Makes unapplied money the customer's credit, which the next invoice uses."""

    async def work(uow: CashWork) -> BookingResult:
        outcome = await commands.put_on_account(payment_id, body.expected_version, body.reason, command, uow)
        return BookingResult.of(outcome)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/take-off-account")
async def take_off_account(payment_id: str, body: WithVersion, command: Clerk) -> BookingResult:
    """Holds the customer's credit, so that no invoice uses it automatically."""

    async def work(uow: CashWork) -> BookingResult:
        outcome = await commands.take_off_account(payment_id, body.expected_version, body.reason, command, uow)
        return BookingResult.of(outcome)

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/split")
async def split_payment(payment_id: str, body: SplitBody, command: Clerk) -> BookingResult:
    """Splits a payment for several customers: each part becomes a payment of its own and is applied by the rules."""

    async def work(uow: CashWork) -> BookingResult:
        customers = {part.customer_id for part in body.parts}
        payment = await uow.lock_payment(payment_id, body.expected_version, customers)
        parts = [Part(part.customer_id, part.amount) for part in body.parts]
        return BookingResult.of(await commands.split_payment(payment, parts, body.reason, command, uow))

    return await command.run(work, body)


@router.post("/payments/{payment_id:path}/rejoin")
async def rejoin_part(payment_id: str, body: WithVersion, command: Clerk) -> BookingResult:
    """Undoes a split: all that the part settled is reversed, and its money returns to the whole payment."""

    async def work(uow: CashWork) -> BookingResult:
        outcome = await commands.rejoin_part(payment_id, body.expected_version, body.reason, command, uow)
        return BookingResult.of(outcome)

    return await command.run(work, body)
