"""Which remittance advice belongs to which payment: the one may come days before or after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

DAYS_APART_MAX: Final = 30
"""Without a trace number, advice and money further apart do not belong together."""


@dataclass(frozen=True, slots=True)
class AdviceKey:
    """An advice or a payment, by the data that both have. `amount` in `currency`."""

    key: str
    company_id: str
    currency: str
    amount: Decimal
    on: date
    trace_number: str | None
    customer_id: str | None
    payer_account: str | None


@dataclass(frozen=True, slots=True)
class AdviceMatch:
    advice_id: str
    payment_id: str
    why: str


def match_advice(advices: Sequence[AdviceKey], payments: Sequence[AdviceKey]) -> list[AdviceMatch]:
    """Pairs by trace number, then by customer, then by account; always of one company, currency and amount.

    Only where neither side has another choice: only a trace number distinguishes two payments of one amount.
    """
    matches: list[AdviceMatch] = []
    for part, why in _WAYS:
        left, right = _open(advices, {j.advice_id for j in matches}), _open(payments, {j.payment_id for j in matches})
        found = _pairs(left, right, part)
        matches += [
            AdviceMatch(a.key, p.key, why.format(a))
            for a, p in found
            if _near(a, p) or (a.trace_number and a.trace_number == p.trace_number)
        ]
    return matches


_WAYS: Final[tuple[tuple[Callable[[AdviceKey], str | None], str], ...]] = (
    (lambda side: side.trace_number, "trace number {0.trace_number}"),
    (lambda side: side.customer_id, "customer {0.customer_id} and the amount"),
    (lambda side: side.payer_account, "account {0.payer_account} and the amount"),
)


def _open(sides: Iterable[AdviceKey], done: set[str]) -> list[AdviceKey]:
    return [side for side in sides if side.key not in done]


def _pairs(
    advices: Sequence[AdviceKey], payments: Sequence[AdviceKey], part: Callable[[AdviceKey], str | None]
) -> list[tuple[AdviceKey, AdviceKey]]:
    by_key = _grouped(payments, part)
    return [
        (of_key[0], by_key[key][0])
        for key, of_key in sorted(_grouped(advices, part).items())
        if len(of_key) == 1 and len(by_key.get(key, ())) == 1 and not _traces_differ(of_key[0], by_key[key][0])
    ]


def _grouped(
    sides: Iterable[AdviceKey], part: Callable[[AdviceKey], str | None]
) -> dict[tuple[str, str, str, Decimal], list[AdviceKey]]:
    groups: defaultdict[tuple[str, str, str, Decimal], list[AdviceKey]] = defaultdict(list)
    for side in sides:
        value = part(side)
        if value is not None:
            groups[value, side.company_id, side.currency, side.amount].append(side)
    return groups


def _traces_differ(advice: AdviceKey, payment: AdviceKey) -> bool:
    return None not in (advice.trace_number, payment.trace_number) and advice.trace_number != payment.trace_number


def _near(advice: AdviceKey, payment: AdviceKey) -> bool:
    return abs((payment.on - advice.on).days) <= DAYS_APART_MAX
