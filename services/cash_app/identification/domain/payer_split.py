"""One payer, several customers: the money is split by what the remittance names, or by what it exactly pays.

By policy, a parent's money for a child's documents goes to the child. Other money goes to another customer only where
the line pays that customer's document exactly; a payment that names its customer is not split otherwise. A parent's
money without a remittance goes to the accounts of the payer group whose documents it exactly pays, else to the parent.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from services.cash_app.application.domain.application_rules import ApplicationRules
from services.cash_app.application.domain.exact_sum import unique_sum
from services.cash_app.identification.domain.identification import (
    Identification,
    PayerDetails,
    PayerKnowledge,
    documents_in_words,
    fits,
)
from services.cash_app.open_items.domain.document_number import document_key
from services.cash_app.open_items.domain.known_document import KnownDocument
from services.cash_app.open_items.domain.open_item import OpenItem
from shared.contracts.erp import PaymentReceived, RemittanceLine
from shared.kernel.money import minor_units

Part = tuple[PaymentReceived, Identification]
_GROUP_ITEMS_MAX = 200
_NUMBERS_SHOWN_MAX = 5


@dataclass(frozen=True, slots=True)
class Share:
    """What of a payment belongs to another customer than its payer, in the payment's currency, and why."""

    customer_id: str
    amount: Decimal
    lines: tuple[RemittanceLine, ...]
    why: str
    item_ids: tuple[str, ...] = ()
    """What an amount without a remittance exactly pays."""


def shares(
    payer: PayerDetails,
    amount: Decimal,
    found: Identification,
    known: PayerKnowledge,
    rules: ApplicationRules,
    *,
    group: Sequence[OpenItem] = (),
) -> list[Share]:
    """The shares of other customers, by customer number; none where all is the payer's.

    `group`: the open items of the payer group.
    """
    if found.customer_id is None:
        return []
    if not payer.remittance:
        named = documents_in_words(payer, known)
        if named:
            return _of_words(named, amount, found, rules)
        return _of_payer_group(payer, amount, found, rules, group)
    lines: defaultdict[str, list[RemittanceLine]] = defaultdict(list)
    for line in payer.remittance:
        lines[_whose(line, payer, found.customer_id, known, rules)].append(line)
    others = sorted(customer for customer in lines if customer != found.customer_id)
    if not others:
        return []
    total = sum((line.amount for customer in others for line in lines[customer]), Decimal(0))
    if total > amount:
        return []
    return [
        Share(
            customer,
            sum((line.amount for line in lines[customer]), Decimal(0)),
            tuple(lines[customer]),
            _named(customer, found, [line.document_number for line in lines[customer]]),
        )
        for customer in others
    ]


def split(received: PaymentReceived, found: Identification, others: Sequence[Share]) -> list[Part]:
    """The payment, or its parts: the payer's own first, under the payment's id, others under ids derived from it."""
    if not others:
        return [(received, found)]
    if len(others) == 1 and others[0].amount == received.amount:
        return [(received, Identification(others[0].customer_id, others[0].why, "documents"))]
    parts: list[Part] = []
    rest = received.amount - sum((share.amount for share in others), Decimal(0))
    if rest:
        elsewhere = {id(line) for share in others for line in share.lines}
        own = tuple(line for line in received.remittance if id(line) not in elsewhere)
        parts.append((received.model_copy(update={"amount": rest, "remittance": own}), found))
    for number, share in enumerate(others, start=len(parts) + 1):
        part: dict[str, object] = {"amount": share.amount, "remittance": share.lines}
        if number > 1:
            part |= {
                "payment_id": f"{received.payment_id}/{number}",
                "bank_reference": f"{received.bank_reference}/{number}",
            }
        parts.append((received.model_copy(update=part), Identification(share.customer_id, share.why, "documents")))
    return parts


def _whose(
    line: RemittanceLine, payer: PayerDetails, customer_id: str, known: PayerKnowledge, rules: ApplicationRules
) -> str:
    documents = known.documents.get((payer.company_id, document_key(line.document_number)), ())
    if len(documents) != 1 or documents[0].customer_id == customer_id or line.amount <= 0:
        return customer_id
    owner = documents[0].customer_id
    if rules.pays_for(customer_id, owner):
        return owner
    return owner if payer.stated_customer is None and fits(line, documents[0], payer.currency) else customer_id


def _of_words(
    named: Mapping[str, KnownDocument], amount: Decimal, found: Identification, rules: ApplicationRules
) -> list[Share]:
    """All of it where the bank's words name documents of one customer only, for whom the payer pays."""
    owners = {document.customer_id for document in named.values()}
    owner = min(owners)
    if len(owners) > 1 or not rules.pays_for(found.customer_id or "", owner):
        return []
    numbers = ", ".join(sorted({document.document_number for document in named.values()})[:_NUMBERS_SHOWN_MAX])
    why = f"paid by {found.customer_id} ({found.why}) for customer {owner}, whose {numbers} the bank's words name"
    return [Share(owner, amount, (), why[:500])]


def _of_payer_group(
    payer: PayerDetails, amount: Decimal, found: Identification, rules: ApplicationRules, group: Sequence[OpenItem]
) -> list[Share]:
    """What the amount exactly pays of the group's documents, if there is exactly one solution."""
    parent = found.customer_id or ""
    if not group or rules.parent_without_remittance != "exact_of_payer_group":
        return []
    items = [item for item in group if (item.company_id, item.currency) == (payer.company_id, payer.currency)]
    own = [item for item in items if item.customer_id == parent]
    if any(item.open_amount == amount for item in own) or sum(item.open_amount for item in own) == amount:
        return []
    paid = _exactly_paid(items, amount)
    by_customer: defaultdict[str, list[OpenItem]] = defaultdict(list)
    for item in paid:
        by_customer[item.customer_id].append(item)
    return [
        Share(
            customer,
            sum((item.open_amount for item in by_customer[customer]), Decimal(0)),
            (),
            _exact(customer, found, [item.document_number for item in by_customer[customer]]),
            tuple(item.item_id for item in by_customer[customer]),
        )
        for customer in sorted(by_customer)
        if customer != parent
    ]


def _exactly_paid(items: Sequence[OpenItem], amount: Decimal) -> Sequence[OpenItem]:
    single = [item for item in items if item.open_amount == amount]
    if single:
        return single if len(single) == 1 else ()
    if sum(item.open_amount for item in items) == amount:
        return items
    if len(items) > _GROUP_ITEMS_MAX or not items:
        return ()
    currency = items[0].currency
    found = unique_sum([minor_units(item.open_amount, currency) for item in items], minor_units(amount, currency))
    return [items[position] for position in found.positions or ()]


def _named(customer: str, found: Identification, numbers: Sequence[str]) -> str:
    named = ", ".join(numbers[:_NUMBERS_SHOWN_MAX])
    payer = f"paid by {found.customer_id} ({found.why})"
    return f"{payer} for customer {customer}, whose {named} the remittance names"[:500]


def _exact(customer: str, found: Identification, numbers: Sequence[str]) -> str:
    paid = ", ".join(numbers[:_NUMBERS_SHOWN_MAX])
    return (
        f"paid by {found.customer_id} ({found.why}), who pays for customer {customer}: "
        f"of all that the payer group owes, the amount is exactly that of {paid}"
    )[:500]
