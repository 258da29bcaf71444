"""What is known about an account and an order at the moment the order is judged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from services.credit.domain.authorisation import Facts

if TYPE_CHECKING:
    from services.credit.domain.account import CreditAccount


def facts_about(account: CreditAccount, amount: Decimal, currency: str, on: date) -> Facts:
    """The facts about an order of `amount` in `currency` on a business day."""
    rates, group = account.valuation.rates, account.group
    converted = rates.converted(amount, currency, account.currency)
    days_overdue, overdue = overdue_on(account, on)
    pooled = group is not None and group.pooled_limit is not None
    group_exposure = group.exposure(rates) if group is not None and pooled else Decimal(0)
    group_amount = None
    if group is not None and pooled and group_exposure is not None:
        group_amount = rates.converted(amount, currency, group.currency)
    return Facts(
        customer_id=account.customer_id,
        currency=account.currency,
        limit=account.credit_limit,
        exposure=account.exposure,
        amount=converted,
        order_currency=currency,
        day_amount=account.ordered_amount if account.ordered_on == on else Decimal(0),
        days_overdue=days_overdue,
        overdue_amount=overdue,
        account_state=account.state,
        limit_expired_days=account.standing.limit_expired_days(on),
        dunning_level=account.standing.dunning_level,
        broken_promises=account.standing.broken_promises,
        net_days=account.standing.net_days,
        jurisdiction=account.standing.jurisdiction,
        holds=tuple(account.holds.values()),
        without_rate=account.without_rate,
        group_id=account.group_id,
        group_currency=group.currency if group is not None else "",
        group_limit=group.pooled_limit if group is not None else None,
        group_exposure=group_exposure or Decimal(0),
        group_amount=group_amount,
    )


def overdue_on(account: CreditAccount, on: date) -> tuple[int, Decimal]:
    """Days the oldest item is overdue, and all that is overdue, in the account's currency."""
    overdue = [(due, amount) for due, amount in account.standing.due(account.currency) if due < on]
    if not overdue:
        return 0, Decimal(0)
    return (on - min(overdue)[0]).days, sum((amount for _, amount in overdue), Decimal(0))
