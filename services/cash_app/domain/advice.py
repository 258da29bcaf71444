"""Which remittance advice belongs to which payment: the one may come days before or after the other."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

DAYS_APART_MAX: Final = 30
"""Without a trace number, advice and money further apart are not of one payment."""


@dataclass(frozen=True, slots=True)
class Side:
    """An advice or a payment, by what both of them say. `amount` in `currency`."""

    key: str
    company_id: str
    currency: str
    amount: Decimal
    on: date
    trace_number: str | None
    customer_id: str | None
    payer_account: str | None


@dataclass(frozen=True, slots=True)
class Joined:
    advice_id: str
    payment_id: str
    why: str


def join(advices: Sequence[Side], payments: Sequence[Side]) -> list[Joined]:
    """Pairs by trace number, then by customer, then by account; always of one company, currency and amount.

    Only where neither side has another choice: two payments of one amount are told apart by nothing but a trace.
    """
    joined: list[Joined] = []
    for part, why in _WAYS:
        left, right = _open(advices, {j.advice_id for j in joined}), _open(payments, {j.payment_id for j in joined})
        found = _pairs(left, right, part)
        joined += [
            Joined(a.key, p.key, why.format(a))
            for a, p in found
            if _near(a, p) or (a.trace_number and a.trace_number == p.trace_number)
        ]
    return joined


_WAYS: Final[tuple[tuple[Callable[[Side], str | None], str], ...]] = (
    (lambda side: side.trace_number, "trace number {0.trace_number}"),
    (lambda side: side.customer_id, "customer {0.customer_id} and the amount"),
    (lambda side: side.payer_account, "account {0.payer_account} and the amount"),
)


def _open(sides: Iterable[Side], done: set[str]) -> list[Side]:
    return [side for side in sides if side.key not in done]


def _pairs(
    advices: Sequence[Side], payments: Sequence[Side], part: Callable[[Side], str | None]
) -> list[tuple[Side, Side]]:
    by_key = _grouped(payments, part)
    return [
        (of_key[0], by_key[key][0])
        for key, of_key in sorted(_grouped(advices, part).items())
        if len(of_key) == 1 and len(by_key.get(key, ())) == 1 and not _traces_differ(of_key[0], by_key[key][0])
    ]


def _grouped(
    sides: Iterable[Side], part: Callable[[Side], str | None]
) -> dict[tuple[str, str, str, Decimal], list[Side]]:
    groups: defaultdict[tuple[str, str, str, Decimal], list[Side]] = defaultdict(list)
    for side in sides:
        value = part(side)
        if value is not None:
            groups[value, side.company_id, side.currency, side.amount].append(side)
    return groups


def _traces_differ(advice: Side, payment: Side) -> bool:
    return None not in (advice.trace_number, payment.trace_number) and advice.trace_number != payment.trace_number


def _near(advice: Side, payment: Side) -> bool:
    return abs((payment.on - advice.on).days) <= DAYS_APART_MAX
