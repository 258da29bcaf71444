"""The policy document `credit_scorecard`: points for how a customer has paid, each one explained."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.credit.payment_history.domain.payment_facts import PaymentFacts

Fact = Literal[
    "average_days_late",
    "weighted_days_late",
    "trend_days",
    "late_share_percent",
    "broken_promises",
    "highest_balance_percent",
    "relationship_months",
]

_WORDS: Final[Mapping[Fact, str]] = {
    "average_days_late": "paid {} days beyond terms on average, every item alike",
    "weighted_days_late": "average {} days beyond terms, weighted by amount",
    "trend_days": "lately {} days later than before",
    "late_share_percent": "{} % of the money came late",
    "broken_promises": "{} broken promises",
    "highest_balance_percent": "highest balance {} % of the limit",
    "relationship_months": "customer for {} months",
}
if set(_WORDS) != set(get_args(Fact)):
    raise ValueError(f"facts without a sentence, or sentences without a fact: {set(_WORDS) ^ set(get_args(Fact))}")


class Band(BaseModel):
    """Points for a fact that is at most `up_to`; null: for every value above the band before."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    up_to: Annotated[Decimal, Field(allow_inf_nan=False)] | None
    points: Annotated[int, Field(ge=0, le=1000)]


class Characteristic(BaseModel):
    """One fact of the payment history and the points it gives."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    fact: Fact
    bands: Annotated[tuple[Band, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _bands_rise_to_the_open_one(self) -> Self:
        limits = [band.up_to for band in self.bands]
        if limits[-1] is not None or None in limits[:-1]:
            raise ValueError(f"the bands of {self.fact} must end with the one, and only one, whose up_to is null")
        bounded = [limit for limit in limits if limit is not None]
        if any(low >= high for low, high in pairwise(bounded)):
            raise ValueError(f"the bands of {self.fact} must rise: {', '.join(map(str, bounded))} do not")
        if self.points_max == 0:
            raise ValueError(f"no band of {self.fact} gives a point: leave the characteristic out")
        return self

    @property
    def points_max(self) -> int:
        return max(band.points for band in self.bands)

    def points(self, value: Decimal) -> int:
        return next(band.points for band in self.bands if band.up_to is None or value <= band.up_to)


class Scorecard(BaseModel):
    """Which facts count, and how much."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    characteristics: Annotated[tuple[Characteristic, ...], Field(min_length=1, max_length=20)]

    @model_validator(mode="after")
    def _each_fact_counts_once(self) -> Self:
        facts = [characteristic.fact for characteristic in self.characteristics]
        twice = sorted({fact for fact in facts if facts.count(fact) > 1})
        if twice:
            raise ValueError(f"{', '.join(twice)} is scored twice: keep one of them")
        return self

    def score(self, facts: PaymentFacts) -> Score:
        """The points of a payment history."""
        lines = tuple(
            ScoredFact(c.fact, _described(c.fact, facts), c.points(facts.value(c.fact)), c.points_max)
            for c in self.characteristics
        )
        return Score(lines)


@dataclass(frozen=True, slots=True)
class ScoredFact:
    """The points of one fact, in words."""

    fact: str
    description: str
    points: int
    points_max: int

    @property
    def text(self) -> str:
        return f"{self.description}: {self.points} of {self.points_max}"


@dataclass(frozen=True, slots=True)
class Score:
    """All points of a history."""

    lines: tuple[ScoredFact, ...]

    @property
    def points(self) -> int:
        return sum(line.points for line in self.lines)

    @property
    def points_max(self) -> int:
        return sum(line.points_max for line in self.lines)

    @property
    def percent(self) -> Decimal:
        """Points in per cent of all that could be had, to one decimal place."""
        return (Decimal(self.points * 100) / self.points_max).quantize(Decimal("0.1"), ROUND_HALF_UP)

    @property
    def worst(self) -> tuple[ScoredFact, ...]:
        """What cost points, the most first."""
        lost = [line for line in self.lines if line.points < line.points_max]
        return tuple(sorted(lost, key=lambda line: (line.points - line.points_max, line.fact)))


def _described(fact: Fact, facts: PaymentFacts) -> str:
    if fact == "trend_days" and facts.trend_days is None:
        return "too little is known to see a trend"
    if fact == "trend_days" and facts.value(fact) < 0:
        return f"lately {-facts.value(fact).quantize(Decimal(1), ROUND_HALF_UP)} days sooner than before"
    return _WORDS[fact].format(facts.value(fact).quantize(Decimal(1), ROUND_HALF_UP))
