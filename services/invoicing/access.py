"""Who may read orders and documents, and who may change them: declared once for all routes."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from fastapi import Query

from shared.chassis.http import Command, Person, ReadSession, command_for_roles, read_session, require_roles

Viewer = Annotated[Person, require_roles("credit_analyst", "credit_manager", "collector", "cash_clerk", "controller")]
Controller = Annotated[Command, command_for_roles("controller")]
CreditMemoIssuer = Annotated[Command, command_for_roles("collector", "cash_clerk", "credit_manager", "controller")]
"""Grants customers credit memos, up to the amount that the policy allows the role."""
Db = Annotated[ReadSession, read_session()]
Filter = Annotated[str | None, Query(max_length=80)]
FromDate = Annotated[date | None, Query(description="First date, included.")]
ToDate = Annotated[date | None, Query(description="Last date, included.")]
