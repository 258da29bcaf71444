"""ISO 20022 camt.053 (statement) and camt.054 (notification), read alike in all their versions.

Later versions wrap a party in `Pty`, a status in `Cd`, and give each transaction an amount of its own.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.cash_app.domain.files import figures
from services.cash_app.domain.files.normal_form import (
    BankFile,
    Control,
    Entry,
    EntryKind,
    Fault,
    Limits,
    Method,
    Reading,
    Statement,
)
from services.cash_app.domain.files.xml import Element, Message, let_go, place_of, structured_remittance

RETURN_CODES: Final = frozenset({"RRTN", "UPCT", "UPDD", "UPCQ", "CQRV", "PRRTN", "ARET"})
"""Bank transaction sub-families of what comes back: unpaid, returned, reversed."""
_METHODS: Final[dict[str, Method]] = {
    "RCHQ": "check", "LBOX": "lockbox", "CCRD": "card", "MCRD": "card", "RDDT": "ach", "IDDT": "ach",
}  # fmt: skip
_BUNDLES: Final[dict[str, Literal["lockbox", "card"]]] = {"LBOX": "lockbox", "MCRD": "card"}
_UNKNOWN: Final = frozenset({"", "NOTPROVIDED", "NONREF"})
_PENDING: Final = frozenset({"PDNG", "INFO", "FUTR"})


@dataclass(slots=True)
class _Page:
    """What was read of one Stmt or Ntfctn before it ended."""

    entries: list[Entry] = field(default_factory=list)
    sums: dict[str, Decimal] = field(default_factory=dict)
    count: int = 0


def read_camt(content: bytes, message: Literal["camt.053", "camt.054"], limits: Limits) -> BankFile:
    """Raises Unreadable with every element that is wrong."""
    reader = _Reader(content, message, Reading(limits))
    return reader.read()


class _Reader:
    def __init__(self, content: bytes, kind: Literal["camt.053", "camt.054"], reading: Reading) -> None:
        self.kind = kind
        self.reading = reading
        self.message = Message(content, kind, reading)
        self.statements: list[Statement] = []
        self.controls: list[Control] = []
        self.doubts: list[Fault] = []
        self.page = _Page()

    def read(self) -> BankFile:
        holder = "Stmt" if self.kind == "camt.053" else "Ntfctn"
        for element in self.message.elements("Ntry", holder):
            if element.tag.endswith("}Ntry"):
                self._entry(element)
            else:
                self._end(element)
            let_go(element)
        if not self.statements:
            self.reading.give_up("Document", f"there is no {holder} in it")
        self.reading.done()
        return BankFile(self.kind, tuple(self.statements), controls=tuple(self.controls), doubts=tuple(self.doubts))

    def _entry(self, element: Element) -> None:
        m, place = self.message, place_of(element)
        self.reading.entry(place)
        self.page.count += 1
        amount, currency = self._amount(m.one(element, "Amt"), place)
        value_date = self._day(element, "ValDt") or self._day(element, "BookgDt")
        mark = m.text(element, "CdtDbtInd")
        if value_date is None:
            self.reading.wrong(place, "the entry has neither a value date nor a booking date")
        if mark not in {"CRDT", "DBIT"}:
            self.reading.wrong(place, f"CdtDbtInd is {mark[:20]!r}: it must be CRDT or DBIT")
        if amount is None or value_date is None or mark not in {"CRDT", "DBIT"}:
            return
        pending = m.text(element, "Sts/Cd", "Sts") in _PENDING
        if not pending:
            self.page.sums[mark] = self.page.sums.get(mark, Decimal(0)) + amount
        transactions = m.all(element, "NtryDtls/TxDtls")
        parts = self._parts(transactions, amount, currency, place)
        for number, (part, transaction) in enumerate(parts, start=1):
            if part:
                self.page.entries.append(
                    self._made(element, transaction, part, currency, value_date, pending, number, len(parts))
                )

    def _parts(
        self, transactions: list[Element], amount: Decimal, currency: str, place: str
    ) -> list[tuple[Decimal, list[Element]]]:
        """The entry's transactions with the amount of each; one for all where they have no amounts of their own."""
        if len(transactions) <= 1:
            return [(amount, transactions)]
        amounts = [self._transaction_amount(transaction, currency) for transaction in transactions]
        if any(part is None for part in amounts):
            return [(amount, transactions)]
        found = [part for part in amounts if part is not None]
        self.controls.append(Control(place, "the sum of the entry's transactions", amount, sum(found, Decimal(0))))
        return [(part, [transaction]) for part, transaction in zip(found, transactions, strict=True)]

    def _transaction_amount(self, transaction: Element, currency: str) -> Decimal | None:
        for path in ("Amt", "AmtDtls/TxAmt/Amt"):
            element = self.message.one(transaction, path)
            if element is not None and element.get("Ccy") == currency:
                return figures.decimal(element.text or "")
        return None

    def _made(
        self, element: Element, transactions: list[Element], amount: Decimal, currency: str, value_date: date,
        pending: bool, number: int, parts: int,
    ) -> Entry:  # fmt: skip
        m, first = self.message, transactions[0] if transactions else element
        credit = m.text(element, "CdtDbtInd") == "CRDT"
        family, code = self._family(element, first)
        comes_back = m.one(first, "RtrInf")
        returned = "" if comes_back is None else m.text(comes_back, "Rsn/Cd", "Rsn/Prtry")
        reversal = m.text(element, "RvslInd") in {"true", "1"}
        kind = _kind(credit, pending, bool(returned) or reversal or code in RETURN_CODES, family, parts)
        remittance, words = structured_remittance(
            m, [holder for t in transactions for holder in m.all(t, "RmtInf/Strd")], amount
        )
        free = [text for t in transactions for text in m.texts(t, "RmtInf/Ustrd")]
        free += [*words, *m.texts(first, "AddtlTxInf"), m.text(element, "AddtlNtryInf")]
        if reversal and credit:
            free.insert(0, "reversal of a debit:")
        reason = "" if comes_back is None else m.text(comes_back, "AddtlInf")
        reason = reason or (figures.plain(" ".join(free), 300) if kind == "return" else "")
        return Entry(
            place=place_of(element), kind=kind, amount=amount if credit else -amount, currency=currency,
            value_date=value_date, booked_on=self._day(element, "BookgDt"),
            reference=self._reference(element, first, number, parts), trace_number=self._trace(first),
            method=_METHODS.get(family, "wire"), payer_account=self._payer_account(first),
            payer_name=figures.plain(self._payer(first), 200), details=figures.plain(" ".join(free), 500),
            remittance=remittance, reason_code=(returned or code)[:40] if kind == "return" else "",
            reason=figures.plain(reason, 300) if kind == "return" else "",
            bundle_kind=_BUNDLES.get(family, "deposit") if kind == "bundle" else "",
        )  # fmt: skip

    def _reference(self, element: Element, first: Element, number: int, parts: int) -> str:
        own = self.message.text(first, "Refs/AcctSvcrRef")
        entry = self.message.text(element, "AcctSvcrRef")
        chosen = own if own and own != entry else f"{entry}/{number}" if entry and parts > 1 else entry
        return "" if chosen.upper() in _UNKNOWN else figures.plain(chosen, 60)

    def _family(self, element: Element, first: Element) -> tuple[str, str]:
        """The bank transaction code, of the transaction or else of the entry."""
        m = self.message
        for holder in (first, element):
            family = m.one(holder, "BkTxCd/Domn/Fmly")
            if family is not None:
                return m.text(family, "Cd"), m.text(family, "SubFmlyCd")
        return "", ""

    def _trace(self, first: Element) -> str:
        references = self.message.one(first, "Refs")
        if references is None:
            return ""
        for path in ("EndToEndId", "ChqNb", "TxId", "InstrId"):
            found = self.message.text(references, path)
            if found.upper() not in _UNKNOWN:
                return figures.plain(found, 60)
        return ""

    def _payer_account(self, first: Element) -> str:
        account = self.message.one(first, "RltdPties/DbtrAcct/Id")
        return "" if account is None else figures.account_key(self.message.text(account, "IBAN", "Othr/Id"))

    def _payer(self, first: Element) -> str:
        parties = self.message.one(first, "RltdPties")
        if parties is None:
            return ""
        return self.message.text(parties, "Dbtr/Nm", "Dbtr/Pty/Nm", "UltmtDbtr/Nm", "UltmtDbtr/Pty/Nm")

    def _amount(self, element: Element | None, place: str) -> tuple[Decimal | None, str]:
        amount = figures.decimal(element.text or "") if element is not None else None
        currency = element.get("Ccy", "") if element is not None else ""
        if amount is None or amount < 0:
            text = (element.text or "")[:30] if element is not None else ""
            self.reading.wrong(place, f"the amount {text!r} is no amount")
            return None, currency
        if not figures.known_currency(currency):
            self.reading.wrong(place, f"unknown currency {currency[:10]!r}: use an ISO 4217 code such as USD or EUR")
            return None, currency
        return figures.exact(amount, currency, place, self.reading), currency

    def _day(self, element: Element, name: str) -> date | None:
        return figures.iso_date(self.message.text(element, f"{name}/Dt", f"{name}/DtTm"))

    def _end(self, element: Element) -> None:
        """A statement ends: its account and balances are known, its entries were taken before."""
        m, place, page = self.message, place_of(element), self.page
        self.page = _Page()
        account = m.text(element, "Acct/Id/IBAN", "Acct/Id/Othr/Id")
        created = figures.iso_date(m.text(element, "CreDtTm"))
        balances = {code: self._balance(element, code) for code in ("OPBD", "PRCD", "CLBD")}
        opening, closing = balances["OPBD"] or balances["PRCD"], balances["CLBD"]
        currency = m.text(element, "Acct/Ccy") or (opening[1] if opening else "")
        currency = currency or next((entry.currency for entry in page.entries), "")
        if not account:
            self.reading.wrong(place, "the statement names no account")
        if created is None:
            self.reading.wrong(place, "the statement has no date (CreDtTm)")
        if not figures.known_currency(currency):
            self.reading.wrong(place, f"unknown currency {currency[:10]!r}: use an ISO 4217 code such as USD or EUR")
        self._summary(element, page, place)
        for what, balance in (("opening", opening), ("closing", closing)):
            if balance is not None and balance[1] != currency:
                self.doubts.append(Fault(place, f"the {what} balance is in {balance[1]}, the account in {currency}"))
        if account and created is not None and figures.known_currency(currency):
            self.statements.append(
                Statement(
                    place, "statement" if self.kind == "camt.053" else "notification", figures.account_key(account),
                    currency, self._number(element), balance_day(closing) or created,
                    opening[0] if opening else None, closing[0] if closing else None, tuple(page.entries),
                )
            )  # fmt: skip

    def _number(self, element: Element) -> str:
        """Number and page, which together are one of a kind; the id where there is no number."""
        number = self.message.text(element, "LglSeqNb", "ElctrncSeqNb") or self.message.text(element, "Id")
        page = self.message.text(element, "StmtPgntn/PgNb", "NtfctnPgntn/PgNb")
        return figures.plain(f"{number}/{page}" if page else number, 60)

    def _balance(self, element: Element, code: str) -> tuple[Decimal, str, date | None] | None:
        m = self.message
        for balance in m.all(element, "Bal"):
            if m.text(balance, "Tp/CdOrPrtry/Cd") == code:
                amount, currency = self._amount(m.one(balance, "Amt"), place_of(balance))
                if amount is not None:
                    sign = -1 if m.text(balance, "CdtDbtInd") == "DBIT" else 1
                    return amount * sign, currency, self._day(balance, "Dt")
        return None

    def _summary(self, element: Element, page: _Page, place: str) -> None:
        """What TxsSummry states, against the entries."""
        for name, found in (("TtlCdtNtries", page.sums.get("CRDT")), ("TtlDbtNtries", page.sums.get("DBIT"))):
            stated = figures.decimal(self.message.text(element, f"TxsSummry/{name}/Sum"))
            if stated is not None:
                self.controls.append(Control(place, f"{name}/Sum", stated, found or Decimal(0)))
        stated = figures.whole(self.message.text(element, "TxsSummry/TtlNtries/NbOfNtries"))
        if stated is not None:
            self.controls.append(Control(place, "TtlNtries/NbOfNtries", stated, Decimal(page.count)))


def balance_day(balance: tuple[Decimal, str, date | None] | None) -> date | None:
    return balance[2] if balance else None


def _kind(credit: bool, pending: bool, comes_back: bool, family: str, parts: int) -> EntryKind:
    if pending:
        return "pending"
    if not credit:
        return "return" if comes_back else "debit"
    return "bundle" if family in _BUNDLES and parts == 1 else "payment"
