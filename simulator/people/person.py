"""What every person of the AR department can do."""

from __future__ import annotations

from typing import Protocol

from simulator.calendar import BusinessDay


class Person(Protocol):
    """Works over the services' HTTP, as reliably seeded as the rest of the simulation.

    Acts at an idle point and only on what the services show; Idempotency-Keys follow from day and subject.
    """

    async def act(self, day: BusinessDay) -> int:
        """Does a person's work of a day. Returns how many commands were sent."""
