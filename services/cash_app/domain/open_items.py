"""The open item: what a customer still owes on one document. cash_app is the authority on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from shared.contracts.cash_app import OpenItemChanged
from shared.contracts.invoicing import InvoicePosted
from shared.kernel.money import round_half_up

Age = tuple[date, str, str]
Cause = Literal["posted", "cash", "discount"]


class OverApplied(ValueError):
    """More was to be taken off an item than is open on it."""


@dataclass(slots=True)
class OpenItem:
    """Amounts in `currency`. Every change is a version of its own and an OpenItemChanged."""

    item_id: str
    item_version: int
    customer_id: str
    company_id: str
    document_number: str
    currency: str
    original_amount: Decimal
    open_amount: Decimal
    document_date: date
    due_date: date
    discount_date: date | None
    discount_amount: Decimal
    discount_taken: Decimal
    disputed: bool
    moved_on: date
    """The latest business date of its changes; they need not come in the order of their dates."""

    @property
    def is_open(self) -> bool:
        return self.open_amount > 0

    @property
    def closed_on(self) -> date | None:
        """The business date from which nothing was owed any more; None while something is."""
        return None if self.is_open else self.moved_on

    @property
    def age(self) -> Age:
        """The order in which items are paid when the payer does not say: due date, document number."""
        return (self.due_date, self.document_number, self.item_id)

    def reduce(self, amount: Decimal, on: date, cause: Cause, cause_id: str) -> OpenItemChanged:
        """Takes `amount` off what is owed. Raises OverApplied above the open amount."""
        if not 0 < amount <= self.open_amount:
            raise OverApplied(
                f"cannot take {amount} {self.currency} off {self.document_number}: {self.open_amount} is open"
            )
        self.open_amount -= amount
        if cause == "discount":
            self.discount_taken += amount
        self.item_version += 1
        self.moved_on = max(self.moved_on, on)
        return self._changed(-amount, on, cause, cause_id)

    def posted(self) -> OpenItemChanged:
        """Version 1: the item itself."""
        return self._changed(self.original_amount, self.document_date, "posted", self.item_id)

    def _changed(self, change: Decimal, on: date, cause: Cause, cause_id: str) -> OpenItemChanged:
        return OpenItemChanged(
            item_id=self.item_id,
            item_version=self.item_version,
            customer_id=self.customer_id,
            company_id=self.company_id,
            document_number=self.document_number,
            currency=self.currency,
            original_amount=self.original_amount,
            open_amount=self.open_amount,
            change=change,
            cause=cause,
            cause_id=cause_id,
            business_date=on,
            document_date=self.document_date,
            due_date=self.due_date,
            disputed=self.disputed,
        )


def item_of(invoice: InvoicePosted) -> OpenItem:
    """The open item that a posted invoice becomes."""
    total = round_half_up(invoice.total, invoice.currency)
    return OpenItem(
        item_id=invoice.invoice_id,
        item_version=1,
        customer_id=invoice.customer_id,
        company_id=invoice.company_id,
        document_number=invoice.invoice_number,
        currency=invoice.currency,
        original_amount=total,
        open_amount=total,
        document_date=invoice.invoice_date,
        due_date=invoice.due_date,
        discount_date=invoice.discount_date,
        discount_amount=round_half_up(invoice.discount_amount, invoice.currency),
        discount_taken=round_half_up(Decimal(0), invoice.currency),
        disputed=invoice.disputed,
        moved_on=invoice.invoice_date,
    )
