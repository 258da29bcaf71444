"""Who may read credit, and who may change it: declared once for all routes."""

from __future__ import annotations

from typing import Annotated

from shared.chassis.http import Command, Person, ReadSession, command_for_roles, read_session, require_roles

Viewer = Annotated[Person, require_roles("credit_analyst", "credit_manager", "collector", "controller")]
Manager = Annotated[Command, command_for_roles("credit_manager")]
Decider = Annotated[Command, command_for_roles("credit_analyst", "credit_manager")]
"""Within the authority that the policies give to the role."""
Db = Annotated[ReadSession, read_session()]
