"""From what is to be charged beside sales to documents in the books: numbered, posted, told to the others."""

from __future__ import annotations

from collections.abc import Sequence

from pydantic_core import to_json

from services.invoicing.crediting import document_numbers
from services.invoicing.domain.credit_memos import CreditMemo
from services.invoicing.domain.debit_memos import DebitMemo, charged_again
from services.invoicing.domain.finance_charges import FinanceCharge
from services.invoicing.records import invoice_to_row
from services.invoicing.store import InvoicingWork
from shared.chassis.transaction.unit_of_work import Cause
from shared.components.ledger import post
from shared.contracts.collections import FinanceChargeAssessed


async def charge_assessed(assessed: Sequence[FinanceChargeAssessed], uow: InvoicingWork) -> None:
    """Each assessment is charged once, however often it is said."""
    rows = await uow.fetch("known_finance_charges", [event.charge_id for event in assessed])
    known = {row["charge_id"] for row in rows}
    new: list[tuple[FinanceCharge, Cause]] = []
    for event in assessed:
        if event.charge_id not in known:
            known.add(event.charge_id)
            new.append((FinanceCharge.of(event), event))
    await post_charges(new, uow)


async def post_charges(charges: Sequence[tuple[FinanceCharge, Cause]], uow: InvoicingWork) -> list[FinanceCharge]:
    """Numbers for all charges of a batch with one query: each company has a series of its own."""
    if not charges:
        return []
    numbers = await document_numbers([f"{charge.company_id}-FC" for charge, _ in charges], uow)
    posted = []
    for (charge, cause), number in zip(charges, numbers, strict=True):
        posted.append(charge.numbered(number))
        uow.append("insert_finance_charges", _row(posted[-1]))
        post(uow, [posted[-1].posting()])
        uow.emit(posted[-1].posted(), cause=cause)
    return posted


async def charge_again(memo: CreditMemo, cause: Cause, uow: InvoicingWork) -> str:
    """Charges what a credit memo took off, dated today; the number of the document that does."""
    customers = await uow.customers.fetch("read_customers", [memo.customer_id])
    net_days, today = customers[0].terms.net_days if customers else 0, max(uow.business_date, memo.credit_date)
    if memo.document_kind != "invoice":
        (charge,) = await post_charges([(charged_again(memo, today, net_days), cause)], uow)
        return charge.charge_number
    (number,) = await document_numbers([f"{memo.company_id}-DM"], uow)
    debit = DebitMemo.against(memo, today, net_days).numbered(number)
    uow.append("insert_invoices", invoice_to_row(debit.invoice))
    post(uow, debit.postings())
    uow.emit(debit.posted(), cause=cause)
    return number


def _row(charge: FinanceCharge) -> tuple[object, ...]:
    return (
        charge.customer_id, charge.charge_id, charge.charge_number, charge.company_id, charge.kind, charge.charge_date,
        charge.due_date, charge.currency, charge.amount, charge.reason, to_json(list(charge.items)).decode(),
    )  # fmt: skip
