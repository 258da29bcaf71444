"""Which customer paid: step by step, each with its evidence; a weak guess is never made.

1. The customer the payment names, or whose number is in the remittance.
2. The documents its remittance names. They outweigh the account only where every amount fits exactly.
3. The documents, or the customer, that the bank's words name; likewise.
4. The account the money came from, if it is known for one customer.
5. The payer's name as learned from a clerk's assignment, letter by letter, if it was learned for one customer.
6. The payer's name, if one customer's name is similar enough, and no other's nearly as similar.
7. Else the customer is not identified: candidates with their scores are for a clerk.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, Literal, NamedTuple

from services.cash_app.application.domain.application_rules import ApplicationRules
from services.cash_app.identification.domain.name_likeness import Likeness, NamePoints, likeness
from services.cash_app.identification.domain.payer_name import name_key
from services.cash_app.open_items.domain.document_number import document_key, reference_key
from services.cash_app.open_items.domain.known_document import KnownDocument
from services.cash_app.remittance_text.domain.mentions import choose, customers_in, read_mentions
from shared.contracts.erp import RemittanceLine

Step = Literal["named", "documents", "words", "account", "alias", "name", "suspense"]
CANDIDATES_MAX: Final = 5
_SCORE_SHOWN_MIN: Final = 60
_DOCUMENTS_SCORE, _ACCOUNT_SCORE, _ALIAS_SCORE = 80, 70, 75
"""Scores of candidates whose evidence alone identifies no customer."""


class PayerDetails(NamedTuple):
    """What a payment states about who paid it."""

    company_id: str
    currency: str
    stated_customer: str | None
    payer_account: str | None
    payer_name: str | None
    remittance: Sequence[RemittanceLine] = ()
    amount: Decimal = Decimal(0)
    words: str = ""
    """The bank's words, and references of the payer's own."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A customer who may have paid: score 0 to 100 and the evidence."""

    customer_id: str
    score: int
    evidence: str


class Identification(NamedTuple):
    """The customer, or None; `why` is a sentence either way."""

    customer_id: str | None
    why: str
    step: Step = "suspense"
    candidates: tuple[Candidate, ...] = ()


@dataclass(slots=True)
class PayerKnowledge:
    """What is known of a batch's payers: customers by number, and the customers of accounts, documents and names."""

    customers: Mapping[str, str] = field(default_factory=dict)
    """Known customers, each with the customer who pays for it: itself, or its bill-to customer."""
    holders: Mapping[str, Collection[str]] = field(default_factory=dict)
    documents: Mapping[tuple[str, str], Sequence[KnownDocument]] = field(default_factory=dict)
    """By company and document key."""
    references: Mapping[tuple[str, str], Sequence[KnownDocument]] = field(default_factory=dict)
    """By company and reference key: documents by their order, purchase order or number, and credit memos."""
    aliases: Mapping[str, Collection[str]] = field(default_factory=dict)
    names: Mapping[str, Sequence[tuple[str, str]]] = field(default_factory=dict)
    """By name key: customers with a similar name, and their names."""


def identify(payer: PayerDetails, known: PayerKnowledge, rules: ApplicationRules) -> Identification:
    """Decides by what is known now; the account and the name count only if nothing surer gives a result."""
    if payer.stated_customer is not None:
        if payer.stated_customer in known.customers:
            return _named(payer.stated_customer, "the payment", known)
        return Identification(None, f"the payment names customer {payer.stated_customer}, who is not known here yet")
    numbers = sorted({line.document_number.strip() for line in payer.remittance} & known.customers.keys())
    if len(numbers) == 1:
        return _named(numbers[0], "the remittance", known)
    holders = sorted(known.holders.get(payer.payer_account or "", ()))
    return (
        _by_documents(payer, holders, known, rules)
        or by_words(payer, holders, known, rules)
        or _by_account(payer, holders)
        or _by_name(payer, holders, known, rules)
        or Identification(None, _not_identified(payer, holders), candidates=candidates(payer, holders, known, rules))
    )


def _named(customer_id: str, where: str, known: PayerKnowledge) -> Identification:
    """The customer who is named; where it is billed to another one, that one."""
    bill_to, why = known.customers[customer_id], f"{where} names customer {customer_id}"
    if bill_to != customer_id:
        why += f", who is billed to {bill_to}"
    return Identification(bill_to, why, "named")


def documents_named(payer: PayerDetails, known: PayerKnowledge) -> list[tuple[RemittanceLine, Sequence[KnownDocument]]]:
    """The remittance's lines with the documents they name; lines without a known document are left out."""
    found = [(line, _documents_of(line, payer, known)) for line in payer.remittance]
    return [(line, documents) for line, documents in found if documents]


def _documents_of(line: RemittanceLine, payer: PayerDetails, known: PayerKnowledge) -> Sequence[KnownDocument]:
    """The documents with the line's number; else those of the order, or the credit memo, with it."""
    numbered = known.documents.get((payer.company_id, document_key(line.document_number)), ())
    if numbered or not known.references:
        return numbered
    referred = known.references.get((payer.company_id, reference_key(line.document_number)), ())
    return [document for document in referred if document.kind != "number"]


def fits(line: RemittanceLine, document: KnownDocument, currency: str) -> bool:
    """Whether the line pays the document exactly, with its discount or without it, but for what it keeps back."""
    stated = line.amount + sum((one.amount for one in line.adjustments), Decimal(0))
    whole = stated in (document.open_amount, document.net_amount) or stated + line.discount == document.open_amount
    return document.currency == currency and whole


def _by_documents(
    payer: PayerDetails, holders: Sequence[str], known: PayerKnowledge, rules: ApplicationRules
) -> Identification | None:
    named = documents_named(payer, known)
    owners = sorted({document.customer_id for _, documents in named for document in documents})
    if not owners:
        return None
    corroborated = [owner for owner in owners if owner in holders]
    if len(corroborated) == 1:
        number = named[0][0].document_number
        why = f"{number} belongs to customer {corroborated[0]}, and so does account {payer.payer_account}"
        return Identification(corroborated[0], why, "documents")
    parents = sorted({holder for holder in holders for owner in owners if rules.pays_for(holder, owner)})
    if len(parents) == 1:
        why = (
            f"account {payer.payer_account} belongs to {parents[0]}, who pays for {', '.join(owners[:CANDIDATES_MAX])}"
        )
        return Identification(parents[0], why, "documents")
    exact = [
        (line, document.customer_id)
        for line, documents in named
        for document in documents
        if len(documents) == 1 and fits(line, document, payer.currency)
    ]
    every_line = len(exact) == len(payer.remittance)
    if not exact or (holders and not every_line) or (len(owners) > 1 and not every_line):
        return _by_documents_and_name(payer, owners, holders, known, rules)
    line, owner = exact[0]
    fitting = "every amount" if every_line else "the amount"
    return Identification(
        owner, f"{line.document_number} belongs to customer {owner}, and {fitting} fits exactly", "documents"
    )


def _by_documents_and_name(
    payer: PayerDetails, owners: Sequence[str], holders: Sequence[str], known: PayerKnowledge, rules: ApplicationRules
) -> Identification | None:
    """Documents of one customer whose amounts do not fit, from an unknown account: the name must agree."""
    if len(owners) == 1 and _name_agrees(payer, owners[0], holders, known, rules):
        why = f"the documents named belong to customer {owners[0]}, and so does the payer's name {payer.payer_name}"
        return Identification(owners[0], why, "documents")
    return None


def _name_agrees(
    payer: PayerDetails, owner: str, holders: Sequence[str], known: PayerKnowledge, rules: ApplicationRules
) -> bool:
    """Whether the payer, from an account that is not known, is named like the customer."""
    if holders or not payer.payer_name:
        return False
    alike = [one.letters for one, customer, _ in _named_like(payer, known, rules) if customer == owner]
    taught = known.aliases.get(name_key(payer.payer_name), ())
    return owner in taught or bool(alike and alike[0] >= rules.identification.name_score_min)


def documents_in_words(payer: PayerDetails, known: PayerKnowledge) -> dict[str, KnownDocument]:
    """By item or credit memo, the documents of any customer that the bank's words name beyond doubt."""
    mentions = read_mentions(payer.words) if payer.words and not payer.remittance else ()
    chosen = choose(mentions, lambda mention, key: (known.references.get((payer.company_id, key), ()), True))
    return {document.item_id: document for one in chosen if one.sure for document in one.documents}


def by_words(
    payer: PayerDetails, holders: Sequence[str], known: PayerKnowledge, rules: ApplicationRules
) -> Identification | None:
    """The customer whom the bank's words name, or whose documents they name.

    Documents identify a customer where the account or the name says the same, or the money is theirs to the cent.
    """
    if not payer.words or payer.remittance:
        return None
    numbers = sorted(customers_in(payer.words) & known.customers.keys())
    if len(numbers) == 1:
        return _named(numbers[0], "the text of the bank", known)
    documents = documents_in_words(payer, known)
    owners = sorted({document.customer_id for document in documents.values()})
    if not owners:
        return None
    shown = ", ".join(sorted({document.document_number for document in documents.values()})[:CANDIDATES_MAX])
    corroborated = [owner for owner in owners if owner in holders]
    if len(corroborated) == 1:
        why = f"the bank's words name {shown} of customer {corroborated[0]}, who has account {payer.payer_account}"
        return Identification(corroborated[0], why, "words")
    parents = sorted({holder for holder in holders for owner in owners if rules.pays_for(holder, owner)})
    if len(parents) == 1:
        why = (
            f"account {payer.payer_account} belongs to {parents[0]}, who pays for {', '.join(owners[:CANDIDATES_MAX])}"
        )
        return Identification(parents[0], why, "words")
    if len(owners) > 1:
        return None
    if _are_paid_exactly(documents.values(), payer):
        why = f"the bank's words name {shown} of customer {owners[0]}, and the money is theirs exactly"
        return Identification(owners[0], why, "words")
    if _name_agrees(payer, owners[0], holders, known, rules):
        why = f"the bank's words name {shown} of customer {owners[0]}, who is named like {payer.payer_name}"
        return Identification(owners[0], why, "words")
    return None


def _are_paid_exactly(documents: Iterable[KnownDocument], payer: PayerDetails) -> bool:
    """Whether the money is all that is open on the documents, less their discounts or not, and less credit memos."""
    named = [document for document in documents if document.currency == payer.currency]
    if not named or not payer.amount:
        return False
    gross = sum((document.open_amount for document in named), Decimal(0))
    net = sum((document.net_amount for document in named), Decimal(0))
    return payer.amount in (gross, net)


def _by_account(payer: PayerDetails, holders: Sequence[str]) -> Identification | None:
    if len(holders) != 1:
        return None
    return Identification(holders[0], f"account {payer.payer_account} is known for customer {holders[0]}", "account")


def _by_name(
    payer: PayerDetails, holders: Sequence[str], known: PayerKnowledge, rules: ApplicationRules
) -> Identification | None:
    """The learned name, else the most similar; where the account is known for several, only one of those."""
    key = name_key(payer.payer_name or "")
    learned = sorted(known.aliases.get(key, ()))
    if len(learned) == 1 and (not holders or learned[0] in holders):
        return Identification(learned[0], f"{payer.payer_name} was assigned to customer {learned[0]} before", "alias")
    ranked = _named_like(payer, known, rules)
    if learned or not ranked:
        return None
    best, customer, name = ranked[0]
    second = ranked[1][0].score if len(ranked) > 1 else 0.0
    policy = rules.identification
    if best.score < policy.name_score_min or best.score - second < policy.name_margin_min:
        return None
    if holders and customer not in holders:
        return None
    note = f" {best.note}" if best.note else ""
    why = (
        f"{payer.payer_name} is {int(best.score)} % like the name of customer {customer}, {name}{note}; "
        f"the next {int(second)} %"
    )
    return Identification(customer, why, "name")


def _named_like(payer: PayerDetails, known: PayerKnowledge, rules: ApplicationRules) -> list[tuple[Likeness, str, str]]:
    """Customers with a name like the payer's, each with its most similar name, the most similar first."""
    written, policy = payer.payer_name or "", rules.identification
    points = NamePoints(float(policy.other_legal_form_points), float(policy.transliterated_points))
    best: dict[str, tuple[Likeness, str, str]] = {}
    for customer, name in known.names.get(name_key(written), ()):
        alike = likeness(written, name, points)
        if customer not in best or alike.score > best[customer][0].score:
            best[customer] = (alike, customer, name)
    return sorted(best.values(), key=lambda one: (-one[0].score, one[1]))


def candidates(
    payer: PayerDetails, holders: Sequence[str], known: PayerKnowledge, rules: ApplicationRules
) -> tuple[Candidate, ...]:
    """Who may have paid, the likeliest first, for a clerk to choose from."""
    found: dict[str, Candidate] = {}

    def consider(customer_id: str, score: int, evidence: str) -> None:
        other = found.get(customer_id)
        if other is None:
            found[customer_id] = Candidate(customer_id, score, evidence)
        else:
            both = Candidate(customer_id, max(score, other.score) + 10, f"{other.evidence}; {evidence}")
            found[customer_id] = Candidate(customer_id, min(both.score, 99), both.evidence[:500])

    for line, documents in documents_named(payer, known):
        for document in documents[:CANDIDATES_MAX]:
            consider(document.customer_id, _DOCUMENTS_SCORE, f"has a document {line.document_number}")
    for document in documents_in_words(payer, known).values():
        words = f"has a document {document.document_number}, which the bank's words name"
        consider(document.customer_id, _DOCUMENTS_SCORE, words)
    for holder in holders:
        consider(holder, _ACCOUNT_SCORE, f"pays from account {payer.payer_account}")
    for customer in known.aliases.get(name_key(payer.payer_name or ""), ()):
        consider(customer, _ALIAS_SCORE, f"was assigned money of {payer.payer_name} before")
    for alike, customer, name in _named_like(payer, known, rules):
        if (score := int(alike.score)) >= _SCORE_SHOWN_MIN:
            note = f" {alike.note}" if alike.note else ""
            consider(customer, min(score, 99), f"is named {name}, {score} % like {payer.payer_name}{note}")
    ranked = sorted(found.values(), key=lambda candidate: (-candidate.score, candidate.customer_id))
    return tuple(ranked[:CANDIDATES_MAX])


def _not_identified(payer: PayerDetails, holders: Sequence[str]) -> str:
    account = payer.payer_account
    if account is None and not payer.payer_name:
        return "the payment names neither a customer nor a payer account"
    name = (
        f"the payer's name {payer.payer_name} identifies no customer beyond doubt"
        if payer.payer_name
        else "no payer's name"
    )
    if account is None:
        return f"the payment names neither a customer nor a payer account; {name}"
    if not holders:
        return f"payer account {account} is not known for any customer; {name}"
    return (
        f"payer account {account} is known for {len(holders)} customers: {', '.join(holders[:CANDIDATES_MAX])}; {name}"
    )
