"""Who may read analytics, in one place for all routes, and the day a report is made for."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from shared.chassis.http import Person, ReadSession, Unprocessable, read_session, require_roles

Reader = Annotated[Person, require_roles()]
Reports = Annotated[ReadSession, read_session()]


def last_business_day(db: ReadSession) -> date:
    """The last business day that began. Raises Unprocessable before the first."""
    if db.today is None:
        raise Unprocessable("no business day has begun yet: give the day, e.g. as_of=2013-06-30")
    return db.today
