"""Who may look at cash application, and who may change it: said once for all routes."""

from __future__ import annotations

from typing import Annotated

from shared.chassis.http import Command, Person, Reading, commanded_by, may, reading

Reader = Annotated[Person, may("cash_clerk", "controller", "collector", "credit_analyst", "credit_manager")]
Clerk = Annotated[Command, commanded_by("cash_clerk")]
Books = Annotated[Reading, reading()]
