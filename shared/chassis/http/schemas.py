"""Bodies that the requests of all services have in common."""

from __future__ import annotations

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, StringConstraints

REASON_CHARACTERS_MIN: Final = 3
REASON_CHARACTERS_MAX: Final = 400

ReasonText = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=REASON_CHARACTERS_MIN, max_length=REASON_CHARACTERS_MAX),
]
"""Why a person does something, in words; kept in the audit trail."""


class RequestBody(BaseModel):
    """What a person sends. Unknown fields are refused: a misspelt one would otherwise be ignored without a word."""

    model_config = ConfigDict(extra="forbid")


class WithReason(RequestBody):
    """A body with the reason for a request; bodies with more fields derive from it."""

    reason: ReasonText
