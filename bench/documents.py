"""The events the mixes are made of: ready-made documents, their amounts thrown with the dice given."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from shared.contracts.cash_app import AppliedLine, OpenItemChanged, PaymentApplied
from shared.contracts.erp import (
    BusinessDayStarted,
    CustomerChanged,
    ItemChanged,
    OrderPlaced,
    PaymentReceived,
    PriceChanged,
)
from shared.contracts.event import Event
from shared.contracts.invoicing import InvoicedLine, InvoicePosted, OrderValidated, PricedLine

COMPANY: Final = "1000"
TODAY: Final = date(2026, 3, 2)
LINES: Final = 3
_ITEMS: Final = 40
_TERMS: Final = {"net_days": 30, "discount_days": 10, "discount_percent": "2"}
_JURISDICTIONS: Final = ("US-OR", "US-CA", "US-NY", "US-TX")


def day() -> BusinessDayStarted:
    return BusinessDayStarted(company_id=COMPANY, business_date=TODAY)


def customer_id(number: int) -> str:
    return f"C-{number:05}"


def customer(number: int, **changes: Any) -> CustomerChanged:
    given: dict[str, Any] = {
        "customer_id": customer_id(number),
        "version": 1,
        "company_id": COMPANY,
        "name": f"Customer {number}",
        "currency": "USD",
        "credit_limit": Decimal("100000.00"),
        "terms": _TERMS,
        "price_list_id": "STD",
        "jurisdiction": _JURISDICTIONS[number % len(_JURISDICTIONS)],
        "payer_accounts": [f"ACC-{number:05}"],
    }
    return CustomerChanged(**{**given, **changes})


def catalogue() -> list[Event]:
    items = [ItemChanged(item_id=f"I-{n:03}", version=1, description=f"Item {n}") for n in range(_ITEMS)]
    prices = [
        PriceChanged(
            price_list_id="STD",
            item_id=item.item_id,
            version=1,
            currency="USD",
            valid_from=date(2026, 1, 1),
            breaks=[
                {"minimum_quantity": 1, "unit_price": f"{10 + n}.50"},
                {"minimum_quantity": 10, "unit_price": f"{10 + n}.00"},
            ],
        )
        for n, item in enumerate(items)
    ]
    return [*items, *prices]


def _amount(dice: random.Random) -> Decimal:
    return Decimal(dice.randrange(1_000, 500_000)).scaleb(-2)


def order_placed(number: int, buyer: int, dice: random.Random) -> OrderPlaced:
    return OrderPlaced(
        order_id=f"O-{number:07}",
        company_id=COMPANY,
        customer_id=customer_id(buyer),
        order_date=TODAY,
        currency="USD",
        customer_reference=f"PO {number}",
        lines=[
            {"line_no": line, "item_id": f"I-{item:03}", "quantity": dice.randrange(1, 30)}
            for line, item in enumerate(dice.sample(range(_ITEMS), LINES), start=1)
        ],
    )


def order_validated(number: int, buyer: int, dice: random.Random) -> OrderValidated:
    lines = [_priced(line, dice) for line in range(1, LINES + 1)]
    net = sum((line.net for line in lines), Decimal(0))
    return OrderValidated(
        order_id=f"O-{number:07}",
        company_id=COMPANY,
        customer_id=customer_id(buyer),
        order_date=TODAY,
        currency="USD",
        net=net,
        tax=Decimal("0.00"),
        total=net,
        ship_complete=False,
        lines=lines,
    )


def _priced(line_no: int, dice: random.Random) -> PricedLine:
    net = _amount(dice)
    return PricedLine(
        line_no=line_no,
        item_id=f"I-{dice.randrange(_ITEMS):03}",
        quantity=1,
        unit_price=net,
        net=net,
        tax_percent=Decimal(0),
        tax=Decimal("0.00"),
    )


def invoice(number: int, buyer: int, dice: random.Random) -> InvoicePosted:
    lines = [InvoicedLine(**_priced(n, dice).model_dump(), description=f"Item {n}") for n in range(1, LINES + 1)]
    total = sum((line.net for line in lines), Decimal(0))
    return InvoicePosted(
        invoice_id=f"INV-{number:07}",
        invoice_number=f"1000-{number:07}",
        company_id=COMPANY,
        customer_id=customer_id(buyer),
        order_id=f"O-{number:07}",
        origin="shipment",
        invoice_date=TODAY,
        due_date=TODAY + timedelta(days=30),
        terms=_TERMS,
        discount_date=TODAY + timedelta(days=10),
        currency="USD",
        net=total,
        tax=Decimal("0.00"),
        total=total,
        discount_amount=(total * 2 / 100).quantize(Decimal("0.01")),
        lines=lines,
    )


def payment(number: int, invoice: InvoicePosted, *, with_discount: bool) -> PaymentReceived:
    discount = invoice.discount_amount if with_discount else Decimal("0.00")
    paid = invoice.total - discount
    return PaymentReceived(
        payment_id=f"P-{number:07}",
        bank_reference=f"BANK-{number:07}",
        company_id=COMPANY,
        customer_id=invoice.customer_id,
        payer_account=invoice.customer_id.replace("C-", "ACC-"),
        currency="USD",
        amount=paid,
        value_date=TODAY + timedelta(days=5),
        remittance=[{"document_number": invoice.invoice_number, "amount": paid, "discount": discount}],
    )


def item_posted(number: int, buyer: int, dice: random.Random) -> OpenItemChanged:
    total = _amount(dice)
    posted_on = TODAY - timedelta(days=dice.randrange(45))
    return OpenItemChanged(
        item_id=f"INV-{number:07}",
        item_version=1,
        customer_id=customer_id(buyer),
        company_id=COMPANY,
        document_number=f"1000-{number:07}",
        currency="USD",
        original_amount=total,
        open_amount=total,
        change=total,
        cause="posted",
        cause_id=f"INV-{number:07}",
        business_date=posted_on,
        document_date=posted_on,
        due_date=posted_on + timedelta(days=30),
    )


def item_paid(item: OpenItemChanged, number: int) -> OpenItemChanged:
    changes = {
        "item_version": 2,
        "open_amount": Decimal("0.00"),
        "change": -item.open_amount,
        "cause": "cash",
        "cause_id": f"P-{number:07}/A1",
        "business_date": TODAY,
    }
    return OpenItemChanged(**{**item.model_dump(), **changes})


def payment_applied(item: OpenItemChanged, number: int) -> PaymentApplied:
    return PaymentApplied(
        application_id=f"P-{number:07}/A1",
        payment_id=f"P-{number:07}",
        customer_id=item.customer_id,
        company_id=COMPANY,
        applied_on=TODAY,
        currency="USD",
        amount=item.open_amount,
        discount=Decimal("0.00"),
        lines=[
            AppliedLine(
                item_id=item.item_id,
                document_number=item.document_number,
                amount=item.open_amount,
                discount=Decimal("0.00"),
                rule="remittance",
                why="The remittance names the invoice.",
            )
        ],
    )
