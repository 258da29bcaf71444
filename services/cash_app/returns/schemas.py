"""What clerks send about returns."""

from __future__ import annotations

from services.cash_app.payments.schemas import WithReason
from shared.contracts.event import Identifier


class MatchBody(WithReason):
    payment_id: Identifier
