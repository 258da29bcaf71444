"""Who may look at credit, and who may change it: said once for all routes."""

from __future__ import annotations

from typing import Annotated

from shared.chassis.http import Command, Person, Reading, commanded_by, may, reading

Viewer = Annotated[Person, may("credit_analyst", "credit_manager", "collector", "controller")]
Manager = Annotated[Command, commanded_by("credit_manager")]
Decider = Annotated[Command, commanded_by("credit_analyst", "credit_manager")]
"""Within the authority that the policy gives to the role."""
Db = Annotated[Reading, reading()]
