"""Who may look at orders and documents, and who may change them: said once for all routes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

from shared.chassis.http import Command, Person, Reading, commanded_by, may, reading

Viewer = Annotated[Person, may("credit_analyst", "credit_manager", "collector", "cash_clerk", "controller")]
Controller = Annotated[Command, commanded_by("controller")]
Giver = Annotated[Command, commanded_by("collector", "cash_clerk", "credit_manager", "controller")]
"""Gives customers credit, within the authority that the policy gives to the role."""
Db = Annotated[Reading, reading()]
Filter = Annotated[str | None, Query(max_length=80)]
