"""The bank's files: a statement each day, and once a month lockbox and card files instead of its feed.

The statement is one ISO 20022 camt.053 with a statement per currency: opening and closing balance, a line for each
payment, and at the end of the day a transfer that leaves the target balance on the account. Once a month checks and
what is sent to the lockbox come in a BAI lockbox file and sales by card in the acquirer's settlement, whose sums are
lines of the statement, with the bank's charges, interest and a bill that we paid. On that day the messages overlap, as
banks' do: an interim report has the dollars until noon, and euros are one collective line with details of its own.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from shared.contracts.erp import PaymentReceived
from shared.kernel.money import minor_units, round_half_up
from simulator.calendar import BusinessDay
from simulator.customers.customers import Customer
from simulator.systems.bank_messages import (
    ACCOUNTS,
    CARD_DEPOSIT,
    CONCENTRATION,
    CREDIT_TRANSFER,
    LOCKBOX_DEPOSIT,
    OF_CHARGES,
    OF_INTEREST,
    PAID_OUT,
    Line,
    collective_details,
    interim_report,
    own_reference,
    statement,
)

FILES_DAY: Final = 10
"""The first business day on or after it: the day on which most customers pay, too."""
LOCKBOX: Final = "0700001"
CARDS: Final = "ACQ4711"
_CHARGES: Final = Decimal("12.50")
_INTEREST: Final = Decimal("3.75")
_BILL: Final = Decimal("480.00")
OWN_ACCOUNTS: Final = (
    *((account, currency, None) for currency, account in ACCOUNTS.items()),
    (LOCKBOX, "USD", ACCOUNTS["USD"]),
    (CARDS, "USD", ACCOUNTS["USD"]),
)
"""Bank accounts to register before the first file: account, currency, where its sums appear."""
_CARD_FEE_PERCENT: Final = Decimal(2)
_CHECK_METHODS: Final = frozenset({"check", "lockbox"})
_CARD_HEADINGS: Final = (
    "settlement_id", "settled_on", "account", "currency", "transaction_id", "kind", "customer_id", "document_number",
    "gross", "fee", "net",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class File:
    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class BankIdentity:
    """A payment under the bank's reference in a file; of a card payment one for each invoice."""

    bank_reference: str
    payment_id: str
    document_number: str | None = None


@dataclass(frozen=True, slots=True)
class DayOfFiles:
    files: Sequence[File]
    identities: Sequence[BankIdentity]


def is_day_of_files(day: BusinessDay) -> bool:
    return day.is_first_on_or_after(FILES_DAY)


def files_of(payments: Iterable[PaymentReceived], payers: Mapping[str, Customer], day: date) -> DayOfFiles:
    """All payments of the day, each in one file, as the feed would have reported them; `payers` by payment id.

    With them the bank's charges and interest of the month, and a bill that we paid.
    """
    checks: list[PaymentReceived] = []
    cards: list[PaymentReceived] = []
    lines: dict[str, list[Line]] = {}
    identities: list[BankIdentity] = []
    for payment in payments:
        if _fits_the_lockbox(payment):
            checks.append(payment)
        elif payment.method == "card" and _for_invoices_only(payment):
            cards.append(payment)
        else:
            lines.setdefault(payment.currency, []).append(_line_of(payment, payers))
            identities.append(BankIdentity(payment.bank_reference, payment.payment_id))
    files = _overlapping(lines, day)
    if checks:
        bundle = f"{LOCKBOX}-{day:%Y%m%d}-001"
        files.append(File(f"lockbox-{day}.txt", _lockbox(checks, payers, day)))
        lines.setdefault("USD", []).append(Line(bundle, _sum(p.amount for p in checks), LOCKBOX_DEPOSIT))
        identities += [
            BankIdentity(f"{LOCKBOX}/{bundle}-{_item(n)}", p.payment_id) for n, p in enumerate(checks, start=1)
        ]
    if cards:
        settlement, content, net = _card_settlement(cards, day)
        files.append(File(f"cards-{day}.csv", content))
        lines.setdefault("USD", []).append(Line(settlement, net, CARD_DEPOSIT))
        identities += [
            BankIdentity(f"{CARDS}/{_transaction(p, n)}", p.payment_id, line.document_number)
            for p in cards
            for n, line in enumerate(p.remittance, start=1)
        ]
    for of_currency in lines.values():
        of_currency += [
            Line(f"CHARGES-{day:%y%m}", -_CHARGES, OF_CHARGES), Line(f"INT-{day:%y%m}", _INTEREST, OF_INTEREST)
        ]  # fmt: skip
    if "USD" in lines:
        lines["USD"].append(Line(f"BILL-{day:%y%m}", -_BILL, PAID_OUT))
    return DayOfFiles([*files, *_statement_file(lines, day)], identities)


def statement_of(payments: Iterable[PaymentReceived], payers: Mapping[str, Customer], day: date) -> DayOfFiles:
    """The statement of a day whose payments the feed reports; `payers` by payment id."""
    lines: dict[str, list[Line]] = {}
    for payment in payments:
        lines.setdefault(payment.currency, []).append(_line_of(payment, payers))
    return DayOfFiles(_statement_file(lines, day), ())


def bank_reference(currency: str, reference: str) -> str:
    """The bank's reference of a payment with our account before it, as the feed and the statement have it."""
    return f"{_key(ACCOUNTS[currency])}/{reference}"


def _line_of(payment: PaymentReceived, payers: Mapping[str, Customer]) -> Line:
    payer = payers[payment.payment_id]
    return Line(own_reference(payment), payment.amount, CREDIT_TRANSFER, ((payment, payer),))


def _overlapping(lines: dict[str, list[Line]], day: date) -> list[File]:
    """What the bank reports before the statement, and once more in it; of the euros it then has the sum only."""
    files = []
    until_noon = lines.get("USD", [])[::2]
    if until_noon:
        files.append(File(f"interim-{day}.xml", interim_report("USD", until_noon, day)))
    euros = lines.get("EUR", [])
    if len(euros) > 1:
        lines["EUR"] = [_together(euros, day)]
        files.append(File(f"details-{day}.xml", collective_details("EUR", lines["EUR"][0], day)))
    return files


def _together(lines: Sequence[Line], day: date) -> Line:
    """The payments of the lines as one line."""
    payments = tuple(payment for line in lines for payment in line.payments)
    return Line(f"COLL-{day:%y%m%d}", _sum(line.amount for line in lines), CREDIT_TRANSFER, payments)


def _fits_the_lockbox(payment: PaymentReceived) -> bool:
    """Checks of up to 99 documents, all of them given as numbers: a lockbox file has no free text."""
    by_check = payment.currency == "USD" and payment.method in _CHECK_METHODS
    return by_check and len(payment.remittance) < 100 and not payment.details


def _statement_file(lines: Mapping[str, list[Line]], day: date) -> list[File]:
    """Each account is brought back to its target balance."""
    for currency, of_currency in lines.items():
        moved = _sum(line.amount for line in of_currency)
        if moved:
            of_currency.append(Line(f"ZBA-{currency}-{day:%y%m%d}", -moved, CONCENTRATION))
    return [File(f"statement-{day}.xml", statement(lines, day))] if lines else []


def _for_invoices_only(payment: PaymentReceived) -> bool:
    return bool(payment.remittance) and _sum(line.amount for line in payment.remittance) == payment.amount


def _sum(amounts: Iterable[Decimal]) -> Decimal:
    return sum(amounts, Decimal(0))


def _key(account: str) -> str:
    return account.replace("-", "")


def _cents(amount: Decimal) -> int:
    return minor_units(amount, "USD")


# The lockbox file: fixed columns, amounts in cents.


def _item(number: int) -> str:
    return f"001{number:03}"


def _lockbox(checks: Sequence[PaymentReceived], payers: Mapping[str, Customer], day: date) -> bytes:
    total = _cents(_sum(payment.amount for payment in checks))
    records = [f"100SIMBANK   ZBAUSD    {day:%y%m%d}0800", "200SIMBANK   ZBAUSD"]
    records.append(f"5001000{LOCKBOX}{day:%y%m%d}SIMBANK   ZBAUSD")
    for number, payment in enumerate(checks, start=1):
        payer, item = payers[payment.payment_id], _item(number)
        routing, _, account = (payment.payer_account or payer.payer_account).partition("-")
        check_number = f"{day:%m%d}{number:06}"
        records.append(
            f"6{item}{_cents(payment.amount):010}{routing:>9}{account:>10}{check_number}{day:%y%m%d}"
            f"{(payment.payer_name or '')[:30]}"
        )
        for row, line in enumerate(payment.remittance, start=1):
            last = "9" if row == len(payment.remittance) else "0"
            records.append(f"4{item}6{row:02}{last}{line.document_number}  {_cents(line.amount):010}")
    records.append(f"7001000{LOCKBOX}{day:%y%m%d}{len(checks):03}{total:010}")
    records.append(f"8000000{LOCKBOX}{day:%y%m%d}{len(checks):04}{total:010}")
    records.append(f"9{len(records) + 1:06}")
    return "".join(f"{record}\n" for record in records).encode("ascii")


# The acquirer's settlement.


def _transaction(payment: PaymentReceived, number: int) -> str:
    return f"{own_reference(payment)}-{number}"


def _card_settlement(cards: Sequence[PaymentReceived], day: date) -> tuple[str, bytes, Decimal]:
    name, text = f"CARD-{day:%Y%m%d}", io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(_CARD_HEADINGS)
    gross = fees = Decimal(0)
    head = (name, day.isoformat(), CARDS, "USD")
    for payment in cards:
        for number, line in enumerate(payment.remittance, start=1):
            fee = round_half_up(line.amount * _CARD_FEE_PERCENT / 100, "USD")
            gross, fees = gross + line.amount, fees + fee
            sale = (_transaction(payment, number), "sale", payment.customer_id, line.document_number)
            rows.writerow((*head, *sale, line.amount, fee, line.amount - fee))
    rows.writerow((*head, f"{name}-T", "total", "", "", gross, fees, gross - fees))
    return name, text.getvalue().encode("ascii"), gross - fees
