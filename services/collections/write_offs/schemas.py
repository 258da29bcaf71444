"""Write-offs over HTTP; requests are answered and listed as approvals."""

from __future__ import annotations

from shared.chassis.http.schemas import WithReason
from shared.contracts.event import PositiveAmount


class RequestedWriteOff(WithReason):
    """How much of an item is to be written off, in its currency, and why."""

    amount: PositiveAmount
