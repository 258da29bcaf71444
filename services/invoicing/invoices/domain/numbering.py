"""Document numbers: without gaps within a series, counted in the transaction that posts the document."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Annotated, NamedTuple
from zlib import crc32

from pydantic import BaseModel, ConfigDict, Field

from shared.contracts.event import Identifier


class InvoiceNumbering(BaseModel):
    """The policy `invoice_numbering`: in how many series a company numbers its invoices.

    One series is one counter, and so one posting transaction at a time. A company that posts in parallel uses more; a
    customer's invoices always stay within one series.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    series: Annotated[int, Field(ge=1, le=64)]
    """For every company not named in `by_company`."""
    by_company: dict[Identifier, Annotated[int, Field(ge=1, le=64)]] = {}

    def series_of(self, company_id: str, customer_id: str) -> str:
        """The series in which an invoice of this customer is numbered, e.g. `US01`, or `US01-2` of several."""
        count = self.by_company.get(company_id, self.series)
        if count == 1:
            return company_id
        return f"{company_id}-{crc32(customer_id.encode()) % count + 1}"


class DocumentNumber(NamedTuple):
    """A number of a series. As text it is what is printed; nothing is read out of the text."""

    series: str
    sequence_number: int
    """1, 2, 3 ... without gaps."""

    def __str__(self) -> str:
        return f"{self.series}-{self.sequence_number:08d}"


def is_own_number(number: str, company_id: str) -> bool:
    """Whether a number looks like one of the company's own series, now or when it uses more of them.

    Credit memos (`CM`), debit memos (`DM`) and finance charges (`FC`) have series of their own.
    """
    return re.fullmatch(rf"{re.escape(company_id)}(-\d{{1,2}}|-CM|-DM|-FC)?-\d{{8,}}", number) is not None


def count_by_series(series: Sequence[str]) -> list[tuple[str, int]]:
    """How many numbers are needed of each series, in the order in which the counters are locked."""
    return sorted(Counter(series).items())


def allocate_numbers(series: Sequence[str], last: Mapping[str, int]) -> list[DocumentNumber]:
    """A number for each document, in order; `last` is the value of each counter after it was raised."""
    left = Counter(series)
    numbers = []
    for name in series:
        numbers.append(DocumentNumber(name, last[name] - left[name] + 1))
        left[name] -= 1
    return numbers
