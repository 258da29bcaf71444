"""What is known of a batch's payers, loaded set-based, and what clerks teach about them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any, Final

from services.cash_app.domain.application_rules import ApplicationRules
from services.cash_app.domain.document_number import document_key
from services.cash_app.domain.identification import Envelope, Identification, Knowledge, identify
from services.cash_app.domain.payer_name import name_key, name_tokens
from services.cash_app.domain.payments import Payment
from services.cash_app.rules_in_force import APPLICATION_RULES
from services.cash_app.store import CashWork
from shared.contracts.erp import PaymentReceived, RemittanceLine

TOKEN_HOLDERS_MAX: Final = 100
"""A part of a name that more customers share tells nobody apart."""


def envelope_of(received: PaymentReceived) -> Envelope:
    """What a payment says about its payer."""
    return Envelope(
        received.company_id,
        received.currency,
        received.customer_id,
        received.payer_account,
        received.payer_name,
        received.remittance,
    )


def suspended_envelope(row: Mapping[str, Any]) -> Envelope:
    """The same of a payment in suspense."""
    lines = tuple(RemittanceLine.model_validate(line) for line in json.loads(row["remittance"]))
    return Envelope(
        row["company_id"], row["currency"], row["stated_customer"], row["payer_account"], row["payer_name"], lines
    )


async def who_paid(
    payers: Sequence[tuple[Envelope, date]], uow: CashWork
) -> tuple[list[Identification], Knowledge, list[ApplicationRules]]:
    """Whose money each is, by envelope and value date; with what was known, and the rules in force."""
    versions = await uow.policy(APPLICATION_RULES)
    rules = [versions.on(value_date).document for _, value_date in payers]
    known = await _known([payer for payer, _ in payers], uow)
    found = [identify(payer, known, policy) for (payer, _), policy in zip(payers, rules, strict=True)]
    unsure = [n for n, one in enumerate(found) if one.customer_id is None and payers[n][0].payer_name]
    if unsure:
        await _learn_names({name_key(payers[n][0].payer_name or "") for n in unsure}, known, uow)
        for n in unsure:
            found[n] = identify(payers[n][0], known, rules[n])
    return found, known, rules


async def _known(payers: Sequence[Envelope], uow: CashWork) -> Knowledge:
    stated = {payer.stated_customer for payer in payers if payer.stated_customer}
    unstated = [payer for payer in payers if not payer.stated_customer]
    stated |= {line.document_number.strip() for payer in unstated for line in payer.remittance}
    accounts = {payer.payer_account for payer in unstated if payer.payer_account}
    customers = {row["customer_id"] for row in await uow.fetch("known_customers", sorted(stated))} if stated else set()
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for row in await uow.fetch("holders_of_accounts", sorted(accounts)) if accounts else []:
        holders[row["payer_account"]].add(row["customer_id"])
    documents = await uow.documents_known(document_key(line.document_number) for p in payers for line in p.remittance)
    return Knowledge(customers, holders, documents)


async def _learn_names(keys: set[str], known: Knowledge, uow: CashWork) -> None:
    """Taught and similar names of payers nobody else identifies."""
    asked = sorted(keys)
    aliases: defaultdict[str, set[str]] = defaultdict(set)
    for row in await uow.fetch("customers_taught", asked):
        aliases[row["key"]].add(row["customer_id"])
    tokens = [(number, token) for number, key in enumerate(asked) for token in name_tokens(key)]
    names: defaultdict[str, list[tuple[str, str]]] = defaultdict(list)
    numbers, words = [number for number, _ in tokens], [token for _, token in tokens]
    for row in await uow.fetch("customers_named_like", numbers, words, TOKEN_HOLDERS_MAX):
        names[asked[row["name_no"]]].append((row["customer_id"], row["name"]))
    known.aliases, known.names = aliases, names


async def keep_names(names: Mapping[str, str], uow: CashWork) -> None:
    """Customers are found by these names from now on."""
    customers = sorted(names)
    tokens = [(token, customer) for customer in customers for token in name_tokens(name_key(names[customer]))]
    await uow.execute("forget_name_tokens", customers)
    await uow.execute("insert_name_tokens", [token for token, _ in tokens], [customer for _, customer in tokens])


async def keep_candidates(
    suspended: Iterable[tuple[str, Identification]], uow: CashWork, *, looked_at_before: bool = False
) -> None:
    """For the clerk: who may have paid money in suspense."""
    found = list(suspended)
    if looked_at_before and found:
        await uow.execute("forget_candidates", sorted(payment_id for payment_id, _ in found))
    for payment_id, one in found:
        for rank, candidate in enumerate(one.candidates, start=1):
            row = (payment_id, rank, candidate.customer_id, candidate.score, candidate.evidence)
            uow.append("insert_candidates", row)


async def teach(payment: Payment, customer_id: str, taught_by: str, uow: CashWork) -> None:
    """A clerk has said whose money it is: its payer's name and account are this customer's from now on."""
    lessons = []
    if payment.payer_name and (key := name_key(payment.payer_name)):
        lessons.append(("alias", key, payment.payer_name))
    if payment.payer_account:
        lessons.append(("account", payment.payer_account, payment.payer_account))
    if lessons:
        columns: list[list[Any]] = [list(column) for column in zip(*lessons, strict=True)]
        await uow.execute("teach", *columns, customer_id, payment.payment_id, taught_by)
