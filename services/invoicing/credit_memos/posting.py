"""Posts credit memos, and charges again what was credited by mistake: numbered, in the journal, and published."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from services.invoicing.credit_memos.domain.credit_memo import CreditMemo, RequestedCreditMemo
from services.invoicing.credit_memos.domain.reversal import debit_memo, finance_charge_again
from services.invoicing.credit_memos.store import insert_credit_memos
from services.invoicing.finance_charges.posting import post_charges
from services.invoicing.invoices.numbering import next_numbers
from services.invoicing.invoices.posting import post_invoice
from services.invoicing.work import InvoicingWork
from shared.chassis.transaction.unit_of_work import Cause
from shared.components.ledger import post
from shared.kernel.payment_terms import PaymentTerms


async def number_and_post(
    requested: Sequence[tuple[RequestedCreditMemo, Cause]], uow: InvoicingWork
) -> list[CreditMemo]:
    """Numbers, saves and posts credit memos that need no approval."""
    memos = await numbered([(one.memo, one.memo.credit_date) for one, _ in requested], uow)
    await insert_credit_memos([replace(one, memo=memo) for (one, _), memo in zip(requested, memos, strict=True)], uow)
    for (_, cause), memo in zip(requested, memos, strict=True):
        post_memo(memo, cause, uow)
    return memos


async def numbered(memos: Sequence[tuple[CreditMemo, date]], uow: InvoicingWork) -> list[CreditMemo]:
    """The memos with numbers and these dates, with one query: each company has a series of its own."""
    if not memos:
        return []
    numbers = await next_numbers([f"{memo.company_id}-CM" for memo, _ in memos], uow)
    return [memo.numbered(number, on) for (memo, on), number in zip(memos, numbers, strict=True)]


def post_memo(memo: CreditMemo, cause: Cause, uow: InvoicingWork) -> None:
    """Writes the memo's journal entry, and publishes the memo."""
    post(uow, memo.postings())
    uow.emit(memo.posted(), cause=cause)


async def charge_again(memo: CreditMemo, cause: Cause, uow: InvoicingWork) -> str:
    """Charges the amount of a credit memo again, dated today; the number of the document that does."""
    customers = await uow.customers.fetch("read_customers", [memo.customer_id])
    terms = customers[0].terms if customers else PaymentTerms(0)
    today = max(uow.business_date_of(memo.company_id), memo.credit_date)
    if memo.document_kind != "invoice":
        (charge,) = await post_charges([(finance_charge_again(memo, today, terms), cause)], uow)
        return charge.charge_number
    (number,) = await next_numbers([f"{memo.company_id}-DM"], uow)
    post_invoice(debit_memo(memo, today, terms).numbered(number), cause, uow)
    return str(number)
