"""Who may look at collections: said once for all routes."""

from __future__ import annotations

from typing import Annotated

from shared.chassis.http import Person, ReadSession, read_session, require_roles

Reader = Annotated[Person, require_roles("collector", "credit_analyst", "credit_manager", "cash_clerk", "controller")]
Books = Annotated[ReadSession, read_session()]
