"""The bank's messages about an account in ISO 20022: statement, interim report, details of a collective booking."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from textwrap import wrap
from typing import Final
from xml.etree import ElementTree as etree

from shared.contracts.erp import PaymentReceived
from shared.kernel.money import round_half_up
from simulator.customers.customers import Customer

ACCOUNTS: Final[Mapping[str, str]] = {"USD": "ZBA-USD", "EUR": "ZBA-EUR", "GBP": "ZBA-GBP"}
"""Our account by currency."""
_TARGET_BALANCE: Final = Decimal("10000.00")
"""What is left on an account each night; the rest goes to the treasury, or comes from it."""
_NAMESPACE: Final = "urn:iso:std:iso:20022:tech:xsd:"
_FREE_TEXT_MAX: Final = 140
"""Characters of one Ustrd."""
CREDIT_TRANSFER, LOCKBOX_DEPOSIT = ("PMNT", "RCDT", "ESCT"), ("PMNT", "LBOX", "LBDP")
CARD_DEPOSIT, PAID_OUT = ("PMNT", "MCRD", "POSP"), ("PMNT", "ICDT", "ESCT")
OF_CHARGES, OF_INTEREST = ("ACMT", "MDOP", "CHRG"), ("ACMT", "MCOP", "INTR")
CONCENTRATION = ("CAMT", "ACCB", "ZABA")

_WORDS: Final = {
    LOCKBOX_DEPOSIT: "DEPOSIT", CARD_DEPOSIT: "DEPOSIT", PAID_OUT: "COURIER SERVICES INC INVOICE",
    OF_CHARGES: "ACCOUNT CHARGES", OF_INTEREST: "CREDIT INTEREST", CONCENTRATION: "TARGET BALANCING",
    CREDIT_TRANSFER: "COLLECTIVE CREDIT",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Line:
    """One line of the account: money in is positive."""

    reference: str
    amount: Decimal
    code: tuple[str, str, str]
    """Domain, family and sub-family of the bank's transaction code."""
    payments: tuple[tuple[PaymentReceived, Customer], ...] = ()
    """The payments that it is the sum of, with their payers; empty: it is no customer's money, or files of their own
    have them."""


def own_reference(payment: PaymentReceived) -> str:
    """The bank's reference without our account."""
    return payment.bank_reference.partition("/")[2]


def statement(lines: Mapping[str, Sequence[Line]], day: date) -> bytes:
    """The day's camt.053, with both balances. Of a line of several payments it has the sum only."""
    message = _Message("camt.053.001.08", "BkToCstmrStmt", f"SIMBANK-{day}", day, 18)
    for currency in sorted(lines):
        account = message.account("Stmt", currency, f"{ACCOUNTS[currency]}-{day}")
        for code in ("OPBD", "CLBD"):
            balance = _in(account, "Bal")
            _in(balance, "Tp", "CdOrPrtry", "Cd", text=code)
            _money(balance, _TARGET_BALANCE, currency)
            _in(balance, "Dt", "Dt", text=day.isoformat())
        for line in lines[currency]:
            _entry(_in(account, "Ntry"), line, currency, day, details=len(line.payments) == 1)
    return message.text()


def interim_report(currency: str, lines: Sequence[Line], day: date) -> bytes:
    """The camt.052 of the day until noon: the statement has the same entries once more."""
    message = _Message("camt.052.001.08", "BkToCstmrAcctRpt", f"SIMBANK-{day}-NOON", day, 12)
    account = message.account("Rpt", currency, f"{ACCOUNTS[currency]}-{day}-NOON")
    for line in lines:
        _entry(_in(account, "Ntry"), line, currency, day, details=True)
    return message.text()


def collective_details(currency: str, line: Line, day: date) -> bytes:
    """The camt.054 with the payments of a line of which the statement has the sum only."""
    message = _Message("camt.054.001.08", "BkToCstmrDbtCdtNtfctn", f"SIMBANK-{day}-DETAILS", day, 17)
    account = message.account("Ntfctn", currency, f"{ACCOUNTS[currency]}-{day}-DETAILS")
    _entry(_in(account, "Ntry"), line, currency, day, details=True)
    return message.text()


class _Message:
    """One ISO 20022 document of the bank, as of an hour of the day."""

    def __init__(self, version: str, kind: str, message_id: str, day: date, hour: int) -> None:
        self._document = etree.Element("Document", {"xmlns": f"{_NAMESPACE}{version}"})
        self._message = _in(self._document, kind)
        self._created = f"{day}T{hour:02}:00:00"
        header = _in(self._message, "GrpHdr")
        _in(header, "MsgId", text=message_id)
        _in(header, "CreDtTm", text=self._created)

    def account(self, kind: str, currency: str, name: str) -> etree.Element:
        report = _in(self._message, kind)
        _in(report, "Id", text=name)
        _in(report, "CreDtTm", text=self._created)
        account = _in(report, "Acct")
        _in(account, "Id", "Othr", "Id", text=ACCOUNTS[currency])
        _in(account, "Ccy", text=currency)
        return report

    def text(self) -> bytes:
        text: bytes = etree.tostring(self._document, encoding="utf-8", xml_declaration=True)
        return text


def _entry(entry: etree.Element, line: Line, currency: str, day: date, *, details: bool) -> None:
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
    inside = _in(entry, "NtryDtls") if line.payments else entry
    if len(line.payments) > 1:
        _in(inside, "Btch", "NbOfTxs", text=str(len(line.payments)))
    if details:
        for payment, payer in line.payments:
            _transaction(_in(inside, "TxDtls"), payment, payer, alone=len(line.payments) == 1)
    else:
        _in(entry, "AddtlNtryInf", text=f"{_WORDS[line.code]} {line.reference}")


def _transaction(transaction: etree.Element, payment: PaymentReceived, payer: Customer, *, alone: bool) -> None:
    references = _in(transaction, "Refs")
    if not alone:
        _in(references, "AcctSvcrRef", text=own_reference(payment))
    _in(references, "EndToEndId", text=own_reference(payment))
    _money(transaction, payment.amount, payment.currency)
    parties = _in(transaction, "RltdPties")
    _in(parties, "Dbtr", "Pty", "Nm", text=payment.payer_name or "")
    number = payment.payer_account or (payer.payer_account if payment.customer_id else None)
    if number:
        kind = ("Othr", "Id") if payment.currency == "USD" else ("IBAN",)
        _in(parties, "DbtrAcct", "Id", *kind, text=number)
    if payment.remittance or payment.details:
        _remittance(_in(transaction, "RmtInf"), payment)


def _remittance(remittance: etree.Element, payment: PaymentReceived) -> None:
    for text in wrap(payment.details, _FREE_TEXT_MAX):
        _in(remittance, "Ustrd", text=text)
    for one in payment.remittance:
        structured = _in(remittance, "Strd")
        _in(structured, "RfrdDocInf", "Nb", text=one.document_number)
        amounts = _in(structured, "RfrdDocAmt")
        if one.discount:
            _in(amounts, "DscntApldAmt", "Amt", text=str(one.discount)).set("Ccy", payment.currency)
        _in(amounts, "RmtdAmt", text=str(one.amount)).set("Ccy", payment.currency)


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
