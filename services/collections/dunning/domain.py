"""The dunning ladder: which notice an overdue item is due for, by its age."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Annotated, Literal, Self, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.collections.activities.domain import SYSTEM_ACTOR, activity
from services.collections.receivables.domain.credit_in_hand import NO_CREDITS, CreditInHand, CreditKey
from services.collections.receivables.domain.identifiers import identifier
from services.collections.receivables.domain.open_items import OpenItem
from shared.contracts.collections import ActivityLogged, DunnedItem, DunningSent
from shared.contracts.event import Currency, Identifier, NonNegativeAmount, Text
from shared.kernel.money import Money, round_half_up

NOTICE_ITEMS_MAX = 2000
"""A notice with more items would not fit into a message; the younger items follow on the next business day."""


CreditPolicy: TypeAlias = Literal["net", "wait", "gross"]


class DunningStep(BaseModel):
    """The notice that is sent for an item from `from_days` days past its due date on."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    step: Annotated[int, Field(ge=1, le=1000)]
    """Keeps its meaning across versions of the ladder: a step is sent once per item."""
    name: Identifier
    from_days: Annotated[int, Field(ge=1, le=36500)]
    text: Text


class DunningLadder(BaseModel):
    """The policy document `dunning_ladder`: the steps from the mildest to the last."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    steps: Annotated[tuple[DunningStep, ...], Field(min_length=1, max_length=20)]
    minimum_total: dict[Currency, NonNegativeAmount] = {}
    """A notice with a smaller total, less credit, is not sent. A currency that is not named has no minimum."""
    credit: CreditPolicy = "net"
    """What a customer is asked for who has credit on account or money that is not applied yet. `net`: what is left.
    `wait`: as `net`, but no notice while money is not applied. `gross`: the whole amount, with the credit named.
    A customer whose credit covers all that is due gets no notice."""

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
        """The step that the age has reached; None below the first. Lower steps that were not sent are skipped."""
        reached = [step for step in self.steps if step.from_days <= days_overdue]
        return reached[-1] if reached else None

    def step_due(self, item: OpenItem, on: date) -> DunningStep | None:
        """The step that is to be sent for this item; None where it was sent already. Disputed items are not dunned."""
        if item.disputed or item.open_amount <= 0:
            return None
        step = self.step_for(item.days_overdue(on))
        return step if step is not None and step.step > item.last_dunning_step else None

    def is_worth_sending(self, total: Decimal, currency: str) -> bool:
        return total >= self.minimum_total.get(currency, Decimal(0))


@dataclass(frozen=True, slots=True)
class Notice:
    """One notice: all items of a customer that reached the same step on the same day, oldest first."""

    notice_id: str
    customer_id: str
    company_id: str
    currency: str
    step: DunningStep
    sent_on: date
    items: tuple[OpenItem, ...]
    credit: Decimal = Decimal(0)
    """The customer's credit and unapplied money, as far as it covers these items."""
    asks_gross: bool = False

    @property
    def total(self) -> Decimal:
        return sum((item.open_amount for item in self.items), Decimal(0))

    @property
    def net(self) -> Decimal:
        return self.total - self.credit

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

    def mark_sent(self) -> None:
        """Marks the items, so that this step is not sent again for them."""
        for item in self.items:
            item.last_dunning_step = self.step.step

    def sent(self, policy_version: int) -> DunningSent:
        return DunningSent(
            notice_id=self.notice_id,
            customer_id=self.customer_id,
            company_id=self.company_id,
            step=self.step.step,
            step_name=self.step.name,
            sent_on=self.sent_on,
            currency=self.currency,
            total=self.total,
            credit=round_half_up(self.credit, self.currency),
            net=self.net,
            policy_version=policy_version,
            items=self.dunned,
        )

    def activity(self) -> ActivityLogged:
        """The activity about the notice, with the step's text."""
        items = "1 item" if len(self.items) == 1 else f"{len(self.items)} items"
        return activity(
            self.notice_id,
            self.customer_id,
            "dunning",
            on=self.sent_on,
            by=SYSTEM_ACTOR,
            text=f"{self.step.name}: {items}, {self._asked()}. {self.step.text}",
        )

    def _asked(self) -> str:
        total, credit = Money(self.total, self.currency), Money(self.credit, self.currency)
        if not self.credit:
            return str(total)
        if self.asks_gross:
            return f"{total}; of this {credit} is on account or received and not applied yet"
        return f"{total} less {credit} on account or received: {Money(self.net, self.currency)}"


def notices(
    items: Iterable[OpenItem], ladder: DunningLadder, on: date, credits: Mapping[CreditKey, CreditInHand] = NO_CREDITS
) -> list[Notice]:
    """The notices to send on a day: one per customer, step and currency, in a stable order.

    All items of a customer must be passed together; otherwise their order and grouping do not matter. `credits` are
    those of customers who have any.
    """
    due_items: defaultdict[tuple[str, str, str, int], list[OpenItem]] = defaultdict(list)
    steps: dict[int, DunningStep] = {}
    for item in items:
        step = ladder.step_due(item, on)
        if step is not None:
            steps[step.step] = step
            due_items[item.customer_id, item.company_id, item.currency, step.step].append(item)
    planned = []
    for (customer_id, company_id, currency, number), due in sorted(due_items.items(), key=lambda grouped: grouped[0]):
        notice = Notice(
            notice_id=identifier(customer_id, on, number, f"{company_id}-{currency}"),
            customer_id=customer_id,
            company_id=company_id,
            currency=currency,
            step=steps[number],
            sent_on=on,
            items=tuple(sorted(due, key=lambda item: (item.due_date, item.item_id))[:NOTICE_ITEMS_MAX]),
        )
        credit = credits.get((customer_id, company_id, currency))
        if credit is not None:
            if ladder.credit == "wait" and credit.unapplied > 0:
                continue
            covered = credit.covers(notice.items)
            notice = replace(notice, credit=covered, asks_gross=ladder.credit == "gross")
        if notice.net > 0 and ladder.is_worth_sending(notice.net, currency):
            planned.append(notice)
    return planned
