"""What the bank's words name of one customer's documents, and of other customers'."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from services.cash_app.application.domain.application_rules import CustomerRules
from services.cash_app.application.domain.customer_subledger import CreditMemo, CustomerSubledger
from services.cash_app.application.domain.named_item import TermsInForce
from services.cash_app.open_items.domain.document_number import document_key, reference_key
from services.cash_app.open_items.domain.known_document import KnownDocument
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.payment import Payment
from services.cash_app.remittance_text.domain.mentions import Chosen, Mention, unknown_numbers

_DIGITS_OF_AN_ENDING: Final = 3
"""The end of a number with fewer digits than this means a document only where the amount agrees."""


class Named(NamedTuple):
    """A document that the words name: an item of the customer, or what else is known under the number."""

    item: OpenItem | None
    known: KnownDocument | None
    how: str
    """How the number was recognised, as the end of a sentence; empty where it is the document's own."""
    memo: CreditMemo | None = None


@dataclass(slots=True)
class Finding:
    """What the words name."""

    items: dict[str, OpenItem] = field(default_factory=dict)
    evidence: dict[str, str] = field(default_factory=dict)
    groups: list[list[str]] = field(default_factory=list)
    """Item ids by mention; several where one number is on several items."""
    memos: list[CreditMemo] = field(default_factory=list)
    settled: list[str] = field(default_factory=list)
    """Numbers of documents on which nothing is open."""
    foreign: list[str] = field(default_factory=list)
    """Numbers of other customers' documents."""
    unknown: list[Mention] = field(default_factory=list)
    paid_orders: list[str] = field(default_factory=list)
    """Orders as written whose invoices so far are settled."""

    @property
    def names_more_than_items(self) -> bool:
        return bool(self.memos or self.settled or self.foreign or self.unknown or self.paid_orders)

    @property
    def names_something(self) -> bool:
        return bool(self.items or self.memos or self.settled or self.foreign or self.unknown)


@dataclass(frozen=True, slots=True)
class WordsCase:
    payment: Payment
    book: CustomerSubledger
    rules: CustomerRules
    terms: TermsInForce

    @property
    def money(self) -> Decimal:
        return self.payment.unapplied_amount


def documents_of(mention: Mention, key: str, case: WordsCase) -> tuple[Sequence[Named], bool]:
    """What the customer, or another one, has under this key; and whether the key alone is enough to mean it."""
    book, payment = case.book, case.payment
    place = (payment.company_id, payment.currency)
    number = [Named(item, None, "") for item in book.names.of_number(key) if _is_open(item, payment)]
    order = [Named(item, None, _order_text(item, key)) for item in book.names.of_order(key) if _is_open(item, payment)]
    ordered = (order, number) if mention.label == "order" else (number, order)
    for found in ordered:
        own = [one for one in found if one.item is not None and (one.item.company_id, one.item.currency) == place]
        if own or found:
            return own or found, True
    memo = book.credit_memo(key, payment)
    if memo is not None:
        return [Named(None, None, "", memo)], True
    known = [Named(None, one, "") for one in book.references(key, payment) if one.kind != "document"]
    own_known = [one for one in known if one.known is not None and one.known.customer_id == book.customer_id]
    if own_known or (known and mention.sure):
        return own_known or known, True
    digits = sum(map(str.isdigit, key))
    ending = [
        Named(item, None, f"which is {item.document_number} without its beginning")
        for item in book.names.of_ending(key)
        if _is_open(item, payment) and (item.company_id, item.currency) == place
    ]
    return (ending, bool(mention.label) and digits >= _DIGITS_OF_AN_ENDING and len(ending) == 1)


def _is_open(item: OpenItem, payment: Payment) -> bool:
    return item.is_open and item.company_id == payment.company_id


def _order_text(item: OpenItem, key: str) -> str:
    if reference_key(item.order_id) == key:
        return f"which is our order of {item.document_number}"
    return f"which is the purchase order of {item.document_number}"


def what_is_named(chosen: Sequence[Chosen[Named]], mentions: Sequence[Mention], case: WordsCase) -> Finding:
    finding, book = Finding(), case.book
    for one in chosen:
        group: list[str] = []
        for named in one.documents:
            if named.item is not None:
                group.append(named.item.item_id)
                finding.items.setdefault(named.item.item_id, named.item)
                how = f", {named.how}" if named.how else ""
                finding.evidence.setdefault(
                    named.item.item_id, f'the bank\'s words contain "{one.mention.written}"{how}'
                )
            elif named.memo is not None:
                if named.memo.payment_id not in [memo.payment_id for memo in finding.memos]:
                    finding.memos.append(named.memo)
            elif named.known is not None:
                _note_known(named.known, one.mention, finding, book.customer_id)
        if group:
            finding.groups.append(group)
    customer = document_key(book.customer_id)
    finding.unknown = [
        mention
        for mention in unknown_numbers(mentions, chosen)
        if document_key(mention.written) != customer and reference_key(mention.written) != reference_key(customer)
    ]
    return finding


def _note_known(known: KnownDocument, mention: Mention, finding: Finding, customer_id: str) -> None:
    """Notes a document that is not open: another customer's, or one that is settled."""
    if known.customer_id != customer_id:
        finding.foreign.append(known.document_number)
        return
    if known.kind in ("order", "purchase_order") and mention.written not in finding.paid_orders:
        finding.paid_orders.append(mention.written)
    if known.kind != "credit_memo":
        finding.settled.append(known.document_number)
