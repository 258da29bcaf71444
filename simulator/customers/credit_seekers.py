"""Who asks for credit: new customers now and then, and those whose orders were held."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Final

from shared.contracts.credit import CreditHeld, CreditLimitSet, CreditRequestDeclined
from shared.contracts.erp import CreditRequested, CreditRequestKind
from simulator.calendar import BusinessDay
from simulator.customers.customers import Customer
from simulator.dice import Dice

_ASKING_WEEKDAY: Final = 1
_PERCENT_NEW: Final = 6
_PERCENT_OF_HELD: Final = 40
_PERCENT_TEMPORARY: Final = 30
_TEMPORARY_DAYS: Final = 45
_STEP: Final = 500


class CreditSeekers:
    """Asks on Tuesdays only, one request of a customer at a time."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._limits: dict[str, Decimal] = {}
        self._held: set[str] = set()
        self._under_way: defaultdict[str, set[str]] = defaultdict(set)
        self._asked: set[str] = set()

    def order_held(self, held: CreditHeld) -> None:
        self._held.add(held.customer_id)

    def limit_set(self, limit: CreditLimitSet) -> None:
        self._limits[limit.customer_id] = limit.credit_limit
        self._answered(limit.customer_id, limit.request_id)

    def declined(self, answer: CreditRequestDeclined) -> None:
        self._answered(answer.customer_id, answer.request_id)

    def remember(self, asked: CreditRequested) -> None:
        """Takes in what was asked in an earlier run."""
        self._asked.add(asked.customer_id)
        self._under_way[asked.customer_id].add(asked.request_id)

    def requests(self, day: BusinessDay, customers: Mapping[str, Customer]) -> list[CreditRequested]:
        """What is asked for today, by customer."""
        if day.today.weekday() != _ASKING_WEEKDAY:
            return []
        asked = [request for customer in customers.values() if (request := self._request(customer, day))]
        for request in asked:
            self.remember(request)
        self._held.clear()
        return asked

    def _request(self, customer: Customer, day: BusinessDay) -> CreditRequested | None:
        customer_id = customer.customer_id
        if self._under_way[customer_id]:
            return None
        cast = self._dice.on("asks for credit", customer_id, day.today)
        rolled = cast.randrange(100)
        kind: CreditRequestKind
        if customer_id in self._held and rolled < _PERCENT_OF_HELD:
            kind = "increase"
        elif customer_id not in self._asked and rolled < _PERCENT_NEW:
            kind = "new"
        else:
            return None
        limit = self._limits.get(customer_id, customer.credit_limit) or customer.credit_limit
        amount = Decimal(round(float(limit) * cast.uniform(1.1, 1.8) / _STEP + 1) * _STEP)
        temporary = kind == "increase" and cast.randrange(100) < _PERCENT_TEMPORARY
        return CreditRequested(
            request_id=f"CR-{customer_id}-{day.today:%Y%m%d}",
            customer_id=customer_id,
            kind=kind,
            currency=customer.currency,
            amount=amount,
            requested_on=day.today,
            requested_by="Sal Sales",
            valid_until=day.today + timedelta(days=_TEMPORARY_DAYS) if temporary else None,
            monthly_purchases=amount / 2,
        )

    def _answered(self, customer_id: str, request_id: str | None) -> None:
        if request_id is not None:
            self._under_way[customer_id].discard(request_id)
