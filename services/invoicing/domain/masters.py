"""What the ERP tells of customers and items, as far as invoicing needs it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from shared.contracts.erp import CustomerChanged, ItemChanged
from shared.kernel.payment_terms import PaymentTerms


@dataclass(frozen=True, slots=True)
class Customer:
    """Who buys: what an order of this customer is checked, priced and taxed by."""

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

    @classmethod
    def of(cls, event: CustomerChanged) -> Self:
        return cls(
            customer_id=event.customer_id,
            version=event.version,
            company_id=event.company_id,
            name=event.name,
            currency=event.currency,
            terms=PaymentTerms(event.terms.net_days, event.terms.discount_days, event.terms.discount_percent),
            price_list_id=event.price_list_id,
            jurisdiction=event.jurisdiction,
            tax_exempt=event.tax_exempt,
            active=event.active,
        )


@dataclass(frozen=True, slots=True)
class Item:
    """What is sold."""

    item_id: str
    version: int
    description: str
    unit: str
    taxable: bool
    active: bool

    @classmethod
    def of(cls, event: ItemChanged) -> Self:
        return cls(event.item_id, event.version, event.description, event.unit, event.taxable, event.active)
