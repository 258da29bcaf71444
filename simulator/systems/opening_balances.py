"""What was open when the company moved to this platform: invoices of the system that went before."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from random import Random
from typing import Final

from shared.contracts.erp import InvoiceBroughtForward
from shared.kernel.payment_terms import PaymentTerms
from simulator.company import COMPANY_ID
from simulator.customers.customers import Behaviour, Customer
from simulator.dice import Dice

_LATE_BY_UP_TO_DAYS: Final = {
    Behaviour.SLOW: 40,
    Behaviour.PARTIAL: 20,
    Behaviour.ROUND_SUMS: 15,
    Behaviour.BREAKS_PROMISES: 70,
    Behaviour.STOPS_PAYING: 100,
}


def open_invoices(customers: Iterable[Customer], day: date, dice: Dice) -> list[InvoiceBroughtForward]:
    """One to three invoices of every customer, dated before `day`, as late as the customer is used to be."""
    invoices = []
    for customer in customers:
        cast = dice.on("brought forward", customer.customer_id)
        for n in range(1, cast.randint(1, 3) + 1):
            invoices.append(_invoice(customer, n, day, cast))
    return sorted(invoices, key=lambda invoice: invoice.business_order)


def _invoice(customer: Customer, n: int, day: date, cast: Random) -> InvoiceBroughtForward:
    terms = PaymentTerms(customer.terms.net_days)
    oldest = customer.terms.net_days + _LATE_BY_UP_TO_DAYS.get(customer.behaviour, 0)
    invoice_date = day - timedelta(days=cast.randint(1, oldest))
    return InvoiceBroughtForward(
        invoice_number=f"OLD-{day:%y%m%d}-{customer.customer_id}-{n}",
        company_id=COMPANY_ID,
        customer_id=customer.customer_id,
        invoice_date=invoice_date,
        due_date=terms.due_date(invoice_date),
        currency=customer.currency,
        amount=Decimal(cast.randrange(customer.size.line_value * 50, customer.size.line_value * 350)) / 100,
    )
