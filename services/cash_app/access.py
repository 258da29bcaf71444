"""Who may look at cash application, and who may change it: said once for all routes."""

from __future__ import annotations

from typing import Annotated

from shared.chassis.http import Command, Person, ReadSession, command_for_roles, read_session, require_roles

Reader = Annotated[Person, require_roles("cash_clerk", "controller", "collector", "credit_analyst", "credit_manager")]
Clerk = Annotated[Command, command_for_roles("cash_clerk")]
Books = Annotated[ReadSession, read_session()]
