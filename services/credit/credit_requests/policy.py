"""The policy `credit_requests`: how credit requests are decided."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from services.credit.credit_requests.domain.request_policy import RequestPolicy
from shared.chassis.declare.policies import PolicyKind

CREDIT_REQUESTS: Final = PolicyKind(
    name="credit_requests",
    document=RequestPolicy,
    default=Path(__file__).parent / "policy.json",
    changed_by=("credit_manager",),
)
