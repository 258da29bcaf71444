"""Who may read cash application and who may change it, for all routes."""

from __future__ import annotations

from typing import Annotated

from shared.chassis.http import Command, Person, ReadSession, command_for_roles, read_session, require_roles

Reader = Annotated[Person, require_roles("cash_clerk", "controller", "collector", "credit_analyst", "credit_manager")]
Clerk = Annotated[Command, command_for_roles("cash_clerk")]
ClerkOrController = Annotated[Command, command_for_roles("cash_clerk", "controller")]
Approver = Annotated[Command, command_for_roles("cash_clerk", "controller", "credit_manager")]
"""May request and approve; how much, the policies state."""
Books = Annotated[ReadSession, read_session()]
