"""One payer, several customers: the money is split by what the remittance says.

A parent's money for a child's documents goes to the child, by policy. Anybody else's goes to another customer only
where the line pays that customer's document exactly; a payment that names its customer is not split otherwise.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from decimal import Decimal

from services.cash_app.domain.application_rules import ApplicationRules
from services.cash_app.domain.document_number import document_key
from services.cash_app.domain.identification import Envelope, Identification, Knowledge, fits
from shared.contracts.erp import PaymentReceived, RemittanceLine

Part = tuple[PaymentReceived, Identification]


def split(
    received: PaymentReceived, payer: Envelope, found: Identification, known: Knowledge, rules: ApplicationRules
) -> list[Part]:
    """The payment, or its parts: the payer's own first, under the payment's id, others under ids derived from it."""
    whole = [(received, found)]
    if found.customer_id is None or not received.remittance:
        return whole
    lines: defaultdict[str, list[RemittanceLine]] = defaultdict(list)
    for line in received.remittance:
        lines[_whose(line, payer, found.customer_id, known, rules)].append(line)
    others = sorted(customer for customer in lines if customer != found.customer_id)
    total = sum((line.amount for customer in others for line in lines[customer]), Decimal(0))
    if not others or total > received.amount:
        return whole
    if total == received.amount and len(others) == 1:
        return [(received, _for(others[0], found, lines[others[0]]))]
    parts: list[Part] = []
    rest = received.amount - total
    if rest:
        own = received.model_copy(update={"amount": rest, "remittance": tuple(lines[found.customer_id])})
        parts.append((own, found))
    for number, customer in enumerate(others, start=len(parts) + 1):
        part = {
            "amount": sum((line.amount for line in lines[customer]), Decimal(0)),
            "remittance": tuple(lines[customer]),
        }
        if number > 1:
            part |= {
                "payment_id": f"{received.payment_id}/{number}",
                "bank_reference": f"{received.bank_reference}/{number}",
            }
        parts.append((received.model_copy(update=part), _for(customer, found, lines[customer])))
    return parts


def _whose(line: RemittanceLine, payer: Envelope, customer_id: str, known: Knowledge, rules: ApplicationRules) -> str:
    documents = known.documents.get((payer.company_id, document_key(line.document_number)), ())
    if len(documents) != 1 or documents[0].customer_id == customer_id or line.amount <= 0:
        return customer_id
    owner = documents[0].customer_id
    if rules.pays_for(customer_id, owner):
        return owner
    return owner if payer.stated_customer is None and fits(line, documents[0], payer.currency) else customer_id


def _for(customer: str, found: Identification, lines: Sequence[RemittanceLine]) -> Identification:
    numbers = ", ".join(line.document_number for line in lines[:5])
    why = f"paid by {found.customer_id} ({found.why}) for customer {customer}, whose {numbers} the remittance names"
    return Identification(customer, why[:500], "documents")
