"""What clerks send about returns."""

from __future__ import annotations

from shared.chassis.http.schemas import WithReason
from shared.contracts.event import Identifier


class MatchBody(WithReason):
    payment_id: Identifier
