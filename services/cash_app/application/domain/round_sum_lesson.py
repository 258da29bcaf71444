"""What a clerk's application of a round payment teaches: whether the customer's round sums pay its oldest items."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Final, Literal

from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.application.domain.rule_set import MatchCase, is_round, round_sum
from services.cash_app.application.domain.settlement import SettledLine
from services.cash_app.payments.domain.payment import Payment

Choice = Literal["oldest", "other"]
_PAYMENTS_SHOWN_MAX: Final = 3


def may_teach(payment: Payment) -> bool:
    """Whether it is a round payment without a remittance."""
    return payment.method != "credit_memo" and not payment.remittance and is_round(payment.amount, payment.currency)


def choice_of(payment: Payment, chosen: Mapping[str, Decimal], book: CustomerSubledger) -> Choice | None:
    """What a clerk chose, as cash by item id, before it is booked; all open items are in the subledger.

    None where there is no choice to make (the money pays all that is open), or where more lines may follow: these are
    of the oldest items.
    """
    if not may_teach(payment):
        return None
    rules = book.in_force(payment)[1]
    pool = book.pool_of((payment.company_id, payment.currency), rules.rule_set)
    if pool.open_total <= payment.unapplied_amount:
        return None
    case = MatchCase(payment, payment.unapplied_amount, pool, rules, payment.value_date)
    oldest = {line.item.item_id: line.cash for line in round_sum(case) or ()}
    if chosen == oldest:
        return "oldest" if payment.unapplied_amount == payment.amount and pool.open_count > 1 else None
    first = dict(list(oldest.items())[: len(chosen)])
    return None if chosen == first else "other"


def as_taught(case: MatchCase, payment_ids: Sequence[str]) -> list[SettledLine] | None:
    """A round sum paid on account of the oldest items, as a clerk did with these payments before."""
    lines = round_sum(case)
    if lines is None:
        return None
    evidence = f"as a clerk did with payments {', '.join(payment_ids[-_PAYMENTS_SHOWN_MAX:])} before"
    return [line._replace(why=f"{line.why}, {evidence}", evidence=evidence) for line in lines]
