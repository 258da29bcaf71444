"""Collateral: what may be entered, and when it changes exposure."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from services.credit.domain.account import CreditAccount
from services.credit.domain.standing import Security
from services.credit.lookup import exact
from shared.chassis.http import Unprocessable


def check_collateral(
    account: CreditAccount, currency: str, amount: Decimal, first_day: date, expires_on: date | None, today: date
) -> None:
    """Raises Unprocessable where it could never secure the account."""
    exact(amount, currency)
    if expires_on is not None and expires_on < first_day:
        raise Unprocessable(f"it would expire on {expires_on}, before it begins on {first_day}: give a later day")
    if expires_on is not None and expires_on < today:
        raise Unprocessable(f"it expired on {expires_on}, before today ({today}): enter what still secures the account")
    if account.valuation.rates.converted(amount, currency, account.currency) is None:
        raise Unprocessable(
            f"no exchange rate between {currency} and {account.currency} is known: the ERP must tell one, or enter the "
            f"collateral in {account.currency}"
        )


def collateral_movements(security: Security, withdrawn_on: date | None) -> list[tuple[date, Decimal]]:
    """The dated changes of exposure: its beginning and end when it is entered, the rest of it when it is withdrawn."""
    end = security.expires_on + timedelta(days=1) if security.expires_on is not None else None
    if withdrawn_on is None:
        return [(security.valid_from, -security.amount), *([(end, security.amount)] if end is not None else [])]
    if end is not None and end <= withdrawn_on:
        return []
    return [(withdrawn_on, security.amount), *([(end, -security.amount)] if end is not None else [])]
