"""A company's past: its invoices and when they were settled, as the events the ERP would have published."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Final

from shared.contracts.erp import CustomerChanged, InvoiceBroughtForward, PaymentReceived, RemittanceLine, Terms

COMPANY: Final = "US01"
PRICE_LIST: Final = "HISTORY"
JURISDICTION: Final = "HISTORY"
_REMITTANCE_LINES_MAX: Final = 2_000
_LIMIT_STEP: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class PastInvoice:
    """One invoice of the past; `settled_on` is None while it is open."""

    invoice: InvoiceBroughtForward
    settled_on: date | None
    customer_name: str


@dataclass(slots=True)
class History:
    """The past of one company."""

    company_id: str
    past: list[PastInvoice] = field(default_factory=list)

    @property
    def first_day(self) -> date:
        return min(self._days())

    @property
    def last_day(self) -> date:
        return max(self._days())

    def _days(self) -> set[date]:
        settled = {past.settled_on for past in self.past if past.settled_on is not None}
        return settled | {past.invoice.invoice_date for past in self.past}

    def customers(self) -> list[CustomerChanged]:
        """Each customer once; terms as most of its invoices have them, the limit just above its highest balance."""
        invoices: defaultdict[str, list[PastInvoice]] = defaultdict(list)
        for past in self.past:
            invoices[past.invoice.customer_id].append(past)
        return [self._customer(customer_id, of_customer) for customer_id, of_customer in sorted(invoices.items())]

    def _customer(self, customer_id: str, invoices: list[PastInvoice]) -> CustomerChanged:
        return CustomerChanged(
            customer_id=customer_id,
            version=1,
            company_id=self.company_id,
            name=next((past.customer_name for past in invoices if past.customer_name), f"Customer {customer_id}"),
            currency=invoices[0].invoice.currency,
            credit_limit=limit_above(highest_balance(invoices)),
            terms=Terms(net_days=_usual_days(invoices)),
            price_list_id=PRICE_LIST,
            jurisdiction=JURISDICTION,
        )

    def invoices_by_day(self) -> dict[date, list[InvoiceBroughtForward]]:
        days: defaultdict[date, list[InvoiceBroughtForward]] = defaultdict(list)
        for past in self.past:
            days[past.invoice.invoice_date].append(past.invoice)
        return days

    def payments_by_day(self) -> dict[date, list[PaymentReceived]]:
        """One payment per customer and day, with remittance for each invoice it settles."""
        settled: defaultdict[tuple[date, str], list[InvoiceBroughtForward]] = defaultdict(list)
        for past in self.past:
            if past.settled_on is not None:
                settled[past.settled_on, past.invoice.customer_id].append(past.invoice)
        days: defaultdict[date, list[PaymentReceived]] = defaultdict(list)
        for (day, customer_id), invoices in sorted(settled.items()):
            for start in range(0, len(invoices), _REMITTANCE_LINES_MAX):
                part = invoices[start : start + _REMITTANCE_LINES_MAX]
                number = f"{customer_id}/{day}" + (f"/{start}" if start else "")
                days[day].append(self._payment(number, customer_id, day, part))
        return days

    def _payment(self, number: str, customer_id: str, day: date, paid: list[InvoiceBroughtForward]) -> PaymentReceived:
        return PaymentReceived(
            payment_id=f"HIST/{number}",
            bank_reference=f"HIST/{number}",
            company_id=self.company_id,
            customer_id=customer_id,
            currency=paid[0].currency,
            amount=sum((invoice.amount for invoice in paid), Decimal(0)),
            value_date=day,
            remittance=tuple(
                RemittanceLine(document_number=invoice.invoice_number, amount=invoice.amount) for invoice in paid
            ),
        )


def highest_balance(invoices: list[PastInvoice]) -> Decimal:
    """The most that was ever open of these invoices at the end of a day."""
    changes: defaultdict[date, Decimal] = defaultdict(Decimal)
    for past in invoices:
        invoice = past.invoice
        changes[invoice.invoice_date] += invoice.amount
        if past.settled_on is not None:
            changes[max(past.settled_on, invoice.invoice_date)] -= invoice.amount
    balance = highest = Decimal(0)
    for day in sorted(changes):
        balance += changes[day]
        highest = max(highest, balance)
    return highest


def limit_above(balance: Decimal) -> Decimal:
    """The next full hundred from `balance` on."""
    return (balance / _LIMIT_STEP).to_integral_value(ROUND_CEILING) * _LIMIT_STEP


def _usual_days(invoices: list[PastInvoice]) -> int:
    days = Counter((past.invoice.due_date - past.invoice.invoice_date).days for past in invoices)
    most = max(days.values())
    return min(365, min(length for length, count in days.items() if count == most))
