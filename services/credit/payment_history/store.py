"""Loading payment histories: one query for all customers of a batch."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date
from decimal import Decimal

from services.credit.payment_history.domain.payment_facts import PaymentFacts, PaymentFactsQuery
from shared.chassis.transaction.policy_book import Reader
from shared.kernel.calendar import months_before
from shared.kernel.money import round_half_up


async def load_payment_facts(
    queries: Collection[PaymentFactsQuery], reader: Reader
) -> dict[tuple[str, date], PaymentFacts]:
    """How these customers had paid by a day, by customer and day. One without any payment has empty figures."""
    wanted = {(query.customer_id, query.as_of): query for query in queries}
    if not wanted:
        return {}
    columns = [
        (query.customer_id, query.currency, query.as_of, query.since, query.recent)
        for _, query in sorted(wanted.items(), key=lambda pair: pair[0])
    ]
    rows = await reader.fetch("payment_facts", *map(list, zip(*columns, strict=True)))
    found = dict.fromkeys(wanted, PaymentFacts())
    for row in rows:
        key = row["customer_id"], row["as_of"]
        found[key] = PaymentFacts.of(row, wanted[key])
    return found


async def load_yearly_sales(customer_id: str, currency: str, on: date, reader: Reader) -> Decimal:
    """What we invoiced the customer in `currency` over the twelve months up to a day."""
    rows = await reader.fetch("yearly_sales", customer_id, currency, months_before(on, 12), on)
    return round_half_up(rows[0]["amount"], currency)
