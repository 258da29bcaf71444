"""What payers state a payment is for, as documents with amounts, discounts and adjustments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from services.cash_app.bank_files.domain.parsing import plain
from shared.contracts.erp import DeductionReason, DocumentKind, RemittanceAdjustment, RemittanceLine

LINES_MAX: Final = 2_000
_DOCUMENT_CHARACTERS_MAX: Final = 80
_ADJUSTMENTS_MAX: Final = 50
_NONE: Final = Decimal(0)

_X12_REASONS: Final[dict[str, DeductionReason]] = {
    "01": "pricing", "02": "pricing", "03": "pricing", "04": "damage", "11": "damage", "21": "freight", "22": "freight",
    "24": "unearned_discount", "30": "freight", "31": "freight", "46": "freight", "54": "freight", "55": "tax",
}  # fmt: skip
"""X12 element 426 (adjustment reason code) as far as it is one of ours."""
_REASON_WORDS: Final[tuple[tuple[re.Pattern[str], DeductionReason], ...]] = (
    (re.compile(r"\b(DMG\w?|DAMAG\w*|DEFECT\w*|BROKEN|BREAKAGE)\b", re.I), "damage"),
    (re.compile(r"\b(FREIGHT|FRGT|SHIPPING|CARRIAGE|DELIVERY CHARGE\w*)\b", re.I), "freight"),
    (re.compile(r"\b(PRIC\w*)\b", re.I), "pricing"),
    (re.compile(r"\b(TAX|VAT|TAXE)\b", re.I), "tax"),
    (re.compile(r"\b(CASH DISCOUNT|DISCOUNT|SKONTO)\b", re.I), "unearned_discount"),
)


@dataclass(frozen=True, slots=True)
class NamedDocument:
    """A document that a payer names; `amount` is the cash for it, None where the payer does not state it."""

    number: str
    amount: Decimal | None
    discount: Decimal = _NONE
    kind: DocumentKind | None = None
    adjustments: tuple[RemittanceAdjustment, ...] = ()


@dataclass(frozen=True, slots=True)
class Remittance:
    """What of a payer's remittance is understood; `note` names what is not, `unpriced` the numbers without amounts."""

    lines: tuple[RemittanceLine, ...] = ()
    unpriced: tuple[str, ...] = ()
    note: str = ""


def adjustment(
    amount: Decimal, *, code: str = "", text: str = "", reference: str = "", x12: bool = False
) -> RemittanceAdjustment:
    """An adjustment with our reason for the payer's code and words; `unknown` where neither is known."""
    reason: DeductionReason = _X12_REASONS.get(code, "unknown") if x12 else "unknown"
    if reason == "unknown":
        words = text if x12 else f"{code} {text}"
        reason = next((ours for pattern, ours in _REASON_WORDS if pattern.search(words)), "unknown")
    return RemittanceAdjustment(
        amount=amount, reason=reason, code=plain(code, 40), text=plain(text, 500), reference=plain(reference, 80)
    )


def understand(documents: Sequence[NamedDocument], whole: Decimal) -> Remittance:
    """The documents of one payment of `whole`.

    One document without an amount is paid with what the others leave of the payment. Of several the numbers are kept
    as words, and the note states it.
    """
    priced = [document for document in documents if document.amount is not None]
    unpriced = [document for document in documents if document.amount is None]
    stated = sum((document.amount for document in priced if document.amount is not None), _NONE)
    if len(unpriced) == 1 and (not priced or whole > stated):
        return Remittance(remittance_lines([*priced, replace(unpriced[0], amount=whole - stated)]))
    numbers = tuple(plain(document.number, _DOCUMENT_CHARACTERS_MAX) for document in unpriced)
    note = f"no amount is stated for {', '.join(numbers)[:400]}" if numbers else ""
    if not note and priced and stated != whole:
        note = f"the documents named add up to {stated}, the payment is {whole}"
    return Remittance(remittance_lines(priced), numbers, note)


def remittance_lines(documents: Iterable[NamedDocument]) -> tuple[RemittanceLine, ...]:
    """Lines of the documents with amounts; what has no number, or neither cash nor adjustment, is left out."""
    lines: list[RemittanceLine] = []
    for document in documents:
        number = plain(document.number, _DOCUMENT_CHARACTERS_MAX)
        worth = document.amount is not None and (document.amount or document.adjustments)
        if number and worth and document.discount >= 0 and len(lines) < LINES_MAX:
            kept = [one for one in document.adjustments if one.amount > 0]
            lines.append(
                RemittanceLine(
                    document_number=number, amount=document.amount, discount=document.discount,
                    reason=kept[0].reason if kept else None, document_kind=document.kind,
                    adjustments=document.adjustments[:_ADJUSTMENTS_MAX],
                )
            )  # fmt: skip
    return tuple(lines)
