"""An item as analytics tracks it: what is open now, and the dates that give its open amount on any past day."""

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
    """One open item, amounts in `currency`. Changes may arrive in any order and repeatedly: the result is the same.

    `first_relief_on` and `last_relief_on` span the days on which it was paid or otherwise reduced:
    before the first its original amount was open, from the last on the present open amount.
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
    """The business date of its posting; None until that arrives, and until then the item does not count."""
    first_relief_on: date | None = None
    last_relief_on: date | None = None
    in_order: bool = field(default=False, compare=False)
    """Whether its changes arrived by version, none with an earlier date than the one before."""

    @classmethod
    def from_change(cls, change: OpenItemChanged) -> Self:
        """The item as its first received change describes it."""
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
        """Whether this is the next change of an item in order: then it alone decides what is added to the aging."""
        return (
            self.in_order
            and change.item_version == self.item_version + 1
            and change.due_date == self.due_date
            and change.cause != "posted"
            and self.posted_on is not None
            and change.business_date >= (self.last_relief_on or self.posted_on)
        )

    def has_applied(self, change: OpenItemChanged) -> bool:
        """Whether this is certainly a repeat. For an item out of order only its stored movements can show that."""
        return self.in_order and change.item_version <= self.item_version

    def apply(self, change: OpenItemChanged) -> None:
        """Applies one dated change; amount, due date and dispute are those of the highest version."""
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
        """The day since which nothing is owed on it; None while something is."""
        if self.open_amount != NOTHING:
            return None
        return max(day for day in (self.posted_on, self.last_relief_on, self.document_date) if day is not None)


def open_on(day: date, changes: Iterable[tuple[date, Decimal]]) -> Decimal:
    """What was owed at the end of `day`: the sum of the changes dated up to and including it.

    The definition that the as-of query of the service is tested against.
    """
    return sum((change for on, change in changes if on <= day), NOTHING)
