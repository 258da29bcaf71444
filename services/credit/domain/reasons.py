"""Why an order is held, in words a clerk can read to a customer."""

from __future__ import annotations

from decimal import Decimal

from shared.contracts.invoicing import Reason
from shared.kernel.money import Money


def account_held(reason: str) -> Reason:
    return Reason(code="account-held", text=f"The account is on hold: {reason}"[:500])


def other_currency(order_currency: str, account_currency: str) -> Reason:
    return Reason(
        code="other-currency",
        text=f"The order is in {order_currency}, but the credit account is kept in {account_currency}: "
        "there is no limit the order could be judged by.",
    )


def over_limit(amount: Decimal, exposure: Decimal, ceiling: Decimal, currency: str) -> Reason:
    """`ceiling` is the exposure up to which orders are approved."""
    over = exposure + amount - ceiling
    return Reason(
        code="over-limit",
        text=f"The order of {Money(amount, currency)} on top of {Money(exposure, currency)} owed and on order "
        f"is {Money(over, currency)} above the credit of {Money(ceiling, currency)}.",
    )
