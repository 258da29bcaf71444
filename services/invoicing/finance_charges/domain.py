"""Finance charges: interest or a late fee that a customer who pays late is charged."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Literal, Self

from services.invoicing.invoices.domain.numbering import DocumentNumber
from shared.contracts.collections import ChargedItem, FinanceChargeAssessed
from shared.contracts.invoicing import FinanceChargePosted
from shared.kernel.journal import Account, Posting


@dataclass(frozen=True, slots=True)
class FinanceCharge:
    """A finance charge; `amount` in `currency`, without tax: interest on late payment is no sale."""

    charge_id: str
    charge_number: str
    """Empty until it is posted."""
    customer_id: str
    company_id: str
    kind: Literal["interest", "fee"]
    charge_date: date
    due_date: date
    currency: str
    amount: Decimal
    reason: str
    items: tuple[ChargedItem, ...] = ()
    """What it was charged for; for a charge by hand only the reason states it."""
    series: str = ""
    """Empty until it is posted."""
    sequence_number: int = 0

    @classmethod
    def of(cls, assessed: FinanceChargeAssessed) -> Self:
        return cls(
            charge_id=assessed.charge_id,
            charge_number="",
            customer_id=assessed.customer_id,
            company_id=assessed.company_id,
            kind=assessed.kind,
            charge_date=assessed.assessed_on,
            due_date=assessed.due_date,
            currency=assessed.currency,
            amount=assessed.amount,
            reason=assessed.reason,
            items=assessed.items,
        )

    def numbered(self, number: DocumentNumber) -> FinanceCharge:
        return replace(self, charge_number=str(number), series=number.series, sequence_number=number.sequence_number)

    def posted(self) -> FinanceChargePosted:
        return FinanceChargePosted(
            charge_id=self.charge_id,
            charge_number=self.charge_number,
            company_id=self.company_id,
            customer_id=self.customer_id,
            kind=self.kind,
            charge_date=self.charge_date,
            due_date=self.due_date,
            currency=self.currency,
            amount=self.amount,
            reason=self.reason,
        )

    def posting(self) -> Posting:
        """Dr receivables / Cr income from finance charges."""
        return Posting(
            entry_id=self.charge_id,
            company_id=self.company_id,
            business_date=self.charge_date,
            debit=Account.RECEIVABLES,
            credit=Account.FINANCE_CHARGES,
            amount=self.amount,
            currency=self.currency,
            customer_id=self.customer_id,
            document=self.charge_number,
        )
