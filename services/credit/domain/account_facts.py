"""What is known about an account and an order at the moment the order is judged."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from services.credit.domain.authorisation import Facts
from services.credit.domain.standing import NOTHING

if TYPE_CHECKING:
    from services.credit.domain.account import CreditAccount


def facts_about(account: CreditAccount, amount: Decimal, currency: str, on: date) -> Facts:
    """The facts about an order of `amount` in `currency` on a business day."""
    valuation, group = account.valuation, account.group
    rates = valuation.rates
    converted = rates.converted(amount, currency, account.currency)
    standing = account.standing
    days_overdue, overdue = standing.overdue(account.currency, on)
    pooled = group is not None and group.pooled_limit is not None
    group_exposure = group.exposure(valuation) if group is not None and pooled else Decimal(0)
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
        day_amount=account.ordered_amount if account.ordered_on == on else NOTHING,
        days_overdue=days_overdue,
        overdue_amount=overdue,
        account_state=account.state,
        limit_expired_days=standing.limit_expired_days(on),
        dunning_level=standing.dunning_level,
        broken_promises=standing.broken_promises,
        net_days=standing.net_days,
        jurisdiction=standing.jurisdiction,
        holds=tuple(account.holds.values()),
        without_rate=account.without_rate,
        group_id=account.group_id,
        group_currency=group.currency if group is not None else "",
        group_limit=group.pooled_limit if group is not None else None,
        group_exposure=group_exposure or Decimal(0),
        group_amount=group_amount,
        converted_over=rates.way(currency, account.currency) if currency != account.currency else None,
    )
