"""One entry (Ntry) of camt.052, camt.053 or camt.054: what it is, and into which payments it divides.

ISO 20022 ReportEntry and EntryTransaction, versions 02 to 13. An entry divides where the amounts of its transactions
explain it: with their own sign (TxDtls/CdtDbtInd), or less the charges that the bank took off (Chrgs). The amount of a
transaction is Amt, in version 02 AmtDtls/TxAmt, else AmtDtls/InstdAmt in the entry's currency.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.bank_file import BundleKind, Control, EntryKind, Method
from services.cash_app.bank_files.domain.iso20022 import Element, Message
from services.cash_app.bank_files.domain.mt940_details import RETURNED_CREDITS, RETURNED_DEBITS

RETURN_CODES: Final = frozenset({"RRTN", "UPCT", "UPDD", "UPCQ", "CQRV", "PRRTN", "ARET", "PRDD", "RPCR"})
"""Bank transaction sub-families of what comes back: returned, unpaid, reversed, refunded, cancelled."""
METHODS: Final[dict[str, Method]] = {
    "RCHQ": "check", "LBOX": "lockbox", "CCRD": "card", "MCRD": "card", "RDDT": "ach", "IDDT": "ach",
}  # fmt: skip
BUNDLES: Final[dict[str, BundleKind]] = {"LBOX": "lockbox", "MCRD": "card"}
_PENDING: Final = frozenset({"PDNG", "INFO", "FUTR"})
_TRUE: Final = frozenset({"true", "1"})
_NONE: Final = Decimal(0)
_COUNTER_CHARACTERS: Final = 5
"""An NtryRef of so many characters only numbers the entries of its statement."""


@dataclass(frozen=True, slots=True)
class EntryFacts:
    """What an entry states before it is divided. `amount` has no sign."""

    place: str
    amount: Decimal
    currency: str
    credit: bool
    pending: bool
    reversal: bool
    value_date: date
    booked_on: date | None
    reference: str
    """AcctSvcrRef."""
    collective_reference: str
    """AcctSvcrRef, else NtryRef: a collective booking and its details in another message share it."""
    transactions: int
    """How many the bank counts in it (Btch/NbOfTxs), or how many are reported."""


@dataclass(frozen=True, slots=True)
class Part:
    """A part of an entry: its signed amount, and the transactions it is made of."""

    amount: Decimal
    transactions: tuple[Element, ...]
    reference: str
    charge: bool = False


def facts_of(
    message: Message, element: Element, *, place: str, money: tuple[Decimal, str], value_date: date
) -> EntryFacts:
    """The entry's own elements. Its mark must be CRDT or DBIT."""
    counted = parsing.whole(message.text(element, "NtryDtls/Btch/NbOfTxs"))
    own = parsing.reference(message.text(element, "AcctSvcrRef"))
    number = parsing.reference(message.text(element, "NtryRef"))
    return EntryFacts(
        place=place, amount=money[0], currency=money[1], credit=message.text(element, "CdtDbtInd") == "CRDT",
        pending=message.text(element, "Sts/Cd", "Sts") in _PENDING,
        reversal=message.text(element, "RvslInd") in _TRUE, value_date=value_date,
        booked_on=day_of(message, element, "BookgDt"),
        reference=own, collective_reference=own or (number if len(number) > _COUNTER_CHARACTERS else ""),
        transactions=int(counted) if counted else len(message.all(element, "NtryDtls/TxDtls")),
    )  # fmt: skip


def divide(message: Message, element: Element, facts: EntryFacts) -> tuple[list[Part], list[Control]]:
    """The parts of an entry, and what does not add up.

    Money out is divided only where its transactions are returns, each of which takes back a payment.
    """
    transactions = message.all(element, "NtryDtls/TxDtls")
    sign = 1 if facts.credit else -1
    whole = [Part(facts.amount * sign, tuple(transactions), facts.reference)]
    returned = facts.reversal or any(message.one(one, "RtrInf") is not None for one in transactions)
    if not transactions or not (facts.credit or returned):
        return whole, []
    charges = _charges(message, [element, *transactions], facts.currency)
    for paths in (("Amt", "AmtDtls/TxAmt/Amt"), ("AmtDtls/InstdAmt/Amt",), ("AmtDtls/CntrValAmt/Amt",)):
        amounts = [message.amount(one, *paths, currency=facts.currency) for one in transactions]
        found = [amount for amount in amounts if amount is not None and parsing.fits(amount, facts.currency)]
        if len(found) != len(transactions):
            continue
        signed = [amount * _sign(message, one, facts) for amount, one in zip(found, transactions, strict=True)]
        if explained := _explained(signed, found, charges, facts):
            return _parts(message, transactions, explained, facts), []
        if len(transactions) > 1 and "Amt" in paths:
            what = "the sum of the entry's transactions"
            return whole, [Control(facts.place, what, facts.amount, sum(signed, _NONE))]
    return whole, []


def _explained(
    signed: list[Decimal], found: list[Decimal], charges: Decimal, facts: EntryFacts
) -> tuple[list[Decimal], Decimal] | None:
    """The transactions' amounts in the entry's direction, and the charges taken off; None where they do not add up."""
    if sum(signed, _NONE) == facts.amount:
        return signed, _NONE
    if charges and sum(signed, _NONE) - charges == facts.amount:
        return signed, charges
    return (found, _NONE) if sum(found, _NONE) == facts.amount else None


def _parts(
    message: Message, transactions: list[Element], explained: tuple[list[Decimal], Decimal], facts: EntryFacts
) -> list[Part]:
    amounts, charges = explained
    sign = 1 if facts.credit else -1
    own = [parsing.reference(message.text(one, "Refs/AcctSvcrRef")) for one in transactions]
    counts = Counter(own)
    parts = []
    for number, (amount, transaction) in enumerate(zip(amounts, transactions, strict=True), start=1):
        name = own[number - 1]
        if len(transactions) == 1:
            name = facts.reference or name
        elif not name or counts[name] > 1 or name == facts.reference:
            name = f"{facts.reference}/{number}" if facts.reference else ""
        if amount:
            parts.append(Part(amount * sign, (transaction,), name))
    if charges:
        parts.append(Part(-charges, (), f"{facts.reference}/charges" if facts.reference else "", charge=True))
    return parts


def _sign(message: Message, transaction: Element, facts: EntryFacts) -> int:
    mark = message.text(transaction, "CdtDbtInd")
    return -1 if mark and (mark == "CRDT") != facts.credit else 1


def _charges(message: Message, holders: list[Element], currency: str) -> Decimal:
    """Charges of the entry or else of its transactions, less what the bank gives back of them."""
    for chosen in (holders[:1], holders[1:]):
        total = _NONE
        for holder in chosen:
            for charge in message.all(holder, "Chrgs/Rcrd") or message.all(holder, "Chrgs"):
                included = message.text(charge, "ChrgInclInd")
                amount = message.amount(charge, "Amt", "TtlChrgsAndTaxAmt", currency=currency)
                if amount and included in _TRUE | {""} and parsing.fits(amount, currency):
                    total += -amount if message.text(charge, "CdtDbtInd") == "CRDT" else amount
        if total > 0:
            return total
    return _NONE


def kind_of(message: Message, element: Element, part: Part, facts: EntryFacts) -> EntryKind:
    """What a part is. A credit that comes back was paid by us; a debit that comes back was paid by a customer."""
    if facts.pending:
        return "pending"
    if part.charge:
        return "charge"
    first = part.transactions[0] if part.transactions else element
    family, code = family_of(message, element, first)
    gvc = _business_code(message, element, first)
    returned = facts.reversal or code in RETURN_CODES or message.one(first, "RtrInf") is not None
    if part.amount < 0:
        opposite = facts.credit and not message.one(first, "RtrInf")
        return "return" if (returned and not opposite) or gvc in RETURNED_DEBITS else "debit"
    if returned or gvc in RETURNED_CREDITS:
        return "own_payment_returned"
    undivided = part.amount == facts.amount
    if undivided and not part.transactions and facts.transactions > 1 and facts.collective_reference:
        return "bundle"
    return "bundle" if undivided and family in BUNDLES else "payment"


def family_of(message: Message, element: Element, first: Element) -> tuple[str, str]:
    """The bank transaction code, of the transaction or else of the entry."""
    for holder in (first, element):
        family = message.one(holder, "BkTxCd/Domn/Fmly")
        if family is not None:
            return message.text(family, "Cd"), message.text(family, "SubFmlyCd")
    return "", ""


def bank_code_of(message: Message, element: Element, first: Element) -> str:
    """Domain/family/sub-family, of the transaction or else of the entry; behind them the GVC.

    Without either, the bank's own code.
    """
    gvc = _business_code(message, element, first)
    parts = [f"GVC{gvc}"] if gvc else []
    for holder in (first, element):
        domain = message.one(holder, "BkTxCd/Domn")
        if domain is not None:
            names = ("Cd", "Fmly/Cd", "Fmly/SubFmlyCd")
            parts = [*(message.text(domain, name) for name in names), *parts]
            break
    if parts:
        return parsing.plain("/".join(parts), 40)
    return parsing.plain(message.text(first, "BkTxCd/Prtry/Cd") or message.text(element, "BkTxCd/Prtry/Cd"), 40)


def _business_code(message: Message, element: Element, first: Element) -> str:
    """The GVC of German banks, in the proprietary code as NTRF+166+9248+992."""
    text = message.text(first, "BkTxCd/Prtry/Cd") or message.text(element, "BkTxCd/Prtry/Cd")
    parts = text.split("+")
    return parts[1] if len(parts) > 1 else ""


def day_of(message: Message, element: Element, name: str) -> date | None:
    return parsing.iso_date(message.text(element, f"{name}/Dt", f"{name}/DtTm"))
