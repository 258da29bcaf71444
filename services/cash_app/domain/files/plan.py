"""What a file that was read becomes: checked against itself and our accounts, and turned into what is to be said."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.domain.files.normal_form import (
    ERRORS_MAX,
    Advice,
    BankFile,
    Bundle,
    Entry,
    Fault,
    Statement,
)
from shared.contracts.erp import PaymentReceived, PaymentReturned, RemittanceAdvised
from shared.contracts.event import AMOUNT_MAX, Event

_UNFIT: Final = re.compile(r"[^A-Za-z0-9._:/#-]+")
_REFERENCE_CHARACTERS_MAX: Final = 80
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An account of ours. What a lockbox or card acquirer collects appears on the statement of `deposits_to`."""

    bank_account: str
    company_id: str
    currency: str
    deposits_to: str | None
    active: bool


@dataclass(frozen=True, slots=True)
class Drafted:
    """One entry of the file and what becomes of it. `event` is said when it is posted, or released where it is held."""

    place: str
    kind: str
    outcome: str
    subject_id: str
    source: str
    bank_account: str
    bank_reference: str
    currency: str
    amount: Decimal
    value_date: date
    note: str
    event: Event | None = None
    original: tuple[str, ...] = ()
    """Of a return: bank references that its payment may have."""
    trace_number: str = ""


@dataclass(slots=True)
class Plan:
    """All that a file brings; to be taken whole, or not at all where there are `faults`."""

    faults: list[Fault] = field(default_factory=list)
    drafts: list[Drafted] = field(default_factory=list)
    statements: list[tuple[Statement, OwnAccount]] = field(default_factory=list)
    bundles: list[tuple[Bundle, OwnAccount, str]] = field(default_factory=list)
    lines: list[tuple[int, str]] = field(default_factory=list)
    """Lines of statements that stand for a bundle: where in `drafts`, and the kind of bundle."""

    def wrong(self, place: str, what: str) -> None:
        if len(self.faults) <= ERRORS_MAX:
            self.faults.append(Fault(place, what))


def plan(
    file: BankFile,
    accounts: Mapping[str, OwnAccount],
    open_bundles: Mapping[str, frozenset[str]],
    payer_company: str | None = None,
) -> Plan:
    """Checks the file and drafts what it says. `open_bundles` are the ids that a line of an account may name."""
    result = Plan()
    for control in file.controls:
        if control.stated != control.found:
            result.wrong(control.place, f"{control.what} is {control.stated}, but adds up to {control.found}")
    for doubt in file.doubts:
        result.wrong(doubt.place, doubt.what)
    numbers: Counter[tuple[str, str, str, date]] = Counter()
    drafting = _Drafting(result, open_bundles)
    for statement in file.statements:
        account = _own(statement, accounts, result)
        _check(statement, result)
        identity = (statement.account, statement.source, statement.number, statement.on)
        numbers[identity] += 1
        if numbers[identity] == 2 and statement.number:
            result.wrong(statement.place, f"statement {statement.number} of {statement.account} is in the file twice")
        if account is not None:
            result.statements.append((statement, account))
            for entry in statement.entries:
                drafting.take(entry, statement, account)
            result.bundles += [(b, account, statement.source) for b in statement.bundles if b.payments]
    for advice in file.advices:
        _advise(advice, accounts, payer_company, result)
    if not result.drafts and not result.statements and not result.faults:
        result.wrong("file", "there is nothing in it")
    return result


def _own(statement: Statement, accounts: Mapping[str, OwnAccount], result: Plan) -> OwnAccount | None:
    account = accounts.get(statement.account)
    if account is None or not account.active:
        result.wrong(
            statement.place,
            f"account {statement.account} is not known as ours: PUT /bank-accounts/{statement.account} makes it known",
        )
        return None
    if account.currency != statement.currency:
        result.wrong(statement.place, f"account {statement.account} is in {account.currency}, not {statement.currency}")
        return None
    return account


def _check(statement: Statement, result: Plan) -> None:
    """Opening and movements make the closing balance, all in one currency."""
    for entry in statement.entries:
        if entry.currency != statement.currency:
            result.wrong(entry.place, f"an entry in {entry.currency} on an account in {statement.currency}")
    if statement.opening is None or statement.closing is None:
        return
    moved = sum((entry.amount for entry in statement.entries if entry.kind != "pending"), Decimal(0))
    if statement.opening + moved != statement.closing:
        result.wrong(
            statement.place,
            f"opening {statement.opening} and movements of {moved} make {statement.opening + moved}, "
            f"but the closing balance is {statement.closing} {statement.currency}",
        )


class _Drafting:
    """Gives every entry its lasting identity: the account and the bank's reference, else what the entry says."""

    def __init__(self, result: Plan, open_bundles: Mapping[str, frozenset[str]]) -> None:
        self._result = result
        self._bundles = open_bundles
        self._seen: dict[str, list[Entry]] = {}
        self._alike: Counter[str] = Counter()

    def take(self, entry: Entry, statement: Statement, account: OwnAccount) -> None:
        if abs(entry.amount) > AMOUNT_MAX:
            self._result.wrong(
                entry.place, f"{entry.amount} {entry.currency} is taken for a mistake: above {AMOUNT_MAX}"
            )
            return
        reference = self._reference(entry, statement)
        kind = entry.kind
        if kind == "payment" and self._names_bundle(entry, account):
            kind = "bundle"
        event: Event | None = None
        original: tuple[str, ...] = ()
        if kind in {"payment", "bundle"}:
            event = _payment(entry, account, reference)
        elif kind == "return":
            event = _returned(entry, account, reference)
            original = (_named(account.bank_account, entry.reference),) if entry.reference else ()
        draft = Drafted(
            place=entry.place, kind=kind, outcome="noted" if event is None else "held" if kind == "bundle" else "post",
            subject_id=event.subject if event is not None else subject("ENT", reference), source=statement.source,
            bank_account=account.bank_account, bank_reference=reference, currency=entry.currency, amount=entry.amount,
            value_date=entry.value_date, note=_NOTES.get(kind, ""), event=event, original=original,
            trace_number=identifier(entry.trace_number) or "",
        )  # fmt: skip
        self._result.drafts.append(draft)
        if kind == "bundle":
            self._result.lines.append((len(self._result.drafts) - 1, entry.bundle_kind or "deposit"))

    def _reference(self, entry: Entry, statement: Statement) -> str:
        """Raises no error: an entry that is twice in the file is noted as wrong and keeps a reference of its own."""
        suffix = "/R" if entry.kind == "return" else ""
        if not entry.reference:
            words = (
                statement.source, statement.number, entry.value_date, entry.amount, entry.trace_number,
                entry.payer_account, entry.details,
            )  # fmt: skip
            alike = "|".join(map(str, words))
            self._alike[alike] += 1
            mark = hashlib.sha256(f"{alike}|{self._alike[alike]}".encode()).hexdigest()[:16]
            return _named(statement.account, f"{entry.value_date:%y%m%d}-{mark}{suffix}")
        reference = _named(statement.account, entry.reference + suffix)
        before = self._seen.setdefault(reference, [])
        for other in before:
            if (other.amount, other.value_date, other.payer_account) == (
                entry.amount, entry.value_date, entry.payer_account
            ):  # fmt: skip
                what = f"{entry.amount} {entry.currency} with bank reference {entry.reference} is at {other.place} too"
                self._result.wrong(entry.place, what)
        before.append(entry)
        return reference if len(before) == 1 else _named(statement.account, f"{entry.reference}{suffix}#{len(before)}")

    def _names_bundle(self, entry: Entry, account: OwnAccount) -> bool:
        known = self._bundles.get(account.bank_account)
        if not known:
            return False
        words = _WORD.findall(f"{entry.reference} {entry.trace_number} {entry.details}")
        return not known.isdisjoint(words)


_NOTES: Final = {
    "debit": "money out that returns no payment: not a matter of receivables",
    "pending": "announced by the bank, not booked yet",
    "bundle": "one line for payments that are told elsewhere: not a payment itself",
}


def _payment(entry: Entry, account: OwnAccount, reference: str) -> PaymentReceived:
    return PaymentReceived(
        payment_id=subject("PAY", reference), bank_reference=reference, company_id=account.company_id,
        customer_id=identifier(entry.customer_id), payer_account=identifier(entry.payer_account),
        payer_name=entry.payer_name or None, currency=entry.currency, amount=entry.amount,
        value_date=entry.value_date, method=entry.method, remittance=entry.remittance,
        trace_number=identifier(entry.trace_number), details=entry.details,
    )  # fmt: skip


def _returned(entry: Entry, account: OwnAccount, reference: str) -> PaymentReturned:
    original = entry.original_reference
    return PaymentReturned(
        return_id=subject("RET", reference), bank_reference=reference,
        original_bank_reference=_named(account.bank_account, original) if original else None,
        company_id=account.company_id, customer_id=identifier(entry.customer_id),
        payer_account=identifier(entry.payer_account), currency=entry.currency, amount=-entry.amount,
        value_date=entry.value_date, reason_code=entry.reason_code, reason=entry.reason,
    )  # fmt: skip


def _advise(advice: Advice, accounts: Mapping[str, OwnAccount], payer_company: str | None, result: Plan) -> None:
    account = accounts.get(advice.account)
    if abs(advice.amount) > AMOUNT_MAX or any(abs(line.amount) > AMOUNT_MAX for line in advice.lines):
        result.wrong(advice.place, f"an amount above {AMOUNT_MAX} is taken for a mistake")
        return
    companies = {known.company_id for known in accounts.values() if known.active}
    company = account.company_id if account is not None else payer_company
    if company is None and len(companies) == 1:
        (company,) = companies
    if company is None:
        result.wrong(
            advice.place,
            f"account {advice.account or '(none)'} is not known as ours: PUT /bank-accounts makes it known",
        )
        return
    lines = [f"{line.document_number}={line.amount}-{line.discount}" for line in advice.lines]
    identity = "|".join([company, advice.advice_id, advice.payer_account, advice.customer_id, advice.trace_number,
                         str(advice.amount), *([] if advice.advice_id else lines)])  # fmt: skip
    event = RemittanceAdvised(
        advice_id=subject("ADV", identity), company_id=company, customer_id=identifier(advice.customer_id),
        payer_account=identifier(advice.payer_account), payer_name=advice.payer_name or None,
        trace_number=identifier(advice.trace_number), currency=advice.currency, amount=advice.amount,
        advised_on=advice.advised_on, lines=advice.lines,
    )  # fmt: skip
    result.drafts.append(
        Drafted(
            place=advice.place, kind="advice", outcome="post", subject_id=event.advice_id, source="advice",
            bank_account=advice.account, bank_reference=advice.advice_id or event.advice_id, currency=advice.currency,
            amount=advice.amount, value_date=advice.advised_on, note="", event=event,
        )
    )  # fmt: skip


def subject(prefix: str, identity: str) -> str:
    """An id that follows from what it stands for, so that the same entry read again is the same payment."""
    return f"{prefix}-{hashlib.sha256(identity.encode()).hexdigest()[:24]}"


def identifier(text: str) -> str | None:
    """The text as an identifier of events: what they cannot hold becomes a hyphen. None where nothing is left."""
    return _UNFIT.sub("-", text).lstrip("-._:/#")[:_REFERENCE_CHARACTERS_MAX] or None


def _named(bank_account: str, reference: str) -> str:
    """The account and the bank's reference as one; where that would lose a part, a mark of the whole stands for it."""
    fit = _UNFIT.sub("-", reference)
    if fit != reference or len(bank_account) + 1 + len(fit) > _REFERENCE_CHARACTERS_MAX:
        mark = hashlib.sha256(reference.encode()).hexdigest()[:12]
        fit = f"{fit[: _REFERENCE_CHARACTERS_MAX - len(bank_account) - 14]}-{mark}"
    return f"{bank_account}/{fit}"
