"""Activities over HTTP: what a collector writes and reads."""

from __future__ import annotations

from datetime import date
from typing import Any, Literal, Self

from pydantic import BaseModel

from shared.chassis.http.schemas import ReasonText, RequestBody


class NewActivity(RequestBody):
    """A call, an e-mail or a note."""

    kind: Literal["call", "email", "note"]
    text: ReasonText


class ActivityView(BaseModel):
    """What was done about a customer, on which business day and by whom."""

    activity_id: str
    customer_id: str
    kind: str
    on: date
    by: str
    text: str

    @classmethod
    def of(cls, row: Any) -> Self:
        return cls(
            activity_id=row["activity_id"],
            customer_id=row["customer_id"],
            kind=row["kind"],
            on=row["happened_on"],
            by=row["logged_by"],
            text=row["text"],
        )
