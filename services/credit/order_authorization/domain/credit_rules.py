"""The policy document `credit_rules`: marks of the account's states, what counts as exposure, which rules an order
must pass, and who may release how much.

Everything except the two marks and the authority is optional.
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.credit.accounts.domain.account_rules import AccountRules, Days
from services.credit.order_authorization.domain.order_rules import Questions, Rule, check_rules, narrowest, questions
from shared.contracts.event import Identifier, NonNegativeAmount, Percent

ReleasingRole = Literal["credit_analyst", "credit_manager"]
CUSTOMERS_CACHED_MAX = 20_000


class Tolerance(BaseModel):
    """How far above the credit limit an order is still approved, with a remark: the lower of both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    percent: Percent
    """Of the credit limit."""
    amount: NonNegativeAmount | None = None
    """In the account's currency; null: only the percentage counts."""

    def of(self, limit: Decimal) -> Decimal:
        share = limit * self.percent / 100
        return share if self.amount is None else min(share, self.amount)


class CreditRules(AccountRules):
    """How far a customer's credit goes. Percentages are of the account's credit limit."""

    authority: dict[ReleasingRole, NonNegativeAmount | None]
    """The largest held order each role may release, in the order's currency; null: any. A role not listed: none."""
    two_persons_above: NonNegativeAmount | None = None
    """Releasing a larger order needs a second person with the authority for it; null: never."""
    rules: Annotated[tuple[Rule, ...], Field(max_length=500)] = ()
    tolerance: Tolerance | None = None
    approval_days: Days | None = None
    """After this many days an approved order is evaluated again before more stock is allocated; null: never."""
    hold_days_max: Days | None = None
    """An order held for longer is declined; null: never."""
    account_hold_stops_orders: bool = False
    """A hold of the account also stops orders that were approved before and are not shipped yet."""
    reason_codes: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=100)] = (
        "paid", "prepaid", "secured", "good-customer", "wrong-data", "bad-risk", "customer-request", "other",
    )  # fmt: skip
    """What a person may give as the code of a release, a hold or a decline."""

    @model_validator(mode="after")
    def _rules_and_authority_agree(self) -> Self:
        bounded = [most for most in self.authority.values() if most is not None]
        asked_never = len(bounded) == len(self.authority) and max(bounded, default=0) <= (self.two_persons_above or 0)
        if self.two_persons_above is not None and asked_never:
            raise ValueError(
                f"two_persons_above {self.two_persons_above} contradicts authority: no role may release more than "
                f"{max(bounded, default=0)}, so no second person is ever needed; lower it or leave it out"
            )
        check_rules(self.rules)
        return self

    def rules_for(self, customer_id: str, group_id: str | None) -> tuple[Rule, ...]:
        """The rules that concern a customer, in the order in which they are evaluated."""
        return self._for(customer_id, group_id)[0]

    def questions_for(self, customer_id: str, group_id: str | None) -> Questions:
        """The same rules by field, so that each value is looked up once."""
        return self._for(customer_id, group_id)[1]

    def _for(self, customer_id: str, group_id: str | None) -> tuple[tuple[Rule, ...], Questions]:
        key = (customer_id if customer_id in self._customers_named else "", group_id)
        found = self._chosen.get(key)
        if found is None:
            if len(self._chosen) >= CUSTOMERS_CACHED_MAX:
                self._chosen.clear()
            chosen = narrowest(self.rules, key[0], group_id)
            found = self._chosen[key] = chosen, questions(chosen)
        return found

    def needs_second_person(self, amount: Decimal) -> bool:
        return self.two_persons_above is not None and amount > self.two_persons_above

    def approved_until(self, on: date) -> date | None:
        """The last day of an approval given on that day; None: it does not expire."""
        return None if self.approval_days is None else on + timedelta(days=self.approval_days)

    @cached_property
    def _customers_named(self) -> frozenset[str]:
        return frozenset(rule.customer_id for rule in self.rules if rule.customer_id is not None)

    @cached_property
    def _chosen(self) -> dict[tuple[str, str | None], tuple[tuple[Rule, ...], Questions]]:
        return {}
