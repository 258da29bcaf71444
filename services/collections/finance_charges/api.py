"""Interest to correct over HTTP: the queue, and what people decide."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import APIRouter, Query

from services.collections.access import Books, DeductionCommand, Reader
from services.collections.finance_charges import commands
from services.collections.finance_charges.schemas import CorrectionView, DecideCorrection
from services.collections.work import CollectionsWork
from shared.chassis.http import Cursor, Limit, Page, decode_cursor
from shared.contracts.event import Identifier

router = APIRouter()


@router.get("/interest-corrections")
async def list_interest_corrections(
    *,
    person: Reader,
    db: Books,
    open: Annotated[bool, Query(description="Only those that wait for a person; false: all that were found")] = True,
    customer_id: Identifier | None = None,
    company_id: Identifier | None = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> Page[CorrectionView]:
    """Interest that a payment known late makes wrong, by item and month, the longest known first."""
    position = decode_cursor(cursor, 2, date.fromisoformat, str)
    rows = await db.fetch("list_corrections", open, *position, customer_id, company_id, limit + 1)
    return Page.of(rows, limit, CorrectionView.of_row, lambda row: [row["noticed_on"], row["correction_id"]])


@router.post("/interest-corrections/{correction_id:path}/credit", status_code=202)
async def credit_interest(
    *, correction_id: Identifier, body: DecideCorrection, command: DeductionCommand
) -> CorrectionView:
    """What was charged too much is waived where the charge is open, and credited where it is paid, by a credit memo."""

    async def work(uow: CollectionsWork) -> CorrectionView:
        one = await commands.find_correction(correction_id, body.difference, uow)
        await commands.credit_interest(one, body.reason, command, uow)
        return CorrectionView.of(one)

    return await command.run(work, body)


@router.post("/interest-corrections/{correction_id:path}/charge", status_code=202)
async def charge_interest(
    *, correction_id: Identifier, body: DecideCorrection, command: DeductionCommand
) -> CorrectionView:
    """What was charged too little, as a payment was reversed later, is charged."""

    async def work(uow: CollectionsWork) -> CorrectionView:
        one = await commands.find_correction(correction_id, body.difference, uow)
        await commands.charge_interest(one, body.reason, command, uow)
        return CorrectionView.of(one)

    return await command.run(work, body)


@router.post("/interest-corrections/{correction_id:path}/keep")
async def keep_interest(
    *, correction_id: Identifier, body: DecideCorrection, command: DeductionCommand
) -> CorrectionView:
    """The charge stays as it is."""

    async def work(uow: CollectionsWork) -> CorrectionView:
        one = await commands.find_correction(correction_id, body.difference, uow)
        commands.keep_interest(one, body.reason, command, uow)
        return CorrectionView.of(one)

    return await command.run(work, body)
