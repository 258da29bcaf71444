"""How good the decisions were: each line that was applied without a person against what the payer meant."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from bench.matching_noise import ONCE_MORE
from bench.matching_truth import Truth

_EXAMPLES_MAX: Final = 20

APPLIED: Final = """
SELECT a.payment_id, l.item_id, l.rule, sum(l.amount) AS amount
FROM application AS a
INNER JOIN application_line AS l ON a.customer_id = l.customer_id AND a.application_id = l.application_id
GROUP BY a.payment_id, l.item_id, l.rule
"""
"""What the service's database has of every line."""


@dataclass(slots=True)
class Score:
    """Counts over all rounds. A line is one payment's cash for one item; an envelope is one payment."""

    envelopes: int = 0
    envelopes_by_themselves: int = 0
    envelopes_by_round_sum: int = 0
    """Of those without a person, the ones that the rule `round_sum` applied."""
    lines: int = 0
    lines_by_themselves: int = 0
    applied_by_themselves: int = 0
    wrong: list[str] = field(default_factory=list)
    by_rule: dict[str, int] = field(default_factory=dict)
    left_to_people: dict[str, int] = field(default_factory=dict)
    """By what was hard about the payment."""

    @property
    def right_percent(self) -> Decimal:
        """Of what was applied without a person, what was meant so."""
        return _percent(self.applied_by_themselves - len(self.wrong), self.applied_by_themselves)

    @property
    def envelopes_percent(self) -> Decimal:
        return _percent(self.envelopes_by_themselves, self.envelopes)

    @property
    def envelopes_without_round_sum_percent(self) -> Decimal:
        """The share without a person as if a person had applied what `round_sum` did."""
        return _percent(self.envelopes_by_themselves - self.envelopes_by_round_sum, self.envelopes)

    @property
    def lines_percent(self) -> Decimal:
        return _percent(self.lines_by_themselves, self.lines)


def score(truth: Truth, applied: Iterable[Mapping[str, Any]], with_a_person: set[str]) -> Score:
    """`with_a_person`: payments that a clerk had to handle; a payment's parts count as the payment."""
    found = Score(envelopes=len(truth.payer), lines=sum(map(len, truth.meant.values())))
    right: defaultdict[str, set[str]] = defaultdict(set)
    round_sums: set[str] = set()
    for row in applied:
        payment_id, item_id = whole_of(row["payment_id"]), row["item_id"]
        if row["rule"] == "by_hand" or payment_id in with_a_person:
            continue
        found.applied_by_themselves += 1
        round_sums |= {payment_id} if row["rule"] == "round_sum" else set()
        found.by_rule[row["rule"]] = found.by_rule.get(row["rule"], 0) + 1
        meant = truth.meant.get(payment_id, {}).get(item_id)
        if meant == row["amount"] and item_id not in right[payment_id]:
            right[payment_id].add(item_id)
        else:
            hard = truth.noise.get(payment_id, "")
            found.wrong.append(f"{payment_id} ({hard}): {row['amount']} on {item_id} by {row['rule']}, meant {meant}")
    for payment_id in truth.payer:
        lines = truth.meant.get(payment_id, {})
        found.lines_by_themselves += len(right[payment_id])
        if payment_id not in with_a_person and len(right[payment_id]) == len(lines):
            found.envelopes_by_themselves += 1
            found.envelopes_by_round_sum += payment_id in round_sums
        else:
            hard = truth.noise.get(payment_id, "on account")
            found.left_to_people[hard] = found.left_to_people.get(hard, 0) + 1
    return found


def whole_of(payment_id: str) -> str:
    """The payment that a part of it came from, also where the bank's second message about it came first."""
    return payment_id.split("/")[0].removesuffix(ONCE_MORE)


def examples(found: Score) -> list[str]:
    """Some of what was wrong, so that the reason can be found."""
    return found.wrong[:_EXAMPLES_MAX]


def _percent(part: int, whole: int) -> Decimal:
    return (Decimal(100) * part / max(whole, 1)).quantize(Decimal("0.01"))
