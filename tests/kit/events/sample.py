"""Ready-made events for stories; a test names only what matters to it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

from shared.contracts.erp import (
    BusinessDayStarted,
    CustomerChanged,
    ItemChanged,
    OrderPlaced,
    PaymentReceived,
    PriceChanged,
)
from shared.contracts.inv_ctrl import ShipmentConfirmed, StockAnswered
from shared.contracts.invoicing import InvoicePosted, OrderValidated

COMPANY = "1000"
DAY = date(2026, 3, 2)


def customer(customer_id: str = "C-1", **changes: Any) -> CustomerChanged:
    """An active customer on 2/10 net 30 in Oregon (no sales tax), limit 10,000.00 USD."""
    given: dict[str, Any] = {
        "customer_id": customer_id,
        "version": 1,
        "company_id": COMPANY,
        "name": f"Customer {customer_id}",
        "currency": "USD",
        "credit_limit": Decimal("10000.00"),
        "terms": {"net_days": 30, "discount_days": 10, "discount_percent": "2"},
        "price_list_id": "STD",
        "jurisdiction": "US-OR",
        "payer_accounts": [f"ACC-{customer_id}"],
    }
    return CustomerChanged(**{**given, **changes})


def item(item_id: str = "I-1", **changes: Any) -> ItemChanged:
    return ItemChanged(**{"item_id": item_id, "version": 1, "description": f"Item {item_id}", **changes})


def price(item_id: str = "I-1", unit_price: str = "10.00", **changes: Any) -> PriceChanged:
    given: dict[str, Any] = {
        "price_list_id": "STD",
        "item_id": item_id,
        "version": 1,
        "currency": "USD",
        "valid_from": date(2026, 1, 1),
        "breaks": [{"minimum_quantity": 1, "unit_price": unit_price}],
    }
    return PriceChanged(**{**given, **changes})


def order(order_id: str = "O-1", customer_id: str = "C-1", quantity: int = 10, **changes: Any) -> OrderPlaced:
    given: dict[str, Any] = {
        "order_id": order_id,
        "company_id": COMPANY,
        "customer_id": customer_id,
        "order_date": DAY,
        "currency": "USD",
        "lines": [{"line_no": 1, "item_id": "I-1", "quantity": quantity}],
    }
    return OrderPlaced(**{**given, **changes})


def validated(order_id: str = "O-1", customer_id: str = "C-1", total: str = "100.00", **changes: Any) -> OrderValidated:
    line = {
        "line_no": 1,
        "item_id": "I-1",
        "quantity": 1,
        "unit_price": total,
        "net": total,
        "tax_percent": "0",
        "tax": "0.00",
    }
    given: dict[str, Any] = {
        "order_id": order_id,
        "company_id": COMPANY,
        "customer_id": customer_id,
        "order_date": DAY,
        "currency": "USD",
        "net": total,
        "tax": "0.00",
        "total": total,
        "ship_complete": False,
        "lines": [line],
    }
    return OrderValidated(**{**given, **changes})


def invoice(
    invoice_id: str = "INV-1", customer_id: str = "C-1", total: str = "100.00", **changes: Any
) -> InvoicePosted:
    given: dict[str, Any] = {
        "invoice_id": invoice_id,
        "invoice_number": invoice_id.replace("INV-", "1000-"),
        "company_id": COMPANY,
        "customer_id": customer_id,
        "origin": "shipment",
        "invoice_date": DAY,
        "due_date": date(2026, 4, 1),
        "terms": {"net_days": 30},
        "currency": "USD",
        "net": total,
        "tax": "0.00",
        "total": total,
        "discount_amount": "0.00",
    }
    return InvoicePosted(**{**given, **changes})


def payment(
    payment_id: str = "P-1", customer_id: str | None = "C-1", amount: str = "100.00", **changes: Any
) -> PaymentReceived:
    given: dict[str, Any] = {
        "payment_id": payment_id,
        "bank_reference": f"BANK-{payment_id}",
        "company_id": COMPANY,
        "customer_id": customer_id,
        "currency": "USD",
        "amount": amount,
        "value_date": date(2026, 3, 10),
    }
    return PaymentReceived(**{**given, **changes})


def allocated(
    request_id: str, order_id: str, quantity: int, short: int = 0, customer_id: str = "C-1", **changes: Any
) -> StockAnswered:
    """Inventory control's answer for an order of one line."""
    given: dict[str, Any] = {
        "request_id": request_id,
        "request_no": int("".join(filter(str.isdecimal, request_id.rpartition("/R")[2])) or 1) or 1,
        "order_id": order_id,
        "customer_id": customer_id,
        "business_date": DAY,
        "lines": [{"line_no": 1, "item_id": "I-1", "allocated": quantity, "short": short}],
    }
    return StockAnswered(**{**given, **changes})


def shipped(
    shipment_id: str, order_id: str, quantity: int, customer_id: str = "C-1", **changes: Any
) -> ShipmentConfirmed:
    given: dict[str, Any] = {
        "shipment_id": shipment_id,
        "order_id": order_id,
        "customer_id": customer_id,
        "shipped_on": DAY,
        "lines": [{"line_no": 1, "quantity": quantity}],
    }
    return ShipmentConfirmed(**{**given, **changes})


def day(on: date = DAY) -> BusinessDayStarted:
    return BusinessDayStarted(company_id=COMPANY, business_date=on)
