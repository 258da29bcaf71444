"""Rules on credit groups and on collateral."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.account_profile import Collateral
from services.credit.accounts.domain.exposure import ExposureMovement

MEMBERS_MAX: Final = 200
"""A change of one member's exposure locks the whole group; in a larger group the others would wait for too long."""


def collateral_problem(collateral: Collateral, account: CreditAccount, today: date) -> str | None:
    """Why the collateral could never secure the account, in a sentence; None if it can."""
    expires_on = collateral.expires_on
    if expires_on is not None and expires_on < collateral.valid_from:
        return f"it would expire on {expires_on}, before it begins on {collateral.valid_from}: give a later day"
    if expires_on is not None and expires_on < today:
        return f"it expired on {expires_on}, before today ({today}): enter collateral that is still valid"
    if account.valuation.rates.convert(collateral.amount, collateral.currency, account.currency) is None:
        return (
            f"no exchange rate between {collateral.currency} and {account.currency} is known: enter one in the ERP, or "
            f"enter the collateral in {account.currency}"
        )
    return None


def member_problem(account: CreditAccount, group_id: str, pooled_limit: Decimal | None, currency: str) -> str | None:
    """Why the account cannot share a limit in `currency`, in a sentence; None if it can."""
    rates = account.valuation.rates
    if pooled_limit is None or rates.convert(Decimal(1), account.currency, currency) is not None:
        return None
    return (
        f"no exchange rate from {account.currency}, the currency of {account.customer_id}, to {currency} is known: "
        f"enter one in the ERP before {account.customer_id} shares the limit of group {group_id} in {currency}"
    )


def collateral_movements(
    customer_id: str, collateral: Collateral, withdrawn_on: date | None = None
) -> list[ExposureMovement]:
    """The dated changes of exposure: beginning and end when it is entered, the rest of it when it is withdrawn."""
    amount, begins = collateral.amount, collateral.valid_from
    ends = collateral.expires_on + timedelta(days=1) if collateral.expires_on is not None else None
    if withdrawn_on is None:
        dated = [(begins, -amount), *([(ends, amount)] if ends is not None else [])]
    elif ends is not None and ends <= withdrawn_on:
        dated = []
    else:
        dated = [(withdrawn_on, amount), *([(ends, -amount)] if ends is not None else [])]
    return [
        ExposureMovement(
            customer_id=customer_id,
            on=on,
            part="collateral",
            detail=collateral.kind,
            currency=collateral.currency,
            change=change,
            cause_id=collateral.collateral_id,
        )
        for on, change in dated
    ]
