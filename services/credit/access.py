"""Who may look at credit, and who may change it: said once for all routes."""

from __future__ import annotations

from typing import Annotated

from shared.chassis.http import Command, Person, ReadSession, command_for_roles, read_session, require_roles

Viewer = Annotated[Person, require_roles("credit_analyst", "credit_manager", "collector", "controller")]
Manager = Annotated[Command, command_for_roles("credit_manager")]
Decider = Annotated[Command, command_for_roles("credit_analyst", "credit_manager")]
"""Within the authority that the policy gives to the role."""
Db = Annotated[ReadSession, read_session()]
