"""What clerks send about remittance advice."""

from __future__ import annotations

from shared.chassis.http.schemas import WithReason


class AdviceBody(WithReason):
    """Whether what the money settled is reversed and the advice followed, or the advice is set aside."""

    as_advised: bool
