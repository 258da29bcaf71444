"""Structured remittance of ISO 20022 (RmtInf/Strd, StructuredRemittanceInformation in all its versions).

Of each document: its number (RfrdDocInf/Nb, else CdtrRefInf/Ref), the cash for it (RmtdAmt), a credit note's amount
(CdtNoteAmt, negative), the discount (DscntApldAmt), and what is kept back with its reason (AdjstmntAmtAndRsn: a debit
lowers what is paid). DuePyblAmt, the amount of the document itself, stands in where no cash is stated.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Final

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.iso20022 import Element, Message
from services.cash_app.bank_files.domain.remittance import NamedDocument, adjustment
from shared.contracts.erp import DocumentKind, RemittanceAdjustment

_KINDS: Final[dict[str, DocumentKind]] = {
    "CINV": "invoice", "MSIN": "invoice", "HIRI": "invoice", "SBIN": "invoice", "CMCN": "invoice",
    "CREN": "credit_memo", "CNFA": "credit_memo", "DEBN": "debit_memo", "DNFA": "debit_memo",
    "PUOR": "purchase_order", "SOAC": "other",
}  # fmt: skip
"""DocumentType codes of the ISO external code sets."""
_NONE: Final = Decimal(0)


def named_documents(
    message: Message, holders: Sequence[Element], currency: str
) -> tuple[list[NamedDocument], list[str], list[str]]:
    """The documents that the Strd elements name, the creditor references beside them, and the words within them."""
    documents: list[NamedDocument] = []
    references: list[str] = []
    texts: list[str] = []
    for holder in holders:
        documents += _documents(message, holder, currency)
        references += message.texts(holder, "CdtrRefInf/Ref")
        texts += message.texts(holder, "AddtlRmtInf")
    return documents, references, texts


def _documents(message: Message, holder: Element, currency: str) -> list[NamedDocument]:
    named = [
        NamedDocument(number, None, kind=_KINDS.get(message.text(one, "Tp/CdOrPrtry/Cd")))
        for one in message.all(holder, "RfrdDocInf")
        if (number := message.text(one, "Nb"))
    ]
    reference = message.text(holder, "CdtrRefInf/Ref")
    if not named and reference:
        named = [NamedDocument(reference, None, kind=_KINDS.get(message.text(holder, "RfrdDocInf/Tp/CdOrPrtry/Cd")))]
    amounts = message.one(holder, "RfrdDocAmt")
    if amounts is None or not named:
        return named
    credited = message.amount(amounts, "CdtNoteAmt", currency=currency)
    notes = [document for document in named if document.kind == "credit_memo"]
    others = [document for document in named if document.kind != "credit_memo"]
    if len(notes) == 1 and len(others) == 1 and credited is not None:
        invoice = _with_amounts(message, amounts, others[0], currency)
        paid = None if invoice.amount is None else invoice.amount + abs(credited)
        return [replace(invoice, amount=paid), replace(notes[0], amount=-abs(credited))]
    return [_with_amounts(message, amounts, named[0], currency)] if len(named) == 1 else named


def _with_amounts(message: Message, amounts: Element, document: NamedDocument, currency: str) -> NamedDocument:
    paid = message.amount(amounts, "RmtdAmt", currency=currency)
    credited = message.amount(amounts, "CdtNoteAmt", currency=currency)
    due = message.amount(amounts, "DuePyblAmt", currency=currency)
    discount = _discount(message, amounts, currency)
    adjustments = _adjustments(message, amounts, currency)
    if paid is None and credited is not None:
        return replace(document, amount=-abs(credited), kind="credit_memo")
    if credited:
        adjustments.append(adjustment(abs(credited), text="credit note"))
    if paid is None and due is not None:
        kept = sum((one.amount for one in adjustments), _NONE)
        paid = due - kept if adjustments else due
        discount = _NONE
    if paid is not None and document.kind == "credit_memo":
        paid = -abs(paid)
    return replace(document, amount=paid, discount=discount, adjustments=tuple(adjustments))


def _discount(message: Message, amounts: Element, currency: str) -> Decimal:
    """Version 02 states one DscntApldAmt; later versions may state several, each with a type around its Amt."""
    total = _NONE
    for holder in message.all(amounts, "DscntApldAmt"):
        total += message.amount(holder, "Amt", currency=currency) or _NONE
    if not total:
        total = message.amount(amounts, "DscntApldAmt", currency=currency) or _NONE
    return total


def _adjustments(message: Message, amounts: Element, currency: str) -> list[RemittanceAdjustment]:
    found: list[RemittanceAdjustment] = []
    for one in message.all(amounts, "AdjstmntAmtAndRsn"):
        amount = message.amount(one, "Amt", currency=currency)
        if amount and parsing.fits(amount, currency):
            sign = -1 if message.text(one, "CdtDbtInd") == "CRDT" else 1
            found.append(adjustment(amount * sign, code=message.text(one, "Rsn"), text=message.text(one, "AddtlInf")))
    return found
