"""The open item: what a customer still owes on one document. cash_app is the authority on it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.cash_app.open_items.domain.discount_tax import (
    NOTHING,
    ItemTax,
    TaxPart,
    in_discount,
    lowered_by,
    taxes_of,
)
from services.cash_app.open_items.domain.document_number import document_key, reference_key
from shared.contracts.cash_app import ItemCause, ItemKind, OpenItemChanged
from shared.contracts.erp import PaymentMethod
from shared.contracts.invoicing import FinanceChargePosted, InvoicePosted
from shared.kernel.money import Money, round_half_up

Age = tuple[date, str, str]
DiscountBase = Literal["invoice", "gross", "net"]
"""What a discount per cent applies to: as the invoice states, its total, or its total without tax."""


_VALIDATED_CAUSES: Final[frozenset[ItemCause]] = frozenset({"write_off_reversed", "cancelled"})
"""Changes of other causes are published together with an event that carries the same values and is validated."""


class OverApplied(ValueError):
    """A change would take more off an item than is open, or restore more than was taken off."""


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
    """The latest business date of its changes; changes need not arrive in the order of their dates."""
    open_since: date
    """The document date, or the later day on which an amount was last reopened; nothing settles it earlier."""
    kind: ItemKind = "invoice"
    terms: str = ""
    """The payment terms in short, e.g. "2/10 net 30"."""
    order_id: str = ""
    """The order that the invoice is for; empty where it is for none."""
    customer_reference: str = ""
    """The customer's own number of that order, such as a purchase order."""
    credited: Decimal = NOTHING
    """What credit memos took off, and what was cancelled."""
    deducted: Decimal = NOTHING
    """What became deductions, items of their own."""
    tolerated: Decimal = NOTHING
    """What was written off within tolerance."""
    written_off: Decimal = NOTHING
    """What was written off as bad debt and not recovered."""
    given_back: Decimal = NOTHING
    """What credit memos gave back of money that was applied to it: it is the customer's credit since."""
    deducted_from: str | None = None
    """Of a deduction: the id of the item that it was deducted from."""
    written_off_on: date | None = None
    """The day of its last write-off."""
    taxes: tuple[ItemTax, ...] = ()
    """The tax that its discount lowers; empty where the law or the policy lowers none."""

    @property
    def discountable(self) -> Decimal:
        """What a discount may be taken of: the original amount less all that is not paid with money or discount."""
        left = self.original_amount - self.credited - self.deducted - self.tolerated - self.written_off
        return left - self.given_back

    @property
    def discount_granted(self) -> Decimal:
        """The discount that the terms grant on what is left after credit memos; rounded half up."""
        if not self.discount_amount:
            return self.discount_amount
        return discount_on(self.discountable, self.discount_amount, self.original_amount, self.currency)

    @property
    def discount_left(self) -> Decimal:
        """What of that discount is not taken yet."""
        return max(self.discount_granted - self.discount_taken, NOTHING)

    @property
    def cash(self) -> Decimal:
        """The money that was applied to it."""
        return self.discountable + self.given_back - self.open_amount - self.discount_taken

    def tax_in_discount(self, amount: Decimal) -> list[TaxPart]:
        """The tax, by rate, in a further discount of `amount`."""
        if not self.taxes:
            return []
        return in_discount(self.taxes, self.discount_taken + amount, self.original_amount, self.currency)

    @property
    def waited_for_as(self) -> set[str]:
        """The document keys under which money may wait for it: its number, its order, the customer's own number."""
        names = [name for name in (self.document_number, self.order_id, self.customer_reference) if name]
        return {document_key(name) for name in names} | {reference_key(name) for name in names}

    @property
    def is_open(self) -> bool:
        return self.open_amount > 0

    @property
    def closed_on(self) -> date | None:
        """The business date from which nothing was owed any more; None while something is."""
        return None if self.is_open else self.moved_on

    @property
    def age(self) -> Age:
        """The order in which items are paid when the payer names no items: due date, document number."""
        return (self.due_date, self.document_number, self.item_id)

    def reduce(
        self,
        amount: Decimal,
        on: date,
        cause: ItemCause,
        cause_id: str,
        *,
        method: PaymentMethod | None = None,
        value_date: date | None = None,
        reverses: str | None = None,
        undoes: ItemCause | None = None,
        taxes: Sequence[TaxPart] = (),
    ) -> OpenItemChanged:
        """Takes `amount` off the open amount.

        `method` is how cash was paid, `value_date` that of the payment behind the change, `taxes` the tax in a
        discount. `reverses` is the cause id of the change that this one reverses, `undoes` what kind of amount it puts
        back. Raises OverApplied above the open amount.
        """
        if not 0 < amount <= self.open_amount:
            raise OverApplied(
                f"cannot take {Money(amount, self.currency)} off {self.document_number}: "
                f"{Money(self.open_amount, self.currency)} is open"
            )
        self.open_amount -= amount
        self._count(undoes or cause, method, amount, taxes)
        self.item_version += 1
        self.moved_on = max(self.moved_on, on)
        return self._changed(-amount, on, cause, cause_id, method=method, value_date=value_date, reverses=reverses)

    def restore(
        self,
        amount: Decimal,
        on: date,
        cause: ItemCause,
        cause_id: str,
        *,
        reverses: str | None,
        undoes: ItemCause,
        method: PaymentMethod | None = None,
        value_date: date | None = None,
        taxes: Sequence[TaxPart] = (),
    ) -> OpenItemChanged:
        """Reopens `amount` with the old due date; what it `undoes` decides, e.g., that a discount may be taken again.

        `method`, `value_date` and `taxes` are those of the change that it undoes, `reverses` is its cause id. Raises
        OverApplied above what was taken off.
        """
        if not 0 < amount <= self.original_amount - self.open_amount:
            raise OverApplied(
                f"cannot reopen {Money(amount, self.currency)} on {self.document_number}: "
                f"{Money(self.open_amount, self.currency)} of {Money(self.original_amount, self.currency)} is open"
            )
        self.open_amount += amount
        self._count(undoes, method, -amount, taxes)
        self.item_version += 1
        self.moved_on = max(self.moved_on, on)
        self.open_since = max(self.open_since, on)
        return self._changed(amount, on, cause, cause_id, value_date=value_date, reverses=reverses)

    def _count(self, cause: ItemCause, method: PaymentMethod | None, amount: Decimal, taxes: Sequence[TaxPart]) -> None:
        """Counts what was taken off by its kind; what is not counted is money."""
        if cause == "discount":
            self.discount_taken += amount
            self.taxes = lowered_by(self.taxes, taxes, 1 if amount > 0 else -1)
        elif cause == "tolerance":
            self.tolerated += amount
        elif cause == "deduction":
            self.deducted += amount
        elif cause == "write_off":
            self.written_off += amount
        elif cause == "cancelled" or method == "credit_memo":
            self.credited += amount

    def posted(self) -> OpenItemChanged:
        """Version 1: the item itself."""
        return self._changed(self.original_amount, self.document_date, "posted", self.item_id)

    def _changed(
        self,
        change: Decimal,
        on: date,
        cause: ItemCause,
        cause_id: str,
        *,
        method: PaymentMethod | None = None,
        value_date: date | None = None,
        reverses: str | None = None,
    ) -> OpenItemChanged:
        create = OpenItemChanged if cause in _VALIDATED_CAUSES else OpenItemChanged.of_known
        return create(
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
            reverses=reverses,
            business_date=on,
            document_date=self.document_date,
            due_date=self.due_date,
            disputed=self.disputed,
            payment_method=method,
            value_date=value_date,
        )


def discount_on(left: Decimal, discount: Decimal, total: Decimal, currency: str) -> Decimal:
    """The discount that is granted on `left` of a document of `total` with `discount`, rounded half up."""
    return discount if left == total else round_half_up(discount * left / total, currency)


def item_of(
    invoice: InvoicePosted, discount_base: DiscountBase = "invoice", *, discount_lowers_tax: bool = False
) -> OpenItem:
    """The open item of a posted invoice; `discount_base` is the amount that the discount per cent applies to.

    With `discount_lowers_tax`, the discount is partly tax.
    """
    total = round_half_up(invoice.total, invoice.currency)
    terms = invoice.terms
    discount_amount = invoice.discount_amount
    if discount_base != "invoice" and invoice.discount_date:
        discount_amount = (invoice.net if discount_base == "net" else total) * terms.discount_percent / 100
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
        terms=str(terms.payment_terms()),
        order_id=invoice.order_id or "",
        customer_reference=invoice.customer_reference,
        taxes=taxes_of(invoice) if discount_lowers_tax and discount_amount else (),
    )


def charge_of(charge: FinanceChargePosted) -> OpenItem:
    """The open item of interest or a fee."""
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
    """The item for what a payer deducted from another item; due when that was."""
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
        deducted_from=item.item_id,
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
    deducted_from: str | None = None,
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
        deducted_from=deducted_from,
    )
