"""Who may look at orders and documents, and who may change them: said once for all routes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from shared.chassis.http import Command, Person, ReadSession, command_for_roles, read_session, require_roles

Viewer = Annotated[Person, require_roles("credit_analyst", "credit_manager", "collector", "cash_clerk", "controller")]
Controller = Annotated[Command, command_for_roles("controller")]
Giver = Annotated[Command, command_for_roles("collector", "cash_clerk", "credit_manager", "controller")]
"""Gives customers credit, within the authority that the policy gives to the role."""
Db = Annotated[ReadSession, read_session()]
Filter = Annotated[str | None, Query(max_length=80)]
