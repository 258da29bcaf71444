"""Credit memos: requested, and posted at once or when a second person approves."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from services.invoicing.credit_memos.domain.creditable_document import ZERO, CreditedLine, DocumentKind
from services.invoicing.invoices.domain.numbering import DocumentNumber
from shared.contracts.invoicing import CreditMemoDeclined, CreditMemoPosted
from shared.kernel.journal import Account, Posting
from shared.kernel.money import round_half_up


@dataclass(frozen=True, slots=True)
class CreditMemo:
    """A credit memo, waiting for a second person or posted. Amounts in `currency`."""

    credit_memo_id: str
    credit_memo_number: str
    """Empty until it is posted."""
    customer_id: str
    company_id: str
    document_number: str
    document_kind: DocumentKind
    settles_document: str | None
    credit_date: date
    currency: str
    lines: tuple[CreditedLine, ...]
    reason_code: str
    reason: str
    series: str | None = None
    """None until it is posted, as is the next."""
    sequence_number: int | None = None

    @property
    def net(self) -> Decimal:
        return round_half_up(sum((line.net for line in self.lines), ZERO), self.currency)

    @property
    def tax(self) -> Decimal:
        return round_half_up(sum((line.tax for line in self.lines), ZERO), self.currency)

    @property
    def total(self) -> Decimal:
        return self.net + self.tax

    def numbered(self, number: DocumentNumber, credit_date: date) -> CreditMemo:
        return replace(
            self,
            credit_memo_number=str(number),
            series=number.series,
            sequence_number=number.sequence_number,
            credit_date=credit_date,
        )

    def posted(self) -> CreditMemoPosted:
        return CreditMemoPosted(
            credit_memo_id=self.credit_memo_id,
            credit_memo_number=self.credit_memo_number,
            company_id=self.company_id,
            customer_id=self.customer_id,
            invoice_number=self.document_number,
            credit_date=self.credit_date,
            currency=self.currency,
            net=self.net,
            tax=self.tax,
            total=self.total,
            reason=self.reason,
            reason_code=self.reason_code,
            settles_document=self.settles_document,
        )

    def postings(self) -> list[Posting]:
        """Dr revenue and tax, or income from finance charges / Cr receivables."""
        income = Account.REVENUE if self.document_kind == "invoice" else Account.FINANCE_CHARGES
        return [
            Posting(
                entry_id=self.credit_memo_id,
                company_id=self.company_id,
                business_date=self.credit_date,
                debit=account,
                credit=Account.RECEIVABLES,
                amount=amount,
                currency=self.currency,
                customer_id=self.customer_id,
                document=self.credit_memo_number,
            )
            for account, amount in ((income, self.net), (Account.TAX_PAYABLE, self.tax))
            if amount
        ]


@dataclass(frozen=True, slots=True)
class RequestedCreditMemo:
    """A credit memo with the person who requested it; `request_id` where collections did."""

    memo: CreditMemo
    requested_by: str
    requested_on: date
    request_id: str | None = None


def declined(request_id: str, memo_owner: tuple[str, str], *, by: str, on: date, why: str) -> CreditMemoDeclined:
    """The answer to a request of collections; the owner is a customer and a company."""
    customer_id, company_id = memo_owner
    return CreditMemoDeclined(
        request_id=request_id,
        customer_id=customer_id,
        company_id=company_id,
        declined_on=on,
        declined_by=by,
        reason=why[:500],
    )
