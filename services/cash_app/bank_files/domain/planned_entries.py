"""What each entry of a statement becomes: an event to post, a line that waits, an entry that is only noted."""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Final, Literal

from services.cash_app.bank_files.domain.bank_file import Entry, Statement
from services.cash_app.bank_files.domain.own_account import OwnAccount
from services.cash_app.bank_files.domain.read_context import FileError
from services.cash_app.payments.domain.payment_identity import MARK
from shared.contracts.erp import PaymentReceived, PaymentReturned
from shared.contracts.event import AMOUNT_MAX, Event
from shared.kernel.money import Money

Outcome = Literal["post", "held", "review", "booked", "seen_before", "noted"]
"""post: its event is published. held: waits for its bundle. review: waits for a person. booked: goes to the ledger
without an event. seen_before: another message reported it. noted: no matter of receivables."""

_UNFIT: Final = re.compile(r"[^A-Za-z0-9._:/#-]+")
_REFERENCE_CHARACTERS_MAX: Final = 80
_WORD: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/-]*")
_OUTCOMES: Final[dict[str, Outcome]] = {
    "payment": "post", "return": "post", "bundle": "held", "own_payment_returned": "review", "charge": "booked",
}  # fmt: skip
_NOTES: Final = {
    "debit": "money out that returns no payment: it is coded to an account, GET /bank-lines shows it",
    "pending": "announced by the bank, not booked yet",
    "bundle": "one line for payments that are reported elsewhere: not a payment itself",
    "charge": "charges that the bank kept back from payments reported gross: booked as bank fees",
    "own_payment_returned": "a payment of our own comes back: no receipt; find the refund or payment it belongs to",
    "test": "the bank sends this group as a test: nothing of it is posted",
}


@dataclass(frozen=True, slots=True)
class PlannedEntry:
    """One entry of the file and what becomes of it.

    `event` is published when the entry is posted, or released where it is held.
    """

    place: str
    kind: str
    outcome: Outcome
    subject_id: str
    source: str
    bank_account: str
    bank_reference: str
    currency: str
    amount: Decimal
    value_date: date
    note: str
    event: Event | None = None
    entry: Entry | None = None
    """As it was read; None for a remittance advice."""
    original: tuple[str, ...] = ()
    """Of a return: bank references that its payment may have."""
    trace_number: str = ""


class EntryPlanner:
    """Gives every entry its lasting identity: the account and the bank's reference, else what the entry states."""

    def __init__(self, open_bundles: Mapping[str, frozenset[str]]) -> None:
        self._bundles = open_bundles
        self._seen: dict[tuple[str, str], list[Entry]] = {}
        """By statement and reference."""
        self._alike: Counter[str] = Counter()

    def plan(self, entry: Entry, statement: Statement, account: OwnAccount) -> PlannedEntry | FileError:
        """The entry with what becomes of it, or what is wrong with it."""
        if abs(entry.amount) > AMOUNT_MAX:
            what = f"{Money(entry.amount, entry.currency)} is taken for a mistake: above {AMOUNT_MAX:,}"
            return FileError(entry.place, what)
        reference, again = self._reference(entry, statement)
        kind = self._kind(entry, statement, account)
        event: Event | None = None
        original: tuple[str, ...] = ()
        if kind in {"payment", "bundle"}:
            event = _payment(entry, account, reference)
        elif kind == "return":
            event = _returned(entry, account, reference)
            original = (named(account.bank_account, entry.reference),) if entry.reference else ()
        outcome, note = _OUTCOMES.get(kind, "noted"), _NOTES.get(kind, "")
        if again and event is not None:
            outcome, note = "review", again
        return PlannedEntry(
            place=entry.place, kind=kind, outcome=outcome,
            subject_id=event.subject if event is not None else subject("ENT", reference), source=statement.source,
            bank_account=account.bank_account, bank_reference=reference, currency=entry.currency, amount=entry.amount,
            value_date=entry.value_date, note=note, event=event, entry=entry, original=original,
            trace_number=identifier(entry.trace_number) or "",
        )  # fmt: skip

    def _kind(self, entry: Entry, statement: Statement, account: OwnAccount) -> str:
        if statement.test:
            return "test"
        return "bundle" if entry.kind == "payment" and self._names_bundle(entry, account) else entry.kind

    def _reference(self, entry: Entry, statement: Statement) -> tuple[str, str]:
        """The reference, and why a person has to review the line.

        Two equal lines of a statement that balances are two payments; elsewhere one may be too many.
        """
        suffix = "/R" if entry.kind == "return" else ""
        if not entry.reference:
            return self._made_reference(entry, statement, suffix), ""
        reference = named(statement.account, entry.reference + suffix)
        before = self._seen.setdefault((statement.place, reference), [])
        alike = [other for other in before if _facts(other) == _facts(entry)]
        balanced = statement.opening is not None and statement.closing is not None
        again = ""
        if alike and not balanced:
            again = (
                f"bank reference {entry.reference} with the same amount is at {alike[0].place} too, and no balances "
                "prove that both came: take it as money of its own, or close it"
            )
        before.append(entry)
        number = len(before)
        return reference if number == 1 else named(statement.account, f"{entry.reference}{suffix}{MARK}{number}"), again

    def _made_reference(self, entry: Entry, statement: Statement, suffix: str) -> str:
        words = (
            statement.source, statement.number, entry.value_date, entry.amount, entry.trace_number,
            entry.payer_account, entry.details,
        )  # fmt: skip
        alike = "|".join(map(str, words))
        self._alike[alike] += 1
        mark = hashlib.sha256(f"{alike}|{self._alike[alike]}".encode()).hexdigest()[:16]
        return named(statement.account, f"{entry.value_date:%y%m%d}-{mark}{suffix}")

    def _names_bundle(self, entry: Entry, account: OwnAccount) -> bool:
        known = self._bundles.get(account.bank_account)
        if not known:
            return False
        words = _WORD.findall(f"{entry.reference} {entry.trace_number} {entry.details}")
        return not known.isdisjoint(words)


def _facts(entry: Entry) -> tuple[Decimal, date, str]:
    return entry.amount, entry.value_date, entry.payer_account


def _payment(entry: Entry, account: OwnAccount, reference: str) -> PaymentReceived:
    return PaymentReceived(
        payment_id=subject("PAY", reference), bank_reference=reference, company_id=account.company_id,
        bank_account=account.bank_account,
        customer_id=identifier(entry.customer_id), payer_account=identifier(entry.payer_account),
        payer_name=entry.payer_name or None, currency=entry.currency, amount=entry.amount,
        value_date=entry.value_date, method=entry.method, remittance=entry.remittance,
        trace_number=identifier(entry.trace_number), details=entry.details, references=entry.references,
        remittance_note=entry.remittance_note,
    )  # fmt: skip


def _returned(entry: Entry, account: OwnAccount, reference: str) -> PaymentReturned:
    original = entry.original_reference
    return PaymentReturned(
        return_id=subject("RET", reference), bank_reference=reference,
        original_bank_reference=named(account.bank_account, original) if original else None,
        company_id=account.company_id, customer_id=identifier(entry.customer_id),
        payer_account=identifier(entry.payer_account), currency=entry.currency, amount=-entry.amount,
        value_date=entry.value_date, reason_code=entry.reason_code, reason=entry.reason,
        trace_number=identifier(entry.trace_number), details=entry.details, references=entry.references,
    )  # fmt: skip


def with_own_identity(planned: PlannedEntry, import_id: str) -> PlannedEntry:
    """The entry under an identity of its own: its reference was used for other money before."""
    mark = hashlib.sha256(f"{import_id}|{planned.place}|{planned.subject_id}".encode()).hexdigest()[:10]
    reference = f"{planned.bank_reference[: _REFERENCE_CHARACTERS_MAX - 12]}{MARK}{mark}"
    event = planned.event
    if isinstance(event, PaymentReceived):
        event = event.model_copy(update={"payment_id": subject("PAY", reference), "bank_reference": reference})
    elif isinstance(event, PaymentReturned):
        event = event.model_copy(update={"return_id": subject("RET", reference), "bank_reference": reference})
    subject_id = event.subject if event is not None else subject("ENT", reference)
    return replace(planned, subject_id=subject_id, bank_reference=reference, event=event)


def subject(prefix: str, identity: str) -> str:
    """An id that follows from what it stands for, so that the same entry read again is the same payment."""
    return f"{prefix}-{hashlib.sha256(identity.encode()).hexdigest()[:24]}"


def identifier(text: str) -> str | None:
    """The text as an identifier of events: what they cannot hold becomes a hyphen. None where nothing is left."""
    return _UNFIT.sub("-", text).lstrip("-._:/#")[:_REFERENCE_CHARACTERS_MAX] or None


def named(bank_account: str, reference: str) -> str:
    """The account and the bank's reference as one; where that would lose a part, a mark of the whole stands for it."""
    fit = _UNFIT.sub("-", reference)
    if fit != reference or len(bank_account) + 1 + len(fit) > _REFERENCE_CHARACTERS_MAX:
        mark = hashlib.sha256(reference.encode()).hexdigest()[:12]
        fit = f"{fit[: _REFERENCE_CHARACTERS_MAX - len(bank_account) - 14]}-{mark}"
    return f"{bank_account}/{fit}"
