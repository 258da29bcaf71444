"""Invoices in the books: of shipments, brought forward from the previous system, and debit memos."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Final, Literal

from services.invoicing.invoices.domain.numbering import DocumentNumber, is_own_number
from services.invoicing.orders.domain.lines import ZERO
from services.invoicing.orders.domain.order import CannotBeApplied, Invoiced
from shared.contracts.erp import InvoiceBroughtForward, Terms
from shared.contracts.invoicing import InvoicedLine, InvoiceInstalment, InvoicePosted
from shared.kernel.journal import Account, Posting
from shared.kernel.payment_terms import PaymentTerms, instalments

_ID_CHARACTERS_MAX: Final = 76
"""The item of an instalment adds its number to the id, and must be an identifier itself."""
_NET_DAYS_MAX: Final = 365


class CannotBeInvoiced(CannotBeApplied):
    """No invoice can be made of an event; the message states why."""


@dataclass(frozen=True, slots=True)
class Invoice:
    """An invoice in the books. Amounts in `currency`; net, tax and total are sums of the rounded lines."""

    invoice_id: str
    invoice_number: str
    """Empty until it is numbered."""
    company_id: str
    customer_id: str
    order_id: str | None
    ship_to_id: str | None
    """The customer to whom the goods went; None: `customer_id`."""
    shipment_id: str | None
    origin: Literal["shipment", "brought_forward", "debit_memo"]
    invoice_date: date
    due_date: date
    discount_date: date | None
    terms: PaymentTerms
    currency: str
    net: Decimal
    tax: Decimal
    discount_amount: Decimal
    disputed: bool
    lines: tuple[InvoicedLine, ...]
    customer_reference: str = ""
    """The customer's own number of the order, such as a purchase order."""
    series: str | None = None
    """None until it is numbered, and where it keeps the number of the previous system; as is the next."""
    sequence_number: int | None = None
    jurisdiction: str | None = None
    """Where its tax is raised; None: it has no tax of its own, or that is not known."""

    @property
    def total(self) -> Decimal:
        return self.net + self.tax

    @property
    def instalments(self) -> tuple[InvoiceInstalment, ...]:
        """The parts of the total by due date, without parts of nothing; empty where all is due on one day."""
        if not self.terms.instalments:
            return ()
        parts = [part for part in instalments(self.invoice_date, self.terms, self.total, self.currency) if part.amount]
        return tuple(
            InvoiceInstalment(item_id=f"{self.invoice_id}/{number}", due_date=part.due_date, amount=part.amount)
            for number, part in enumerate(parts, start=1)
        )

    def numbered(self, number: DocumentNumber) -> Invoice:
        return replace(self, invoice_number=str(number), series=number.series, sequence_number=number.sequence_number)

    def posted(self) -> InvoicePosted:
        return InvoicePosted(
            invoice_id=self.invoice_id,
            invoice_number=self.invoice_number,
            series=self.series,
            sequence_number=self.sequence_number,
            company_id=self.company_id,
            customer_id=self.customer_id,
            order_id=self.order_id,
            ship_to_id=self.ship_to_id,
            origin=self.origin,
            invoice_date=self.invoice_date,
            due_date=self.due_date,
            terms=Terms.of(self.terms),
            discount_date=self.discount_date,
            currency=self.currency,
            net=self.net,
            tax=self.tax,
            total=self.total,
            discount_amount=self.discount_amount,
            disputed=self.disputed,
            jurisdiction=self.jurisdiction,
            instalments=self.instalments,
            lines=self.lines,
            customer_reference=self.customer_reference,
        )

    def invoiced(self) -> Invoiced:
        """What the order is relieved of."""
        return Invoiced(self.invoice_id, self.total, self.instalments)

    def postings(self) -> list[Posting]:
        """Dr receivables / Cr revenue and tax; brought forward: Cr migration clearing."""
        if self.origin == "brought_forward":
            return [self._posting(Account.MIGRATION_CLEARING, self.total)]
        parts = ((Account.REVENUE, self.net), (Account.TAX_PAYABLE, self.tax))
        return [self._posting(account, amount) for account, amount in parts if amount]

    def _posting(self, credit: Account, amount: Decimal) -> Posting:
        return Posting(
            entry_id=self.invoice_id,
            company_id=self.company_id,
            business_date=self.invoice_date,
            debit=Account.RECEIVABLES,
            credit=credit,
            amount=amount,
            currency=self.currency,
            customer_id=self.customer_id,
            document=self.invoice_number,
        )


def bring_forward(event: InvoiceBroughtForward) -> Invoice:
    """The invoice of the previous system, under its own number and dates.

    Raises CannotBeInvoiced where the number could be one of the company's own.
    """
    if is_own_number(event.invoice_number, event.company_id):
        raise CannotBeInvoiced(
            f"invoice {event.invoice_number} cannot be brought forward: {event.company_id} numbers its own invoices "
            f"like that; bring it forward with a prefix, e.g. OLD-{event.invoice_number}"
        )
    return Invoice(
        invoice_id=invoice_id(f"BF-{event.invoice_number}"),
        invoice_number=event.invoice_number,
        company_id=event.company_id,
        customer_id=event.customer_id,
        order_id=None,
        ship_to_id=None,
        shipment_id=None,
        origin="brought_forward",
        invoice_date=event.invoice_date,
        due_date=event.due_date,
        discount_date=None,
        terms=PaymentTerms(min(max((event.due_date - event.invoice_date).days, 0), _NET_DAYS_MAX)),
        currency=event.currency,
        net=event.amount,
        tax=ZERO,
        discount_amount=ZERO,
        disputed=event.disputed,
        lines=(),
    )


def check_document_date(document: str, on: date, today: date | None, days_ahead_max: int) -> None:
    """Raises CannotBeInvoiced for a document dated so far ahead that it must be a mistake.

    Before the first business day (`today` is None) no date is too far ahead.
    """
    if today is None:
        return
    latest = today + timedelta(days=days_ahead_max)
    if on > latest:
        raise CannotBeInvoiced(f"{document} is dated {on}; on {today} documents are accepted up to {latest}")


def invoice_id(text: str) -> str:
    """The id of an invoice. Raises CannotBeInvoiced where it is too long for one."""
    if len(text) > _ID_CHARACTERS_MAX:
        raise CannotBeInvoiced(
            f"{text} is longer than the {_ID_CHARACTERS_MAX} characters that an invoice id may have: shorten its number"
        )
    return text
