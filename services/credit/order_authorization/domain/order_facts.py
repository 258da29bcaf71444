"""Collecting the facts about an account and an order when the order is evaluated."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.account_profile import NOTHING
from services.credit.order_authorization.domain.evaluation import OrderFacts


def facts_about(account: CreditAccount, amount: Decimal, currency: str, on: date) -> OrderFacts:
    """The facts about an order of `amount` in `currency` on a business day."""
    valuation, group = account.valuation, account.group
    rates = valuation.rates
    converted = rates.convert(amount, currency, account.currency)
    profile = account.profile
    days_overdue, overdue = profile.overdue(account.currency, on)
    pooled = group is not None and group.pooled_limit is not None
    group_exposure = group.exposure(valuation) if group is not None and pooled else Decimal(0)
    group_amount = None
    if group is not None and pooled and group_exposure is not None:
        group_amount = rates.convert(amount, currency, group.currency)
    return OrderFacts(
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
        limit_expired_days=profile.limit_expired_days(on),
        dunning_level=profile.dunning_level,
        broken_promises=profile.broken_promises,
        net_days=profile.net_days,
        jurisdiction=profile.jurisdiction,
        holds=tuple(account.holds.values()),
        without_rate=account.without_rate,
        group_id=account.group_id,
        group_currency=group.currency if group is not None else "",
        group_limit=group.pooled_limit if group is not None else None,
        group_exposure=group_exposure or Decimal(0),
        group_amount=group_amount,
        converted_over=rates.crossed_over(currency, account.currency) if currency != account.currency else None,
    )
