"""A company's past as a CSV file. Read whole or refused whole.

Two headers are understood; columns beyond these are ignored:

- plain: `customer_id, invoice_number, invoice_date, due_date, amount` and, if there, `settled_on, disputed,
  currency, customer_name`; dates as 2013-06-30;
- the IBM sample "Accounts Receivable": `customerID, invoiceNumber, InvoiceDate, DueDate, InvoiceAmount,
  Disputed, SettledDate`; dates as 6/30/2013.

An empty settled date means still open. Without a currency column amounts are in USD.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from o2c.history.past import COMPANY, History, PastInvoice
from shared.contracts.erp import InvoiceBroughtForward

ROWS_MAX: Final = 1_000_000
_FAULTS_SHOWN_MAX: Final = 20
_CUSTOMER_CHARACTERS_MAX: Final = 60
"""Payment numbers are made of the customer's id and the day."""
_FIRST_DAY, _LAST_DAY = date(1990, 1, 1), date(2099, 12, 31)
_DAYS_MAX: Final = 30 * 366
_YES: Final = {"yes", "true", "1", "y"}
_NO: Final = {"no", "false", "0", "n", ""}


class HistoryRefused(Exception):
    """The file cannot be used; every fault is named with its line, and nothing of the file was used."""

    def __init__(self, file: Path, faults: list[str]) -> None:
        self.faults = faults
        shown = faults[:_FAULTS_SHOWN_MAX]
        if len(faults) > len(shown):
            shown.append(f"and {len(faults) - len(shown)} more faults")
        super().__init__(f"{file} was refused, nothing was replayed:\n" + "\n".join(f"  {fault}" for fault in shown))


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


def read_history(file: Path, company_id: str = COMPANY) -> History:
    """Reads a company's past. Raises HistoryRefused with every fault and its line."""
    history, faults = History(company_id), []
    first_line: dict[str, int] = {}
    currencies: dict[str, str] = {}
    for line, row in _rows(file):
        past = row.past_invoice(company_id)
        faults += [f"line {line}: {fault}" for fault in row.faults]
        if past is None:
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
    if not faults and not history.past:
        faults.append("it has no invoices")
    elif not faults and (history.last_day - history.first_day).days > _DAYS_MAX:
        span = f"from {history.first_day} to {history.last_day}"
        faults.append(f"it reaches {span}, more than 30 years: is a date mistyped?")
    if faults:
        raise HistoryRefused(file, faults)
    return history


def _rows(file: Path) -> Iterator[tuple[int, _Row]]:
    try:
        with file.open(newline="", encoding="utf-8-sig") as stream:
            reader = csv.DictReader(stream)
            header = set(reader.fieldnames or ())
            layout = next((known for known in (PLAIN, IBM_SAMPLE) if known.needed <= header), None)
            if layout is None:
                missing = ", ".join(sorted(PLAIN.needed - header))
                raise HistoryRefused(file, [f"line 1: the header lacks {missing} (see `o2c replay --help`)"])
            for count, cells in enumerate(reader):
                if count >= ROWS_MAX:
                    raise HistoryRefused(file, [f"it has more than {ROWS_MAX:,} lines: split it"])
                yield reader.line_num, _Row(cells, layout)
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise HistoryRefused(file, [f"it cannot be read as CSV in UTF-8: {error}"]) from None


@dataclass(slots=True)
class _Row:
    """One line of the file, and what is wrong with it."""

    cells: Mapping[str, str | None]
    layout: Layout
    faults: list[str] = field(default_factory=list)

    def past_invoice(self, company_id: str) -> PastInvoice | None:
        """The line as an invoice; None where it has faults."""
        layout = self.layout
        amount, disputed = self._amount(), self._disputed()
        invoice_date, due_date = self._day(layout.invoice_date), self._day(layout.due_date)
        settled_on = self._day(layout.settled_on) if self._text(layout.settled_on) else None
        customer_id = self._customer_id()
        if invoice_date and due_date and due_date < invoice_date:
            self.faults.append(f"{layout.due_date} {due_date} is before {layout.invoice_date} {invoice_date}")
        if self.faults:
            return None
        body = {
            "invoice_number": self._text(layout.invoice_number),
            "company_id": company_id,
            "customer_id": customer_id,
            "invoice_date": invoice_date,
            "due_date": due_date,
            "currency": self._text(layout.currency) or "USD",
            "amount": amount,
            "disputed": disputed,
        }
        try:
            invoice = InvoiceBroughtForward.model_validate(body)
        except ValidationError as error:
            self.faults += [_in_words(fault["loc"], fault["msg"], fault["input"]) for fault in error.errors()]
            return None
        return PastInvoice(invoice, settled_on, self._text(layout.customer_name))

    def _text(self, column: str) -> str:
        return (self.cells.get(column) or "").strip()

    def _day(self, column: str) -> date | None:
        text = self._text(column)
        try:
            day = datetime.strptime(text, self.layout.date_format).date()  # noqa: DTZ007
        except ValueError:
            self.faults.append(f"{column} {text!r} is not a date: write it like {self.layout.date_example}")
            return None
        if not _FIRST_DAY <= day <= _LAST_DAY:
            self.faults.append(f"{column} {text} is not between {_FIRST_DAY} and {_LAST_DAY}")
        return day

    def _amount(self) -> Decimal | None:
        text = self._text(self.layout.amount)
        try:
            return Decimal(text)
        except InvalidOperation:
            self.faults.append(f"{self.layout.amount} {text!r} is not an amount: write it like 55.94")
            return None

    def _disputed(self) -> bool:
        text = self._text(self.layout.disputed)
        if text.lower() not in _YES | _NO:
            self.faults.append(f"{self.layout.disputed} {text!r} is neither Yes nor No")
        return text.lower() in _YES

    def _customer_id(self) -> str:
        text = self._text(self.layout.customer_id)
        if len(text) > _CUSTOMER_CHARACTERS_MAX:
            most = f"at most {_CUSTOMER_CHARACTERS_MAX} are taken"
            self.faults.append(f"{self.layout.customer_id} {text!r} has {len(text)} characters: {most}")
        return text


def _in_words(place: tuple[int | str, ...], message: str, given: object) -> str:
    name = ".".join(map(str, place))
    shown = f" (it is {str(given)[:80]!r})" if name else ""
    return f"{name or 'the line'}: {message.removeprefix('Value error, ')}{shown}"
