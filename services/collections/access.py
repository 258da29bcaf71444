"""Who may read and command what in collections, in one place for all routes."""

from __future__ import annotations

from typing import Annotated

from shared.chassis.http import Command, Person, ReadSession, command_for_roles, read_session, require_roles

Reader = Annotated[Person, require_roles("collector", "credit_analyst", "credit_manager", "cash_clerk", "controller")]
Books = Annotated[ReadSession, read_session()]

CollectorCommand = Annotated[Command, command_for_roles("collector", "credit_manager")]
CreditCommand = Annotated[Command, command_for_roles("credit_manager", "credit_analyst")]
DeductionCommand = Annotated[Command, command_for_roles("collector", "credit_manager", "controller")]
ApproverCommand = Annotated[Command, command_for_roles("credit_manager", "controller")]
