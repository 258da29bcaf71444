"""Which payment a message reports: one that is known, another one, or one that a person has to decide about.

A bank's reference alone does not identify a payment: banks use references again, a year later, for another company,
on another account. What identifies it is the reference together with our account, amount, value date and payer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final, NamedTuple

from services.cash_app.payments.domain.account_number import account_key

_PLACEHOLDER: Final = re.compile(
    r"|[0 ./_*?-]+|X{3,}|N/?A|N\.A\.|NONE|NIL|NULL|NONREF|NOREF|NO[ -]?REF(ERENCE)?|NOT[ -]?(PROVIDED|AVAILABLE)"
    r"|NOTAVAIL|UNKNOWN|UNSPECIFIED",
    re.A | re.I,
)
MARK: Final = "##"
"""Behind it stands what distinguishes equal references of files. Banks write a single # in references of their own."""
_REFERENCE_CHARACTERS_MIN: Final = 6
"""A shorter reference is used again within days, as where a bank numbers the lines of each statement."""


def is_placeholder(reference: str) -> bool:
    """Whether it is what banks write where there is no reference: NONREF, NOTPROVIDED, zeros, a hyphen."""
    return _PLACEHOLDER.fullmatch(reference.strip()) is not None


class Receipt(NamedTuple):
    """What a message reports of a payment; `amount` in `currency`."""

    key: str
    """The bank's reference without our account before it; without a reference the payment's id."""
    bank_reference: str
    payment_id: str
    bank_account: str | None
    """Our account; None where the message does not name it."""
    company_id: str
    customer_id: str | None
    payer_account: str | None
    trace_number: str | None
    currency: str
    amount: Decimal
    value_date: date
    import_id: str | None
    """The file that reports it; None for the bank feed."""

    @property
    def references(self) -> frozenset[str]:
        """What may be common to two messages about one payment."""
        found = {self.key, self.trace_number or ""}
        return frozenset(one.upper() for one in found if not is_placeholder(one))


class Verdict(StrEnum):
    REPEAT = "repeat"
    """The payment is known already: the message changes nothing."""
    ANOTHER = "another"
    """A payment of its own."""
    DOUBTFUL = "doubtful"
    """A person has to decide: it is received and held."""


class Judgement(NamedTuple):
    verdict: Verdict
    first: Receipt | None = None
    """The known payment that it repeats, or may repeat."""
    why: str = ""
    """Of a doubtful one: a sentence that a clerk can read to the customer."""


ANOTHER: Final = Judgement(Verdict.ANOTHER)


def key_of(bank_reference: str, bank_account: str | None, payment_id: str, *, of_file: bool) -> str:
    """The key under which a payment is looked up; of a file, without the mark that tells equal references apart."""
    bare = bank_reference.removeprefix(f"{bank_account}/") if bank_account else bank_reference
    if of_file:
        bare = bare.partition(MARK)[0] or bare
    return f"no-reference/{payment_id}" if is_placeholder(bare) else bare


def judge(new: Receipt, earlier: Iterable[Receipt], reference_days: int, same_payment_days: int) -> Judgement:
    """What a message is, given what is known under its reference.

    `reference_days`: value dates further apart are of two payments. `same_payment_days`: so far apart may the value
    dates be that two sources, a file and the bank feed, report of one payment.
    """
    doubtful: list[tuple[int, Receipt, str]] = []
    for other in earlier:
        if _elsewhere(new, other):
            continue
        days = abs((new.value_date - other.value_date).days)
        differing = _differing(new, other)
        two_sources = _of_two_sources(new, other)
        if not differing and (not days or (two_sources and days <= same_payment_days)):
            if _counted_by_the_import(new, other):
                continue
            return Judgement(Verdict.REPEAT, other)
        if new.import_id is not None and new.import_id == other.import_id:
            continue
        if days <= (reference_days if len(new.key) >= _REFERENCE_CHARACTERS_MIN else 0):
            doubtful.append((days, other, _doubt(new, other, differing)))
    if not doubtful:
        return ANOTHER
    _, first, why = min(doubtful, key=lambda each: (each[0], each[1].payment_id))
    return Judgement(Verdict.DOUBTFUL, first, why)


def same_of_other_source(new: Receipt, candidates: Iterable[Receipt], days_max: int) -> Receipt | None:
    """The payment of the other source, file or bank feed, that is this one under another reference.

    Amount, company and currency are equal, value dates near, nothing contradicts, and a reference is common, or the
    payer's account and the value date are.
    """
    found = []
    for other in candidates:
        days = abs((new.value_date - other.value_date).days)
        if not _of_two_sources(new, other) or _elsewhere(new, other) or _differing(new, other) or days > days_max:
            continue
        common = not new.references.isdisjoint(other.references)
        payer = account_key(new.payer_account or "")
        if common or (payer and payer == account_key(other.payer_account or "") and not days):
            found.append((not common, days, other.payment_id, other))
    return min(found)[3] if found else None


def _elsewhere(new: Receipt, other: Receipt) -> bool:
    """Whether it is money of another company or on another account."""
    accounts = {account_key(one) for one in (new.bank_account, other.bank_account) if one}
    return new.company_id != other.company_id or len(accounts) > 1


def _of_two_sources(new: Receipt, other: Receipt) -> bool:
    return (new.import_id is None) != (other.import_id is None)


def _counted_by_the_import(new: Receipt, other: Receipt) -> bool:
    """Equal lines of files are told apart when the files are compared: what is posted is a payment of its own."""
    return new.import_id is not None and other.import_id is not None and new.bank_reference != other.bank_reference


def _differing(new: Receipt, other: Receipt) -> str:
    """Which fact tells the two apart; what one of them does not state tells nothing."""
    if new.currency != other.currency or new.amount != other.amount:
        return "amount"
    if new.customer_id and other.customer_id and new.customer_id != other.customer_id:
        return "customer"
    accounts = {account_key(one) for one in (new.payer_account, other.payer_account) if one}
    return "payer's account" if len(accounts) > 1 else ""


def _doubt(new: Receipt, other: Receipt, differing: str) -> str:
    what = f"another {differing}" if differing else "another value date"
    return (
        f"bank reference {new.bank_reference} was received before with {what}, as payment {other.payment_id} of "
        f"{other.amount} {other.currency}, value date {other.value_date}: take it as a payment of its own, or declare "
        "it a repeat"
    )


def reused_id(new: Receipt, other_reference: str) -> str:
    """Why a payment is held whose id was received before for other money."""
    return (
        f"payment id {new.payment_id} was received before with bank reference {other_reference}, now with "
        f"{new.bank_reference} and other facts: take it as a payment of its own, or declare it a repeat"
    )
