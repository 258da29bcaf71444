"""What is known of a batch's payers, loaded set-based, and what is learned about them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from services.cash_app.application.domain.application_rules import ApplicationRules
from services.cash_app.application.policy import APPLICATION_RULES
from services.cash_app.identification.domain.identification import (
    Identification,
    PayerDetails,
    PayerKnowledge,
    identify,
)
from services.cash_app.identification.domain.payer_name import name_key, name_tokens, read_name
from services.cash_app.open_items.domain.document_number import document_key, reference_key
from services.cash_app.payments.domain.payment import Payment, words_of
from services.cash_app.payments.store import references_from_json, remittance_from_json
from services.cash_app.remittance_text.domain.mentions import customers_in, keys_in
from services.cash_app.work import CashWork
from shared.contracts.erp import PaymentReceived

TOKEN_HOLDERS_MAX: Final = 100
"""A part of a name that more customers share does not distinguish them."""


def payer_details_of(received: PaymentReceived) -> PayerDetails:
    """What a payment states about its payer."""
    return PayerDetails(
        received.company_id,
        received.currency,
        received.customer_id,
        received.payer_account,
        received.payer_name,
        received.remittance,
        received.amount,
        words_of(received.details, received.references),
    )


def suspended_payer_details(row: Mapping[str, Any]) -> PayerDetails:
    """What a payment in suspense states about its payer."""
    lines = remittance_from_json(row["remittance"])
    words = words_of(row["details"], references_from_json(row["bank_references"]))
    return PayerDetails(
        row["company_id"], row["currency"], row["stated_customer"], row["payer_account"], row["payer_name"], lines,
        row["unapplied_amount"], words,
    )  # fmt: skip


async def identify_payers(
    payers: Sequence[tuple[PayerDetails, date]], uow: CashWork
) -> tuple[list[Identification], PayerKnowledge, list[ApplicationRules]]:
    """The customer of each payment, by payer and value date; with what was known, and the rules in force."""
    versions = await uow.policy(APPLICATION_RULES)
    rules = [versions.on(value_date).document for _, value_date in payers]
    known = await _load_knowledge([payer for payer, _ in payers], uow)
    found = [identify(payer, known, policy) for (payer, _), policy in zip(payers, rules, strict=True)]
    unsure = [n for n, one in enumerate(found) if one.customer_id is None and payers[n][0].payer_name]
    if unsure:
        await _load_names({payers[n][0].payer_name or "" for n in unsure}, known, uow)
        for n in unsure:
            found[n] = identify(payers[n][0], known, rules[n])
    return found, known, rules


async def _load_knowledge(payers: Sequence[PayerDetails], uow: CashWork) -> PayerKnowledge:
    stated = {payer.stated_customer for payer in payers if payer.stated_customer}
    unstated = [payer for payer in payers if not payer.stated_customer]
    only_words = [payer for payer in payers if payer.words and not payer.remittance]
    stated |= {customer for payer in only_words if not payer.stated_customer for customer in customers_in(payer.words)}
    stated |= {line.document_number.strip() for payer in unstated for line in payer.remittance}
    accounts = {payer.payer_account for payer in unstated if payer.payer_account}
    rows = await uow.fetch("known_customers", sorted(stated)) if stated else []
    customers = {row["customer_id"]: row["bill_to_id"] for row in rows}
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for row in await uow.fetch("holders_of_accounts", sorted(accounts)) if accounts else []:
        holders[row["payer_account"]].add(row["customer_id"])
    numbers = {line.document_number for payer in payers for line in payer.remittance}
    words = {key for payer in only_words for key in keys_in(payer.words)}
    references = {reference_key(number) for number in numbers} | words
    documents = await uow.known_documents(map(document_key, numbers), references, words=bool(words))
    return PayerKnowledge(customers, holders, documents, uow.known_references)


async def _load_names(written: set[str], known: PayerKnowledge, uow: CashWork) -> None:
    """Learned and similar names of payers that nothing else identifies; a name without letters is like no other."""
    by_key = {key: name for name in sorted(written) if (key := name_key(name))}
    if not by_key:
        return
    asked = sorted(by_key)
    taught: defaultdict[str, set[str]] = defaultdict(set)
    keys = {key: read_name(name).taught_as for key, name in by_key.items()}
    for row in await uow.fetch("customers_by_alias", sorted({key for of in keys.values() for key in of})):
        taught[row["key"]].add(row["customer_id"])
    aliases = {key: next((taught[one] for one in of if one in taught), set()) for key, of in keys.items()}
    tokens = [(number, token) for number, key in enumerate(asked) for token in name_tokens(by_key[key])]
    names: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    numbers, words = [number for number, _ in tokens], [token for _, token in tokens]
    for row in await uow.fetch("customers_named_like", numbers, words, TOKEN_HOLDERS_MAX):
        names[asked[row["name_no"]]].append((row["customer_id"], row["name"]))
    known.aliases, known.names = aliases, names


async def index_customer_names(names: Mapping[str, str], uow: CashWork) -> None:
    """Customers are found by these names from now on."""
    customers = sorted(names)
    tokens = [(token, customer) for customer in customers for token in name_tokens(names[customer])]
    await uow.execute("delete_name_tokens", customers)
    await uow.execute("insert_name_tokens", [token for token, _ in tokens], [customer for _, customer in tokens])


async def store_payer_candidates(
    suspended: Iterable[tuple[str, Identification]], uow: CashWork, *, replace: bool = False
) -> None:
    """Stores who may have paid money in suspense, for the clerk; `replace`: instead of what was stored before."""
    found = list(suspended)
    if replace and found:
        await uow.execute("delete_candidates", sorted(payment_id for payment_id, _ in found))
    for payment_id, one in found:
        for rank, candidate in enumerate(one.candidates, start=1):
            row = (payment_id, rank, candidate.customer_id, candidate.score, candidate.evidence)
            uow.append("insert_candidates", row)


async def learn_payer_alias(payment: Payment, customer_id: str, learned_from: str, uow: CashWork) -> None:
    """A clerk assigned the money: its payer's name and account identify this customer from now on."""
    aliases = []
    if payment.payer_name and (key := name_key(payment.payer_name)):
        aliases.append(("name", key, payment.payer_name))
    if payment.payer_account:
        aliases.append(("account", payment.payer_account, payment.payer_account))
    if aliases:
        columns: list[list[Any]] = [list(column) for column in zip(*aliases, strict=True)]
        await uow.execute("learn_payer_aliases", *columns, customer_id, payment.payment_id, learned_from)
