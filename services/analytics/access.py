"""Who may read analytics, in one place for all routes, and the day a report is made for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from shared.chassis.http import Person, ReadSession, Unprocessable, read_session, require_roles

Reader = Annotated[Person, require_roles()]
Reports = Annotated[ReadSession, read_session()]


def business_day_of(company_id: str | None, db: ReadSession) -> date:
    """The company's business day; the latest of all companies where none is named.

    Raises Unprocessable before the first day.
    """
    day = db.days.latest if company_id is None else db.days.of(company_id)
    if day is None:
        raise Unprocessable("no business day has begun yet: give the day, e.g. as_of=2013-06-30")
    return day
