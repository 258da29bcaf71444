"""The bank's files: a statement each day, and once a month lockbox and card files instead of its feed.

The statement is one ISO 20022 camt.053 with a statement per currency: opening and closing balance, a line for each
payment, and at the end of the day a transfer that leaves the target balance on the account. Once a month checks and
what is sent to the lockbox come in a BAI lockbox file and sales by card in the acquirer's settlement, whose sums are
lines of the statement, with the bank's charges, interest and a bill that we paid.
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
"""Our account by currency."""
_TARGET_BALANCE: Final = Decimal("10000.00")
"""What is left on an account each night; the rest goes to the treasury, or comes from it."""
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
_CAMT: Final = "urn:iso:std:iso:20022:tech:xsd:camt.053.001.08"
_CREDIT_TRANSFER, _LOCKBOX_DEPOSIT = ("PMNT", "RCDT", "ESCT"), ("PMNT", "LBOX", "LBDP")
_CARD_DEPOSIT, _PAID_OUT = ("PMNT", "MCRD", "POSP"), ("PMNT", "ICDT", "ESCT")
_OF_CHARGES, _OF_INTEREST = ("ACMT", "MDOP", "CHRG"), ("ACMT", "MCOP", "INTR")
_CONCENTRATION = ("CAMT", "ACCB", "ZABA")

_WORDS: Final = {
    _LOCKBOX_DEPOSIT: "DEPOSIT", _CARD_DEPOSIT: "DEPOSIT", _PAID_OUT: "COURIER SERVICES INC INVOICE",
    _OF_CHARGES: "ACCOUNT CHARGES", _OF_INTEREST: "CREDIT INTEREST", _CONCENTRATION: "TARGET BALANCING",
}  # fmt: skip


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
    """One line of the statement: money in is positive."""

    reference: str
    amount: Decimal
    code: tuple[str, str, str]
    """Domain, family and sub-family of the bank's transaction code."""
    payment: PaymentReceived | None = None
    customer: Customer | None = None


def is_day_of_files(day: BusinessDay) -> bool:
    return day.is_first_on_or_after(FILES_DAY)


def files_of(payments: Iterable[PaymentReceived], payers: Mapping[str, Customer], day: date) -> DayOfFiles:
    """All payments of the day, each in one file, as the feed would have reported them; `payers` by payment id.

    With them the bank's charges and interest of the month, and a bill that we paid.
    """
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
            lines.setdefault(payment.currency, []).append(_line_of(payment, payers))
            identities.append(BankIdentity(payment.bank_reference, payment.payment_id))
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
    for of_currency in lines.values():
        of_currency += [
            _Line(f"CHARGES-{day:%y%m}", -_CHARGES, _OF_CHARGES), _Line(f"INT-{day:%y%m}", _INTEREST, _OF_INTEREST)
        ]  # fmt: skip
    if "USD" in lines:
        lines["USD"].append(_Line(f"BILL-{day:%y%m}", -_BILL, _PAID_OUT))
    return DayOfFiles([*files, *_statement_file(lines, day)], identities)


def statement_of(payments: Iterable[PaymentReceived], payers: Mapping[str, Customer], day: date) -> DayOfFiles:
    """The statement of a day whose payments the feed reports; `payers` by payment id."""
    lines: dict[str, list[_Line]] = {}
    for payment in payments:
        lines.setdefault(payment.currency, []).append(_line_of(payment, payers))
    return DayOfFiles(_statement_file(lines, day), ())


def bank_reference(currency: str, reference: str) -> str:
    """The bank's reference of a payment with our account before it, as the feed and the statement have it."""
    return f"{_key(ACCOUNTS[currency])}/{reference}"


def _line_of(payment: PaymentReceived, payers: Mapping[str, Customer]) -> _Line:
    reference = payment.bank_reference.partition("/")[2]
    return _Line(reference, payment.amount, _CREDIT_TRANSFER, payment, payers[payment.payment_id])


def _statement_file(lines: Mapping[str, list[_Line]], day: date) -> list[File]:
    """Each account is brought back to its target balance."""
    for currency, of_currency in lines.items():
        moved = _sum(line.amount for line in of_currency)
        if moved:
            of_currency.append(_Line(f"ZBA-{currency}-{day:%y%m%d}", -moved, _CONCENTRATION))
    return [File(f"statement-{day}.xml", _statements(lines, day))] if lines else []


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
    return f"{payment.bank_reference.partition('/')[2]}-{number}"


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
    _in(statement, "Id", text=f"{ACCOUNTS[currency]}-{day}")
    _in(statement, "CreDtTm", text=f"{day}T18:00:00")
    account = _in(statement, "Acct")
    _in(account, "Id", "Othr", "Id", text=ACCOUNTS[currency])
    _in(account, "Ccy", text=currency)
    for code in ("OPBD", "CLBD"):
        balance = _in(statement, "Bal")
        _in(balance, "Tp", "CdOrPrtry", "Cd", text=code)
        _money(balance, _TARGET_BALANCE, currency)
        _in(balance, "Dt", "Dt", text=day.isoformat())
    for line in lines:
        _entry(_in(statement, "Ntry"), line, currency, day)


def _entry(entry: etree.Element, line: _Line, currency: str, day: date) -> None:
    _money(entry, line.amount, currency)
    _in(entry, "Sts", "Cd", text="BOOK")
    _in(entry, "BookgDt", "Dt", text=day.isoformat())
    _in(entry, "ValDt", "Dt", text=day.isoformat())
    _in(entry, "AcctSvcrRef", text=line.reference)
    code, family, subfamily = line.code
    domain = _in(entry, "BkTxCd", "Domn")
    _in(domain, "Cd", text=code)
    of_family = _in(domain, "Fmly")
    _in(of_family, "Cd", text=family)
    _in(of_family, "SubFmlyCd", text=subfamily)
    if line.payment is None or line.customer is None:
        _in(entry, "AddtlNtryInf", text=f"{_WORDS[line.code]} {line.reference}")
        return
    transaction = _in(entry, "NtryDtls", "TxDtls")
    _in(transaction, "Refs", "EndToEndId", text=line.reference)
    _money(transaction, line.amount, currency)
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


def _money(holder: etree.Element, amount: Decimal, currency: str) -> None:
    _in(holder, "Amt", text=str(round_half_up(abs(amount), currency))).set("Ccy", currency)
    _in(holder, "CdtDbtInd", text="DBIT" if amount < 0 else "CRDT")


def _in(holder: etree.Element, *path: str, text: str = "") -> etree.Element:
    """The element at the end of a new path below the holder."""
    element = holder
    for name in path:
        element = etree.SubElement(element, name)
    element.text = text or None
    return element
