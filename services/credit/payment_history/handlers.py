"""Events that add to a customer's payment history."""

from __future__ import annotations

from services.credit.payment_history.domain.trade_days import TradeDay
from services.credit.work import CreditWork
from shared.contracts.collections import PromiseBroken


async def add_broken_promises(promises: list[PromiseBroken], uow: CreditWork) -> None:
    """A broken promise counts against the customer's history."""
    for promise in promises:
        day = TradeDay(promise.customer_id, promise.currency, promise.judged_on, broken_promises=1)
        uow.append("add_trade_days", day)
