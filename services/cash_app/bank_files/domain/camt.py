"""ISO 20022 camt.052 (report within the day), camt.053 (statement) and camt.054 (notification), in all their versions.

Later versions wrap a party in `Pty`, a status in `Cd`, and give each transaction an amount of its own. What the schemas
make optional may be absent: dates of entries and of the statement come from the balances, else from the message. Any
envelope around the Document is passed over.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.bank_file import BankFile, Bundle, Control, Entry, Source, Statement
from services.cash_app.bank_files.domain.camt_entry import day_of, divide, facts_of
from services.cash_app.bank_files.domain.camt_parties import entry_of
from services.cash_app.bank_files.domain.iso20022 import Element, Message, let_go, place_of
from services.cash_app.bank_files.domain.read_context import FileError, Limits, ReadContext
from services.cash_app.payments.domain.account_number import account_key

CamtMessage = Literal["camt.052", "camt.053", "camt.054"]
_HOLDERS: Final[dict[CamtMessage, str]] = {"camt.052": "Rpt", "camt.053": "Stmt", "camt.054": "Ntfctn"}
_SOURCES: Final[dict[CamtMessage, Source]] = {
    "camt.052": "interim", "camt.053": "statement", "camt.054": "notification"
}  # fmt: skip

Balance = tuple[Decimal, str, date | None]


@dataclass(slots=True)
class _Page:
    """What was read of one Stmt, Rpt or Ntfctn before it ended."""

    entries: list[Entry] = field(default_factory=list)
    bundles: list[Bundle] = field(default_factory=list)
    sums: dict[str, Decimal] = field(default_factory=dict)
    count: int = 0
    day: date | None = None
    """The day of an entry that has none."""
    unreadable: bool = False


def read_camt(content: bytes, message: CamtMessage, limits: Limits) -> BankFile:
    """Raises UnreadableFile with every element that is wrong."""
    return _Reader(content, message, ReadContext(limits)).read()


class _Reader:
    def __init__(self, content: bytes, kind: CamtMessage, context: ReadContext) -> None:
        self.kind = kind
        self.context = context
        self.message = Message(content, kind, context)
        self.statements: list[Statement] = []
        self.controls: list[Control] = []
        self.inconsistencies: list[FileError] = []
        self.page = _Page()

    def read(self) -> BankFile:
        holder = _HOLDERS[self.kind]
        for element in self.message.elements("Ntry", holder):
            if element.tag.rpartition("}")[2] == "Ntry":
                self._entry(element)
            else:
                self._end(element)
            let_go(element)
        if not self.statements:
            self.context.raise_errors()
            self.context.fail("Document", f"there is no {holder} in it")
        self.context.raise_errors()
        return BankFile(
            self.kind, tuple(self.statements), controls=tuple(self.controls),
            inconsistencies=tuple(self.inconsistencies),
        )  # fmt: skip

    def _entry(self, element: Element) -> None:
        m, place, page = self.message, place_of(element), self.page
        self.context.count_entry(place)
        page.count += 1
        amount, currency = self._amount(m.one(element, "Amt"), place)
        mark = m.text(element, "CdtDbtInd")
        value_date = day_of(m, element, "ValDt") or day_of(m, element, "BookgDt") or self._day_of_page(element)
        if value_date is None:
            self.context.add_error(place, "the entry has no date, and neither has its statement (ValDt, BookgDt)")
        if mark not in {"CRDT", "DBIT"}:
            self.context.add_error(place, f"CdtDbtInd is {mark[:20]!r}: it must be CRDT or DBIT")
        if amount is None or value_date is None or mark not in {"CRDT", "DBIT"}:
            page.unreadable = True
            return
        facts = facts_of(m, element, place=place, money=(amount, currency), value_date=value_date)
        if not facts.pending:
            page.sums[mark] = page.sums.get(mark, Decimal(0)) + amount
        parts, controls = divide(m, element, facts)
        self.controls += controls
        made = [entry_of(m, element, part, facts) for part in parts if part.amount]
        page.entries += made
        if self.kind == "camt.054" and len(made) > 1 and facts.credit and facts.collective_reference:
            page.bundles.append(
                Bundle(
                    facts.collective_reference, "collective", amount, Decimal(0), amount, value_date,
                    sum(1 for entry in made if entry.kind == "payment"),
                )
            )  # fmt: skip

    def _day_of_page(self, element: Element) -> date | None:
        """The closing balance's date, else that of the statement, else that of the message."""
        if self.page.day is None:
            holder = element.getparent()
            self.page.day = self._day(holder) if holder is not None else None
        return self.page.day

    def _day(self, holder: Element) -> date | None:
        m = self.message
        for code in ("CLBD", "ITBD"):
            for balance in m.all(holder, "Bal"):
                if m.text(balance, "Tp/CdOrPrtry/Cd") == code and (found := day_of(m, balance, "Dt")):
                    return found
        document = holder.getparent()
        texts = [m.text(holder, "CreDtTm"), m.text(holder, "FrToDt/ToDtTm")]
        texts.append(m.text(document, "GrpHdr/CreDtTm") if document is not None else "")
        return next((day for text in texts if (day := parsing.iso_date(text)) is not None), None)

    def _amount(self, element: Element | None, place: str) -> tuple[Decimal | None, str]:
        amount = parsing.decimal(element.text or "") if element is not None else None
        currency = element.get("Ccy", "") if element is not None else ""
        if amount is None or amount < 0:
            text = (element.text or "")[:30] if element is not None else ""
            self.context.add_error(place, f"the amount {text!r} is no amount")
            return None, currency
        if not parsing.known_currency(currency):
            self.context.unknown_currency(place, currency)
            return None, currency
        return parsing.exact(amount, currency, place, self.context), currency

    def _end(self, element: Element) -> None:
        """A statement ends: its account and balances are known, its entries were taken before."""
        m, place, page = self.message, place_of(element), self.page
        self.page = _Page()
        account = m.text(element, "Acct/Id/IBAN", "Acct/Id/Othr/Id")
        opening, closing = self._balances(element)
        available = self._available(element)
        currency = m.text(element, "Acct/Ccy") or (opening[1] if opening else "")
        currency = currency or next((entry.currency for entry in page.entries), "")
        on = (closing[2] if closing else None) or self._day(element)
        if not account:
            self.context.add_error(place, "the statement names no account (Acct/Id)")
        if on is None:
            self.context.add_error(place, "the statement has no date (Bal/Dt, CreDtTm), and neither has its message")
        if not parsing.known_currency(currency) and (currency or not page.unreadable):
            self.context.unknown_currency(place, currency)
        self._summary(element, page, place)
        for what, balance in (("opening", opening), ("closing", closing)):
            if balance is not None and balance[1] != currency:
                stated = f"the {what} balance is in {balance[1]}, the account in {currency}"
                self.inconsistencies.append(FileError(place, stated))
        if account and on is not None and parsing.known_currency(currency):
            self.statements.append(
                Statement(
                    place, _SOURCES[self.kind], account_key(account), currency, self._number(element), on,
                    opening[0] if opening else None, closing[0] if closing else None, tuple(page.entries),
                    tuple(page.bundles), available=available,
                )
            )  # fmt: skip

    def _balances(self, element: Element) -> tuple[Balance | None, Balance | None]:
        """Opening and closing balance; of a page within a statement the interim ones. A camt.052 closes nothing."""
        if self.kind == "camt.052":
            return None, None
        found: dict[str, list[Balance]] = {}
        for one in self.message.all(element, "Bal"):
            code = self.message.text(one, "Tp/CdOrPrtry/Cd")
            if code in {"OPBD", "PRCD", "CLBD", "ITBD"} and (balance := self._balance(one)) is not None:
                found.setdefault(code, []).append(balance)
        interim = found.get("ITBD", [])
        openings = found.get("OPBD") or found.get("PRCD") or []
        closings = found.get("CLBD") or []
        if not openings and interim and (closings or len(interim) > 1):
            openings = [interim.pop(0)]
        if not closings and interim and openings:
            closings = [interim[-1]]
        return (openings[0] if openings else None), (closings[0] if closings else None)

    def _available(self, element: Element) -> Decimal | None:
        """The closing available balance of a statement."""
        for one in self.message.all(element, "Bal"):
            if self.kind == "camt.053" and self.message.text(one, "Tp/CdOrPrtry/Cd") == "CLAV":
                balance = self._balance(one)
                return balance[0] if balance is not None else None
        return None

    def _balance(self, element: Element) -> Balance | None:
        m = self.message
        amount, currency = self._amount(m.one(element, "Amt"), place_of(element))
        if amount is None:
            return None
        sign = -1 if m.text(element, "CdtDbtInd") == "DBIT" else 1
        return amount * sign, currency, day_of(m, element, "Dt")

    def _number(self, element: Element) -> str:
        """Number and page, which together are one of a kind; the id where there is no number."""
        number = self.message.text(element, "LglSeqNb", "ElctrncSeqNb") or self.message.text(element, "Id")
        page = self.message.text(element, "StmtPgntn/PgNb", "NtfctnPgntn/PgNb", "RptPgntn/PgNb")
        return parsing.plain(f"{number}/{page}" if page else number, 60)

    def _summary(self, element: Element, page: _Page, place: str) -> None:
        """What TxsSummry states, against the entries."""
        if page.unreadable:
            return
        for name, found in (("TtlCdtNtries", page.sums.get("CRDT")), ("TtlDbtNtries", page.sums.get("DBIT"))):
            stated = parsing.decimal(self.message.text(element, f"TxsSummry/{name}/Sum"))
            if stated is not None:
                self.controls.append(Control(place, f"{name}/Sum", stated, found or Decimal(0)))
        stated = parsing.whole(self.message.text(element, "TxsSummry/TtlNtries/NbOfNtries"))
        if stated is not None:
            self.controls.append(Control(place, "TtlNtries/NbOfNtries", stated, Decimal(page.count)))
