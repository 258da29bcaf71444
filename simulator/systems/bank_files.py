"""The bank's files: once a month the bank sends its statement, lockbox and card files instead of its feed.

Checks and what is sent to the lockbox come in a BAI lockbox file, sales by card in the acquirer's settlement, all
else in one ISO 20022 camt.053 with a statement per currency. The lockbox's and the acquirer's sums are lines of it.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final
from xml.etree import ElementTree as etree

from shared.contracts.erp import PaymentReceived
from shared.kernel.money import minor_units, round_half_up
from simulator.calendar import BusinessDay
from simulator.customers.customers import Customer

FILES_DAY: Final = 10
"""The first business day on or after it: the day on which most customers pay, too."""
LOCKBOX: Final = "0700001"
CARDS: Final = "ACQ4711"
ACCOUNTS: Final[Mapping[str, str]] = {"USD": "ZBA-USD", "EUR": "ZBA-EUR", "GBP": "ZBA-GBP"}
"""Our account by currency; emptied each night, so that each statement opens with nothing."""
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
_CAMT: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_CREDIT_TRANSFER, _LOCKBOX_DEPOSIT, _CARD_DEPOSIT = ("RCDT", "ESCT"), ("LBOX", "LBDP"), ("MCRD", "POSP")


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


@dataclass(frozen=True, slots=True)
class _Line:
    """One credit on the statement."""

    reference: str
    amount: Decimal
    family: tuple[str, str]
    payment: PaymentReceived | None = None
    customer: Customer | None = None


def is_day_of_files(day: BusinessDay) -> bool:
    return day.is_first_on_or_after(FILES_DAY)


def files_of(payments: Iterable[PaymentReceived], payers: Mapping[str, Customer], day: date) -> DayOfFiles:
    """All payments of the day, each in one file, as the feed would have reported them; `payers` by payment id."""
    checks: list[PaymentReceived] = []
    cards: list[PaymentReceived] = []
    lines: dict[str, list[_Line]] = {}
    identities: list[BankIdentity] = []
    for payment in payments:
        if payment.currency == "USD" and payment.method in _CHECK_METHODS and len(payment.remittance) < 100:
            checks.append(payment)
        elif payment.method == "card" and _for_invoices_only(payment):
            cards.append(payment)
        else:
            reference = payment.bank_reference.replace("/", "-")
            line = _Line(reference, payment.amount, _CREDIT_TRANSFER, payment, payers[payment.payment_id])
            lines.setdefault(payment.currency, []).append(line)
            identities.append(BankIdentity(f"{_key(ACCOUNTS[payment.currency])}/{reference}", payment.payment_id))
    files = []
    if checks:
        bundle = f"{LOCKBOX}-{day:%Y%m%d}-001"
        files.append(File(f"lockbox-{day}.txt", _lockbox(checks, payers, day)))
        lines.setdefault("USD", []).append(_Line(bundle, _sum(p.amount for p in checks), _LOCKBOX_DEPOSIT))
        identities += [
            BankIdentity(f"{LOCKBOX}/{bundle}-{_item(n)}", p.payment_id) for n, p in enumerate(checks, start=1)
        ]
    if cards:
        settlement, content, net = _card_settlement(cards, day)
        files.append(File(f"cards-{day}.csv", content))
        lines.setdefault("USD", []).append(_Line(settlement, net, _CARD_DEPOSIT))
        identities += [
            BankIdentity(f"{CARDS}/{_transaction(p, n)}", p.payment_id, line.document_number)
            for p in cards
            for n, line in enumerate(p.remittance, start=1)
        ]
    if lines:
        files.append(File(f"statement-{day}.xml", _statements(lines, day)))
    return DayOfFiles(files, identities)


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
    return f"{payment.bank_reference.replace('/', '-')}-{number}"


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


# The statement.


def _statements(lines: Mapping[str, Sequence[_Line]], day: date) -> bytes:
    document = etree.Element("Document", {"xmlns": _CAMT})
    message = _in(document, "BkToCstmrStmt")
    header = _in(message, "GrpHdr")
    _in(header, "MsgId", text=f"SIMBANK-{day}")
    _in(header, "CreDtTm", text=f"{day}T18:00:00")
    for currency in sorted(lines):
        _statement(_in(message, "Stmt"), currency, lines[currency], day)
    text: bytes = etree.tostring(document, encoding="utf-8", xml_declaration=True)
    return text


def _statement(statement: etree.Element, currency: str, lines: Sequence[_Line], day: date) -> None:
    total = _sum(line.amount for line in lines)
    _in(statement, "Id", text=f"{ACCOUNTS[currency]}-{day}")
    _in(statement, "CreDtTm", text=f"{day}T18:00:00")
    account = _in(statement, "Acct")
    _in(account, "Id", "Othr", "Id", text=ACCOUNTS[currency])
    _in(account, "Ccy", text=currency)
    for code, amount in (("OPBD", round_half_up(Decimal(0), currency)), ("CLBD", total)):
        balance = _in(statement, "Bal")
        _in(balance, "Tp", "CdOrPrtry", "Cd", text=code)
        _credit(balance, amount, currency)
        _in(balance, "Dt", "Dt", text=day.isoformat())
    for line in lines:
        _entry(_in(statement, "Ntry"), line, currency, day)


def _entry(entry: etree.Element, line: _Line, currency: str, day: date) -> None:
    _credit(entry, line.amount, currency)
    _in(entry, "Sts", "Cd", text="BOOK")
    _in(entry, "BookgDt", "Dt", text=day.isoformat())
    _in(entry, "ValDt", "Dt", text=day.isoformat())
    _in(entry, "AcctSvcrRef", text=line.reference)
    family, subfamily = line.family
    domain = _in(entry, "BkTxCd", "Domn")
    _in(domain, "Cd", text="PMNT")
    of_family = _in(domain, "Fmly")
    _in(of_family, "Cd", text=family)
    _in(of_family, "SubFmlyCd", text=subfamily)
    if line.payment is None or line.customer is None:
        _in(entry, "AddtlNtryInf", text=f"DEPOSIT {line.reference}")
        return
    transaction = _in(entry, "NtryDtls", "TxDtls")
    _in(transaction, "Refs", "EndToEndId", text=line.reference)
    _credit(transaction, line.amount, currency)
    parties = _in(transaction, "RltdPties")
    _in(parties, "Dbtr", "Pty", "Nm", text=line.payment.payer_name or "")
    number = line.payment.payer_account or line.customer.payer_account
    _in(parties, "DbtrAcct", "Id", *(("Othr", "Id") if currency == "USD" else ("IBAN",)), text=number)
    if line.payment.remittance:
        remittance = _in(transaction, "RmtInf")
        for one in line.payment.remittance:
            structured = _in(remittance, "Strd")
            _in(structured, "RfrdDocInf", "Nb", text=one.document_number)
            amounts = _in(structured, "RfrdDocAmt")
            if one.discount:
                _in(amounts, "DscntApldAmt", "Amt", text=str(one.discount)).set("Ccy", currency)
            _in(amounts, "RmtdAmt", text=str(one.amount)).set("Ccy", currency)


def _credit(holder: etree.Element, amount: Decimal, currency: str) -> None:
    _in(holder, "Amt", text=str(amount)).set("Ccy", currency)
    _in(holder, "CdtDbtInd", text="CRDT")


def _in(holder: etree.Element, *path: str, text: str = "") -> etree.Element:
    """The element at the end of a new path below the holder."""
    element = holder
    for name in path:
        element = etree.SubElement(element, name)
    element.text = text or None
    return element
