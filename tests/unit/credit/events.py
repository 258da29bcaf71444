"""Events of the stories about customer C-1, in USD unless stated otherwise."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from shared.contracts.cash_app import OpenItemChanged
from shared.contracts.collections import CreditHoldLifted, CreditHoldRequested
from shared.contracts.erp import CustomerChanged, Terms
from shared.contracts.invoicing import OpenOrderChanged, OrderValidated, PricedLine

DAY = date(2024, 3, 1)


def customer(limit: str = "1000", version: int = 1, **given: Any) -> CustomerChanged:
    facts: dict[str, Any] = {
        "customer_id": "C-1",
        "version": version,
        "company_id": "US01",
        "name": "Acme",
        "currency": "USD",
        "credit_limit": Decimal(limit),
        "terms": Terms(net_days=30),
        "price_list_id": "STD",
        "jurisdiction": "US-NY",
    }
    return CustomerChanged(**(facts | given))


def order(order_id: str, total: str, on: date = DAY, currency: str = "USD", customer_id: str = "C-1") -> OrderValidated:
    amount = Decimal(total)
    line = PricedLine(
        line_no=1, item_id="I-1", quantity=1, unit_price=amount, net=amount, tax_percent=Decimal(0), tax=Decimal(0)
    )
    return OrderValidated(
        order_id=order_id,
        company_id="US01",
        customer_id=customer_id,
        order_date=on,
        currency=currency,
        net=amount,
        tax=Decimal(0),
        total=amount,
        ship_complete=False,
        lines=(line,),
    )


def amended(order_id: str, total: str, revision: int = 2, **given: Any) -> OrderValidated:
    """A later revision of an order."""
    facts = {"revision": revision, "order_version": revision, "amended_on": DAY, **given}
    return order(order_id, total).model_copy(update=facts)


def left(
    order_id: str, open_amount: str, version: int = 2, invoice_id: str | None = None, invoiced: str = "0"
) -> OpenOrderChanged:
    """What is left of an order, after a cancellation or, with `invoice_id`, an invoice."""
    return OpenOrderChanged(
        order_id=order_id,
        customer_id="C-1",
        company_id="US01",
        order_version=version,
        state="Invoiced" if invoice_id else "Cancelled",
        currency="USD",
        open_amount=Decimal(open_amount),
        business_date=DAY,
        invoice_id=invoice_id,
        invoiced_amount=Decimal(invoiced),
    )


def item(
    item_id: str, original: str, open_amount: str, version: int = 1, on: date = DAY, **given: Any
) -> OpenItemChanged:
    facts: dict[str, Any] = {
        "item_id": item_id,
        "item_version": version,
        "customer_id": "C-1",
        "company_id": "US01",
        "document_number": item_id,
        "currency": "USD",
        "original_amount": Decimal(original),
        "open_amount": Decimal(open_amount),
        "change": Decimal(open_amount) - (0 if version == 1 else Decimal(original)),
        "cause": "posted" if version == 1 else "cash",
        "cause_id": item_id,
        "business_date": on,
        "document_date": DAY,
        "due_date": DAY,
    }
    return OpenItemChanged(**(facts | given))


def hold(hold_id: str = "H-1") -> CreditHoldRequested:
    return CreditHoldRequested(hold_id=hold_id, customer_id="C-1", requested_on=DAY, reason="a promise was broken")


def lift(hold_id: str = "H-1") -> CreditHoldLifted:
    return CreditHoldLifted(hold_id=hold_id, customer_id="C-1", lifted_on=DAY, lifted_by="Ann", reason="it was paid")
