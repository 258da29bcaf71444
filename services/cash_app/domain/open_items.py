"""The open item: what a customer still owes on one document. cash_app is the authority on it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.domain.application_rules import STANDARD, DiscountRules
from shared.contracts.cash_app import ItemCause, ItemKind, OpenItemChanged
from shared.contracts.erp import PaymentMethod
from shared.contracts.invoicing import FinanceChargePosted, InvoicePosted
from shared.kernel.money import round_half_up

Age = tuple[date, str, str]


_SAID_ALONE: Final[frozenset[ItemCause]] = frozenset({"write_off_reversed", "cancelled"})
"""Of other causes another event is said that names the same cause and is validated; the rest is the item's own."""


class OverApplied(ValueError):
    """More was to be taken off an item than is open on it, or given back than was taken off."""


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
    open_since: date
    """The document date, or the later day on which something was last owed again; nothing settles it earlier."""
    kind: ItemKind = "invoice"
    terms: str = ""
    """The payment terms in short, e.g. "2/10 net 30"."""

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

    def reduce(
        self, amount: Decimal, on: date, cause: ItemCause, cause_id: str, method: PaymentMethod | None = None
    ) -> OpenItemChanged:
        """Takes `amount` off what is owed, `method` says how it was paid. Raises OverApplied above the open amount."""
        if not 0 < amount <= self.open_amount:
            raise OverApplied(
                f"cannot take {amount} {self.currency} off {self.document_number}: {self.open_amount} is open"
            )
        self.open_amount -= amount
        if cause == "discount":
            self.discount_taken += amount
        self.item_version += 1
        self.moved_on = max(self.moved_on, on)
        return self._changed(-amount, on, cause, cause_id, method)

    def restore(self, amount: Decimal, on: date, cause: ItemCause, cause_id: str, discount: bool) -> OpenItemChanged:
        """Owes `amount` again, with the old due date; `discount`: it may be taken again too. Raises OverApplied."""
        if not 0 < amount <= self.original_amount - self.open_amount:
            raise OverApplied(
                f"cannot owe {amount} {self.currency} again on {self.document_number}: {self.open_amount} of "
                f"{self.original_amount} is open"
            )
        self.open_amount += amount
        if discount:
            self.discount_taken -= amount
        self.item_version += 1
        self.moved_on = max(self.moved_on, on)
        self.open_since = max(self.open_since, on)
        return self._changed(amount, on, cause, cause_id)

    def posted(self) -> OpenItemChanged:
        """Version 1: the item itself."""
        return self._changed(self.original_amount, self.document_date, "posted", self.item_id)

    def _changed(
        self, change: Decimal, on: date, cause: ItemCause, cause_id: str, method: PaymentMethod | None = None
    ) -> OpenItemChanged:
        say = OpenItemChanged if cause in _SAID_ALONE else OpenItemChanged.of_known
        return say(
            item_id=self.item_id,
            item_version=self.item_version,
            customer_id=self.customer_id,
            company_id=self.company_id,
            document_number=self.document_number,
            kind=self.kind,
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
            payment_method=method,
        )


def item_of(invoice: InvoicePosted, rules: DiscountRules = STANDARD.discount) -> OpenItem:
    """The open item that a posted invoice becomes; the rules say what its discount is a per cent of."""
    total = round_half_up(invoice.total, invoice.currency)
    terms = invoice.terms
    discount_amount = invoice.discount_amount
    if rules.base != "invoice" and invoice.discount_date:
        discount_amount = (invoice.net if rules.base == "net" else total) * terms.discount_percent / 100
    discounted = f"{terms.discount_percent.normalize():f}/{terms.discount_days} " if terms.discount_percent else ""
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
        discount_amount=round_half_up(discount_amount, invoice.currency),
        discount_taken=round_half_up(Decimal(0), invoice.currency),
        disputed=invoice.disputed,
        moved_on=invoice.invoice_date,
        open_since=invoice.invoice_date,
        terms=f"{discounted}net {terms.net_days}",
    )


def charge_of(charge: FinanceChargePosted) -> OpenItem:
    """The open item that interest or a fee becomes."""
    return item_without_discount(
        item_id=charge.charge_id,
        customer_id=charge.customer_id,
        company_id=charge.company_id,
        document_number=charge.charge_number,
        currency=charge.currency,
        amount=charge.amount,
        document_date=charge.charge_date,
        due_date=charge.due_date,
        kind=charge.kind,
    )


def deduction_from(item: OpenItem, deduction_id: str, amount: Decimal, on: date) -> OpenItem:
    """The item that takes over what a payer kept back of another; due when that was."""
    return item_without_discount(
        item_id=deduction_id,
        customer_id=item.customer_id,
        company_id=item.company_id,
        document_number=deduction_id,
        currency=item.currency,
        amount=amount,
        document_date=on,
        due_date=item.due_date,
        kind="deduction",
        terms=item.terms,
    )


def item_without_discount(
    *,
    item_id: str,
    customer_id: str,
    company_id: str,
    document_number: str,
    currency: str,
    amount: Decimal,
    document_date: date,
    due_date: date,
    kind: ItemKind,
    terms: str = "",
) -> OpenItem:
    """A new item that is no invoice: its whole amount is owed from its document date on."""
    total, nothing = round_half_up(amount, currency), round_half_up(Decimal(0), currency)
    return OpenItem(
        item_id=item_id,
        item_version=1,
        customer_id=customer_id,
        company_id=company_id,
        document_number=document_number,
        currency=currency,
        original_amount=total,
        open_amount=total,
        document_date=document_date,
        due_date=due_date,
        discount_date=None,
        discount_amount=nothing,
        discount_taken=nothing,
        disputed=False,
        moved_on=document_date,
        open_since=document_date,
        kind=kind,
        terms=terms,
    )
