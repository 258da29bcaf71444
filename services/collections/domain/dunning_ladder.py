"""The dunning ladder: which notice an overdue item is due for, by its age."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.collections.domain.identity import identifier
from services.collections.domain.open_items import OpenItem
from shared.contracts.collections import DunnedItem
from shared.contracts.event import Currency, Identifier, NonNegativeAmount, Text

NOTICE_ITEMS_MAX = 2000
"""A notice that lists more would not fit into a message; the younger items are told on the next business day."""


class DunningStep(BaseModel):
    """A rung: the notice an item is due for from `from_days` days past its due date on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: Annotated[int, Field(ge=1, le=1000)]
    """Keeps its meaning across versions of the ladder: an item is told each step once."""
    name: Identifier
    from_days: Annotated[int, Field(ge=1, le=36500)]
    text: Text


class DunningLadder(BaseModel):
    """The company's ladder, from the mildest step to the last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Annotated[tuple[DunningStep, ...], Field(min_length=1, max_length=20)]
    minimum_total: dict[Currency, NonNegativeAmount] = {}
    """A notice over less than this, in its currency, is not worth sending; a currency not named has no minimum."""

    @model_validator(mode="after")
    def _climbs(self) -> Self:
        for lower, upper in zip(self.steps, self.steps[1:], strict=False):
            if upper.step <= lower.step or upper.from_days <= lower.from_days:
                raise ValueError(
                    f"step {upper.step} from day {upper.from_days} does not come after "
                    f"step {lower.step} from day {lower.from_days}: order the steps by number and by days"
                )
        return self

    def step_for(self, days_overdue: int) -> DunningStep | None:
        """The step the age is in; None while nothing is due. Steps below it are skipped, not caught up on."""
        reached = [step for step in self.steps if step.from_days <= days_overdue]
        return reached[-1] if reached else None

    def step_to_tell(self, item: OpenItem, on: date) -> DunningStep | None:
        """The step the customer has yet to be told of for this item. A disputed item is not dunned."""
        if item.disputed or item.open_amount <= 0:
            return None
        step = self.step_for(item.days_overdue(on))
        return step if step is not None and step.step > item.told_step else None

    def is_worth_sending(self, total: Decimal, currency: str) -> bool:
        return total >= self.minimum_total.get(currency, Decimal(0))


@dataclass(frozen=True, slots=True)
class Notice:
    """One letter: all items of a customer that reached the same step on the same day, oldest first."""

    notice_id: str
    customer_id: str
    company_id: str
    currency: str
    step: DunningStep
    sent_on: date
    items: tuple[OpenItem, ...]

    @property
    def total(self) -> Decimal:
        return sum((item.open_amount for item in self.items), Decimal(0))

    @property
    def dunned(self) -> tuple[DunnedItem, ...]:
        return tuple(
            DunnedItem(
                item_id=item.item_id,
                document_number=item.document_number,
                due_date=item.due_date,
                days_overdue=item.days_overdue(self.sent_on),
                open_amount=item.open_amount,
            )
            for item in self.items
        )

    def told(self) -> None:
        """Marks the items, so that none is told this step again."""
        for item in self.items:
            item.told_step = self.step.step

    def describe(self) -> str:
        """One sentence for the customer's activities."""
        items = "1 item" if len(self.items) == 1 else f"{len(self.items)} items"
        return f"{self.step.name}: {items}, {self.total} {self.currency}. {self.step.text}"[:500]


def notices(items: Iterable[OpenItem], ladder: DunningLadder, on: date) -> list[Notice]:
    """The notices to send on a day: one per customer, step and currency, in a stable order.

    Which items are passed together does not matter, as long as a customer's are.
    """
    letters: defaultdict[tuple[str, str, str, int], list[OpenItem]] = defaultdict(list)
    steps: dict[int, DunningStep] = {}
    for item in items:
        step = ladder.step_to_tell(item, on)
        if step is not None:
            steps[step.step] = step
            letters[item.customer_id, item.company_id, item.currency, step.step].append(item)
    planned = []
    for (customer_id, company_id, currency, number), due in sorted(letters.items(), key=lambda letter: letter[0]):
        notice = Notice(
            notice_id=identifier(customer_id, on, number, f"{company_id}-{currency}"),
            customer_id=customer_id,
            company_id=company_id,
            currency=currency,
            step=steps[number],
            sent_on=on,
            items=tuple(sorted(due, key=lambda item: (item.due_date, item.item_id))[:NOTICE_ITEMS_MAX]),
        )
        if ladder.is_worth_sending(notice.total, currency):
            planned.append(notice)
    return planned
