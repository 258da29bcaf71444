"""What an entry of a camt message states about its payer, its references and what it pays for."""

from __future__ import annotations

from typing import Final

from services.cash_app.bank_files.domain import parsing
from services.cash_app.bank_files.domain.bank_file import BundleKind, Entry
from services.cash_app.bank_files.domain.camt_entry import (
    BUNDLES,
    METHODS,
    EntryFacts,
    Part,
    bank_code_of,
    family_of,
    kind_of,
)
from services.cash_app.bank_files.domain.iso20022 import Element, Message
from services.cash_app.bank_files.domain.iso20022_remittance import named_documents
from services.cash_app.bank_files.domain.remittance import Remittance, understand
from services.cash_app.payments.domain.account_number import account_key
from shared.contracts.erp import PaymentReference, ReferenceKind

_REFERENCES: Final[tuple[tuple[str, ReferenceKind], ...]] = (
    ("EndToEndId", "end_to_end_id"), ("TxId", "transaction_id"), ("InstrId", "instruction_id"), ("UETR", "uetr"),
    ("MsgId", "message_id"), ("PmtInfId", "batch_id"), ("MndtId", "mandate_id"), ("ChqNb", "check_number"),
    ("ClrSysRef", "clearing_system_reference"), ("AcctSvcrRef", "bank_transaction_reference"),
)  # fmt: skip
_TRACES: Final = ("EndToEndId", "ChqNb", "TxId", "InstrId", "UETR")


def entry_of(message: Message, element: Element, part: Part, facts: EntryFacts) -> Entry:
    """One part of an entry, with the bank's words, the payer, the references and the remittance of the payer."""
    m, transactions = message, part.transactions
    kind = kind_of(m, element, part, facts)
    family, code = family_of(m, element, transactions[0] if transactions else element)
    remittance, creditor_references, texts = _remittance(m, part, facts)
    words = parsing.words(
        *(["reversal of a debit:"] if facts.reversal and facts.credit else []),
        *(text for one in transactions for text in m.texts(one, "RmtInf/Ustrd")), *remittance.unpriced, *texts,
        *(text for one in transactions for text in m.texts(one, "AddtlTxInf")), m.text(element, "AddtlNtryInf"),
    )  # fmt: skip
    back = kind in {"return", "own_payment_returned"}
    returned, why = _returned(m, part)
    return Entry(
        place=facts.place, kind=kind, amount=part.amount, currency=facts.currency, value_date=facts.value_date,
        booked_on=facts.booked_on, reference=part.reference,
        collective_reference=facts.collective_reference if kind == "bundle" or part.amount != facts.amount else "",
        trace_number=_trace(m, transactions), method=METHODS.get(family, "wire"),
        payer_account=_same([_account(m, one) for one in transactions]),
        payer_name=_same([_name(m, one) for one in transactions]), details=words,
        payee_account=_same([_account(m, one, "CdtrAcct") for one in transactions]) if part.amount < 0 else "",
        references=_references(m, transactions, creditor_references),
        remittance=remittance.lines, remittance_note=remittance.note,
        reason_code=(returned or code)[:40] if back else "",
        reason=parsing.plain(why or words, 300) if back else "",
        bank_code=bank_code_of(m, element, transactions[0] if transactions else element),
        bundle_kind=_bundle_kind(family, facts) if kind == "bundle" else "",
    )  # fmt: skip


def _bundle_kind(family: str, facts: EntryFacts) -> BundleKind:
    return BUNDLES.get(family, "collective" if facts.transactions > 1 else "deposit")


def _remittance(message: Message, part: Part, facts: EntryFacts) -> tuple[Remittance, list[str], list[str]]:
    """Of money out the documents are words only."""
    holders = [holder for one in part.transactions for holder in message.all(one, "RmtInf/Strd")]
    documents, references, texts = named_documents(message, holders, facts.currency)
    if part.amount <= 0:
        return Remittance(unpriced=tuple(document.number for document in documents)), references, texts
    return understand(documents, part.amount), references, texts


def _references(
    message: Message, transactions: tuple[Element, ...], creditor_references: list[str]
) -> tuple[PaymentReference, ...]:
    found: list[tuple[ReferenceKind, str]] = []
    for one in transactions:
        found += [(kind, message.text(one, f"Refs/{name}")) for name, kind in _REFERENCES]
        found += [("other", text) for text in message.texts(one, "Refs/Prtry/Ref")]
        behalf = message.text(one, "RltdPties/UltmtDbtr/Nm", "RltdPties/UltmtDbtr/Pty/Nm")
        found.append(("on_behalf_of", behalf))
    return parsing.references(*found, *(("creditor_reference", text) for text in creditor_references))


def _trace(message: Message, transactions: tuple[Element, ...]) -> str:
    """What the transactions have in common: several that could not be divided have no other."""
    return _same([
        next((found for name in _TRACES if (found := parsing.reference(message.text(one, f"Refs/{name}")))), "")
        for one in transactions
    ])  # fmt: skip


def _returned(message: Message, part: Part) -> tuple[str, str]:
    """Code and words of RtrInf."""
    for one in part.transactions:
        returned = message.one(one, "RtrInf")
        if returned is not None:
            return message.text(returned, "Rsn/Cd", "Rsn/Prtry"), " ".join(message.texts(returned, "AddtlInf"))
    return "", ""


def _account(message: Message, transaction: Element, party: str = "DbtrAcct") -> str:
    account = message.one(transaction, f"RltdPties/{party}/Id")
    return "" if account is None else account_key(message.text(account, "IBAN", "Othr/Id"))


def _name(message: Message, transaction: Element) -> str:
    parties = message.one(transaction, "RltdPties")
    if parties is None:
        return ""
    paths = ("Dbtr/Nm", "Dbtr/Pty/Nm", "UltmtDbtr/Nm", "UltmtDbtr/Pty/Nm")
    return parsing.plain(message.text(parties, *paths), 200)


def _same(values: list[str]) -> str:
    """What all the transactions have in common."""
    return values[0] if len(set(values)) == 1 else ""
