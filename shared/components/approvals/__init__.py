"""Approvals: what one person requests and a second person approves or declines, in one table for every kind.

A service adopts the component so:

1. `app.py`: add `approvals.COMPONENT` to `components` (table `approval`, `GET /approvals`, `GET /approvals/{id}`);
2. the command that asks: check the amount, then `await request_approval(uow, command, ApprovalRequest(...))`; nothing
   is posted yet;
3. the command that decides: `await load_pending(uow, command, approval_id)`, then
   `shared.kernel.authority.check_authority` with the limits of the kind's policy, post what was approved, and
   `await decide(uow, command, approval, ApprovalState.APPROVED, reason)`; to decline, `decide` with `DECLINED`;
4. delete its own table, queries and list route. The state before a decision is `pending` (it was `waiting`).

The audit entries `request_<kind>`, `approve_<kind>` and `decline_<kind>` name the subject and are written in the
same transaction. Whether an amount may be posted without a second person is the service's own rule.
"""

from __future__ import annotations

from pathlib import Path

from shared.chassis.declare.service import Component
from shared.components.approvals.api import router
from shared.components.approvals.commands import decide, load_pending, request_approval
from shared.components.approvals.domain import Approval, ApprovalRequest, ApprovalState

COMPONENT = Component("approvals", Path(__file__).parent, router)

__all__ = [
    "COMPONENT",
    "Approval",
    "ApprovalRequest",
    "ApprovalState",
    "decide",
    "load_pending",
    "request_approval",
]
