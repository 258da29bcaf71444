"""Customers and items as the ERP sends them, as far as invoicing needs them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol, Self

from shared.contracts.erp import CustomerChanged, ItemChanged
from shared.kernel.payment_terms import PaymentTerms


class Versioned(Protocol):
    """Master data that counts its changes."""

    @property
    def version(self) -> int: ...


def is_newer(received: Versioned, known: Versioned | None) -> bool:
    """Whether the received version replaces the known one."""
    return known is None or known.version < received.version


def unsupported_terms(terms: PaymentTerms) -> str | None:
    """Why invoices cannot be posted under these terms; None: they can."""
    if terms.discounts:
        return "discounts in stages are not supported: give one discount in discount_days and discount_percent"
    return None


@dataclass(frozen=True, slots=True)
class Customer:
    """The customer data that an order is validated, priced and taxed with."""

    customer_id: str
    version: int
    company_id: str
    name: str
    currency: str
    terms: PaymentTerms
    price_list_id: str
    jurisdiction: str
    tax_exempt: bool
    active: bool
    bill_to_id: str | None = None
    """The customer who is invoiced for what this one orders; None: itself."""

    @classmethod
    def of(cls, event: CustomerChanged) -> Self:
        return cls(
            customer_id=event.customer_id,
            version=event.version,
            company_id=event.company_id,
            name=event.name,
            currency=event.currency,
            terms=event.terms.payment_terms(),
            price_list_id=event.price_list_id,
            jurisdiction=event.jurisdiction,
            tax_exempt=event.tax_exempt,
            active=event.active,
            bill_to_id=None if event.bill_to_id == event.customer_id else event.bill_to_id,
        )


@dataclass(frozen=True, slots=True)
class Item:
    """An item that is sold."""

    item_id: str
    version: int
    description: str
    unit: str
    taxable: bool
    active: bool

    @classmethod
    def of(cls, event: ItemChanged) -> Self:
        return cls(event.item_id, event.version, event.description, event.unit, event.taxable, event.active)
