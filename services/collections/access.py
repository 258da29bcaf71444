"""Who may look at collections: said once for all routes."""

from __future__ import annotations

from typing import Annotated

from shared.chassis.http import Person, Reading, may, reading

Reader = Annotated[Person, may("collector", "credit_analyst", "credit_manager", "cash_clerk", "controller")]
Books = Annotated[Reading, reading()]
