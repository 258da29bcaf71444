"""What people send to refund money, and the decision about a refund or write-off."""

from __future__ import annotations

from services.cash_app.payments.schemas import WithVersion
from shared.contracts.event import PositiveAmount


class RefundBody(WithVersion):
    amount: PositiveAmount
