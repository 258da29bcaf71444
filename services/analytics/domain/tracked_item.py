"""An item as analytics follows it: what is open now, and the dates that answer for any past day."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Self

from shared.contracts.cash_app import OpenItemChanged

NOTHING = Decimal(0)


@dataclass(slots=True)
class TrackedItem:
    """One open item. Changes may be heard in any order and more than once; the result is the same.

    `first_relief_on` and `last_relief_on` span the days on which it was paid or otherwise reduced:
    before the first it stood at its original amount, from the last on at what is open now.
    """

    item_id: str
    customer_id: str
    company_id: str
    currency: str
    document_number: str
    original_amount: Decimal
    open_amount: Decimal
    item_version: int
    document_date: date
    due_date: date
    disputed: bool
    posted_on: date | None = None
    """The day its posting was dated; None until that is heard, and until then the item counts for nothing."""
    first_relief_on: date | None = None
    last_relief_on: date | None = None
    in_order: bool = field(default=False, compare=False)
    """Whether its changes were heard one after the other, never with an earlier date than the one before."""

    @classmethod
    def first_heard(cls, change: OpenItemChanged) -> Self:
        posting, day = change.cause == "posted", change.business_date
        return cls(
            item_id=change.item_id,
            customer_id=change.customer_id,
            company_id=change.company_id,
            currency=change.currency,
            document_number=change.document_number,
            original_amount=change.original_amount,
            open_amount=change.open_amount,
            item_version=change.item_version,
            document_date=change.document_date,
            due_date=change.due_date,
            disputed=change.disputed,
            posted_on=day if posting else None,
            first_relief_on=None if posting else day,
            last_relief_on=None if posting else day,
            in_order=posting and change.item_version == 1,
        )

    def is_continued_by(self, change: OpenItemChanged) -> bool:
        """Whether this is the next change of an item in order: then it moves the aging by itself."""
        return (
            self.in_order
            and change.item_version == self.item_version + 1
            and change.due_date == self.due_date
            and change.cause != "posted"
            and self.posted_on is not None
            and change.business_date >= (self.last_relief_on or self.posted_on)
        )

    def has_heard(self, change: OpenItemChanged) -> bool:
        """Whether this is known to be a repeat; of an item out of order that is not known."""
        return self.in_order and change.item_version <= self.item_version

    def hear(self, change: OpenItemChanged) -> None:
        """Takes in one dated change; the state is that of the highest version heard."""
        if change.cause == "posted":
            self.posted_on = change.business_date
        else:
            day = change.business_date
            self.first_relief_on = min(self.first_relief_on or day, day)
            self.last_relief_on = max(self.last_relief_on or day, day)
        if change.item_version >= self.item_version:
            self.item_version = change.item_version
            self.open_amount = change.open_amount
            self.due_date = change.due_date
            self.disputed = change.disputed

    @property
    def closed_on(self) -> date | None:
        """The day since which nothing has been owed on it; None while something is."""
        if self.open_amount != NOTHING:
            return None
        return max(day for day in (self.posted_on, self.last_relief_on, self.document_date) if day is not None)


def open_on(day: date, changes: Iterable[tuple[date, Decimal]]) -> Decimal:
    """What was owed at the end of `day`: the sum of the changes dated up to and including it.

    The definition that the as-of query of the service is tested against.
    """
    return sum((change for on, change in changes if on <= day), NOTHING)
