"""Debit memos: what a credit memo took off by mistake is charged again, by its opposite entry."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

from services.invoicing.domain.credit_memos import NOTHING, CreditMemo
from services.invoicing.domain.finance_charges import FinanceCharge
from services.invoicing.domain.invoices import Invoice
from shared.contracts.invoicing import InvoicePosted
from shared.kernel.journal import Account, Posting
from shared.kernel.payment_terms import PaymentTerms


@dataclass(frozen=True, slots=True)
class DebitMemo:
    """An invoice over what a credit memo had taken off another; it has no discount."""

    invoice: Invoice

    @classmethod
    def against(cls, memo: CreditMemo, on: date, net_days: int) -> DebitMemo:
        """Raises ValueError for the credit memo of a finance charge: that is charged again as it was."""
        if memo.document_kind != "invoice":
            raise ValueError(f"{memo.credit_memo_number} is of a finance charge")
        terms = PaymentTerms(net_days)
        return cls(
            Invoice(
                invoice_id=f"DM-{memo.credit_memo_id}"[:80],
                invoice_number="",
                company_id=memo.company_id,
                customer_id=memo.customer_id,
                order_id=None,
                shipment_id=None,
                invoice_date=on,
                due_date=terms.due_date(on),
                discount_date=None,
                terms=terms,
                currency=memo.currency,
                net=memo.net,
                tax=memo.tax,
                discount_amount=NOTHING,
                disputed=False,
                lines=(),
            )
        )

    def numbered(self, number: str) -> DebitMemo:
        return DebitMemo(self.invoice.numbered(number))

    def posted(self) -> InvoicePosted:
        return self.invoice.posted().model_copy(update={"origin": "debit_memo"})

    def postings(self) -> list[Posting]:
        """Dr receivables / Cr revenue and tax."""
        invoice = self.invoice
        return [
            Posting(
                entry_id=invoice.invoice_id,
                company_id=invoice.company_id,
                business_date=invoice.invoice_date,
                debit=Account.RECEIVABLES,
                credit=account,
                amount=amount,
                currency=invoice.currency,
                customer_id=invoice.customer_id,
                document=invoice.invoice_number,
            )
            for account, amount in ((Account.REVENUE, invoice.net), (Account.TAX_PAYABLE, invoice.tax))
            if amount
        ]


def charged_again(memo: CreditMemo, on: date, net_days: int) -> FinanceCharge:
    """The finance charge that a waiver took off, charged again."""
    kind: Literal["interest", "fee"] = "interest" if memo.document_kind == "interest" else "fee"
    return FinanceCharge(
        charge_id=f"FC-{memo.credit_memo_id}"[:80],
        charge_number="",
        customer_id=memo.customer_id,
        company_id=memo.company_id,
        kind=kind,
        charge_date=on,
        due_date=PaymentTerms(net_days).due_date(on),
        currency=memo.currency,
        amount=memo.total,
        reason=f"{memo.credit_memo_number} of {memo.document_number} was given by mistake",
    )
