"""Calendar months, and which of them the daily run must report."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final, Self

_ONE_DAY: Final = timedelta(days=1)
MONTHS_MAX: Final = 120
"""A calendar that jumps further ahead leaves months without a report; any month can be computed later."""


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month."""

    year: int
    month: int

    @classmethod
    def of(cls, day: date) -> Self:
        return cls(day.year, day.month)

    @classmethod
    def parse(cls, text: str) -> Self:
        """Reads `2013-06`. Raises ValueError with a sentence otherwise."""
        match = re.fullmatch(r"(\d{4})-(\d{2})", text)
        if match is None or not 1 <= int(match[2]) <= 12 or not 1990 <= int(match[1]) <= 2099:
            raise ValueError(f"{text!r} is not a month: write it as year and month, e.g. 2013-06")
        return cls(int(match[1]), int(match[2]))

    @property
    def start(self) -> date:
        return date(self.year, self.month, 1)

    @property
    def end(self) -> date:
        return self.next().start - _ONE_DAY

    @property
    def days(self) -> int:
        return self.end.day

    def next(self) -> Month:
        return Month(self.year + 1, 1) if self.month == 12 else Month(self.year, self.month + 1)

    def previous(self) -> Month:
        return Month.of(self.start - _ONE_DAY)

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


def months_to_report(last: Month | None, business_date: date) -> list[Month]:
    """The months that ended before `business_date` and have not been reported; at most the latest `MONTHS_MAX`."""
    ended = Month.of(business_date).previous()
    month = ended if last is None else last.next()
    due = []
    while month <= ended:
        due.append(month)
        month = month.next()
    return due[-MONTHS_MAX:]
