"""A company's past as a CSV file: its invoices and when they were settled. Read whole or refused whole.

Two headers are understood; columns beyond these are ignored:

- plain: `customer_id, invoice_number, invoice_date, due_date, amount` and, if there, `settled_on, disputed,
  currency, customer_name`; dates as 2013-06-30;
- the IBM sample "Accounts Receivable": `customerID, invoiceNumber, InvoiceDate, DueDate, InvoiceAmount,
  Disputed, SettledDate`; dates as 6/30/2013.

An empty settled date means still open. Without a currency column amounts are in USD.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import ROUND_CEILING, Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from shared.contracts.erp import CustomerChanged, InvoiceBroughtForward, PaymentReceived, RemittanceLine, Terms

COMPANY: Final = "US01"
PRICE_LIST: Final = "HISTORY"
JURISDICTION: Final = "HISTORY"
ROWS_MAX: Final = 1_000_000
_FAULTS_TOLD_MAX: Final = 20
_REMITTANCE_LINES_MAX: Final = 2_000
_LIMIT_STEP: Final = Decimal(100)
_YES: Final = {"yes", "true", "1", "y"}
_NO: Final = {"no", "false", "0", "n", ""}


class HistoryRefused(Exception):
    """The file cannot be taken; every fault is told with its line, and nothing of the file was used."""

    def __init__(self, file: Path, faults: list[str]) -> None:
        self.faults = faults
        told = faults[:_FAULTS_TOLD_MAX]
        if len(faults) > len(told):
            told.append(f"and {len(faults) - len(told)} more faults")
        super().__init__(f"{file} was refused, nothing was replayed:\n" + "\n".join(f"  {fault}" for fault in told))


@dataclass(frozen=True, slots=True)
class Layout:
    """What the columns of a kind of file are called, and how it writes dates."""

    customer_id: str
    invoice_number: str
    invoice_date: str
    due_date: str
    amount: str
    settled_on: str
    disputed: str
    date_format: str
    date_example: str
    currency: str = "currency"
    customer_name: str = "customer_name"

    @property
    def needed(self) -> set[str]:
        return {self.customer_id, self.invoice_number, self.invoice_date, self.due_date, self.amount}


PLAIN: Final = Layout(
    "customer_id", "invoice_number", "invoice_date", "due_date", "amount", "settled_on", "disputed",
    "%Y-%m-%d", "2013-06-30",
)  # fmt: skip
IBM_SAMPLE: Final = Layout(
    "customerID", "invoiceNumber", "InvoiceDate", "DueDate", "InvoiceAmount", "SettledDate", "Disputed",
    "%m/%d/%Y", "6/30/2013",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class PastInvoice:
    """One line of the file."""

    invoice: InvoiceBroughtForward
    settled_on: date | None
    customer_name: str


@dataclass(slots=True)
class History:
    """The past of one company, as events of the ERP."""

    company_id: str
    past: list[PastInvoice] = field(default_factory=list)

    def customers(self) -> list[CustomerChanged]:
        """Each customer once; terms as most of its invoices have them, the limit just above its highest balance."""
        invoices: defaultdict[str, list[PastInvoice]] = defaultdict(list)
        for past in self.past:
            invoices[past.invoice.customer_id].append(past)
        return [
            CustomerChanged(
                customer_id=customer_id,
                version=1,
                company_id=self.company_id,
                name=next(
                    (past.customer_name for past in of_customer if past.customer_name), f"Customer {customer_id}"
                ),
                currency=of_customer[0].invoice.currency,
                credit_limit=limit_above(highest_balance(of_customer)),
                terms=Terms(net_days=_usual_days(of_customer)),
                price_list_id=PRICE_LIST,
                jurisdiction=JURISDICTION,
            )
            for customer_id, of_customer in sorted(invoices.items())
        ]

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


def read_history(file: Path, company_id: str = COMPANY) -> History:
    """Reads a company's past. Raises HistoryRefused with every fault and its line."""
    history, faults = History(company_id), []
    first_line: dict[str, int] = {}
    currencies: dict[str, str] = {}
    for line, row, layout in _rows(file):
        past = _past_invoice(row, layout, company_id)
        if isinstance(past, list):
            faults += [f"line {line}: {fault}" for fault in past]
            continue
        invoice = past.invoice
        earlier = first_line.setdefault(invoice.invoice_number, line)
        if earlier != line:
            faults.append(f"line {line}: the invoice {invoice.invoice_number} is on line {earlier} already")
        if currencies.setdefault(invoice.customer_id, invoice.currency) != invoice.currency:
            faults.append(
                f"line {line}: {invoice.customer_id} has invoices in {currencies[invoice.customer_id]} and in "
                f"{invoice.currency}: bring each currency in under a customer of its own"
            )
        history.past.append(past)
    if faults:
        raise HistoryRefused(file, faults)
    if not history.past:
        raise HistoryRefused(file, ["it has no invoices"])
    return history


def _rows(file: Path) -> Iterator[tuple[int, Mapping[str, str | None], Layout]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            header = set(reader.fieldnames or ())
            layout = next((known for known in (PLAIN, IBM_SAMPLE) if known.needed <= header), None)
            if layout is None:
                missing = ", ".join(sorted(PLAIN.needed - header))
                raise HistoryRefused(file, [f"line 1: the header lacks {missing} (see `o2c replay --help`)"])
            for count, row in enumerate(reader):
                if count >= ROWS_MAX:
                    raise HistoryRefused(file, [f"it has more than {ROWS_MAX:,} lines: split it"])
                yield reader.line_num, row, layout
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise HistoryRefused(file, [f"it cannot be read as CSV in UTF-8: {error}"]) from None


def _past_invoice(row: Mapping[str, str | None], layout: Layout, company_id: str) -> PastInvoice | list[str]:
    """The line as an invoice, or its faults."""
    faults: list[str] = []

    def text(column: str) -> str:
        return (row.get(column) or "").strip()

    def day(column: str) -> date | None:
        try:
            return datetime.strptime(text(column), layout.date_format).date()  # noqa: DTZ007
        except ValueError:
            faults.append(f"{column} {text(column)!r} is not a date: write it like {layout.date_example}")
            return None

    try:
        amount = Decimal(text(layout.amount))
    except InvalidOperation:
        faults.append(f"{layout.amount} {text(layout.amount)!r} is not an amount: write it like 55.94")
    disputed = text(layout.disputed).lower()
    if disputed not in _YES | _NO:
        faults.append(f"{layout.disputed} {text(layout.disputed)!r} is neither Yes nor No")
    invoice_date, due_date = day(layout.invoice_date), day(layout.due_date)
    settled_on = day(layout.settled_on) if text(layout.settled_on) else None
    if faults:
        return faults
    if invoice_date and due_date and due_date < invoice_date:
        return [
            f"{layout.due_date} {text(layout.due_date)} is before {layout.invoice_date} {text(layout.invoice_date)}"
        ]
    try:
        invoice = InvoiceBroughtForward.model_validate(
            {
                "invoice_number": text(layout.invoice_number),
                "company_id": company_id,
                "customer_id": text(layout.customer_id),
                "invoice_date": invoice_date,
                "due_date": due_date,
                "currency": text(layout.currency) or "USD",
                "amount": amount,
                "disputed": disputed in _YES,
            }
        )
    except ValidationError as error:
        return [_in_words(fault["loc"], fault["msg"], fault["input"]) for fault in error.errors()]
    return PastInvoice(invoice, settled_on, text(layout.customer_name))


def _in_words(place: tuple[int | str, ...], message: str, given: object) -> str:
    name = ".".join(map(str, place))
    shown = f" (it is {str(given)[:80]!r})" if name else ""
    return f"{name or 'the line'}: {message.removeprefix('Value error, ')}{shown}"


def _usual_days(invoices: list[PastInvoice]) -> int:
    days = Counter((past.invoice.due_date - past.invoice.invoice_date).days for past in invoices)
    most = max(days.values())
    return min(365, min(length for length, count in days.items() if count == most))
