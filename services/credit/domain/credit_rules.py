"""The policy document `credit_rules`: marks of the account's states, what counts as exposure, which rules an order
must pass, and who may release how much.

Everything beside the two marks and the authority is optional, so that a document of an earlier release still holds.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.credit.domain.order_rules import Questions, Rule, check_rules, narrowest, questions
from shared.contracts.erp import PaymentMethod
from shared.contracts.event import Identifier, NonNegativeAmount, Percent

ReleasingRole = Literal["credit_analyst", "credit_manager"]
CollateralKind = Literal["guarantee", "insurance", "deposit"]
Days = Annotated[int, Field(ge=0, le=3650)]
CUSTOMERS_CACHED_MAX = 20_000


_ALL_OF_IT: dict[CollateralKind, Decimal] = {
    "guarantee": Decimal(100), "insurance": Decimal(100), "deposit": Decimal(100),
}  # fmt: skip


class ExposureRules(BaseModel):
    """What counts as exposure."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    order_tax_counts: bool = True
    """Open orders count with their tax, or without."""
    clearing_days: dict[PaymentMethod, Days] = Field(default_factory=dict)
    """How long money that came this way still counts as owed after it was applied; a method not named: not at all."""
    on_account_counts: bool = True
    """Money on the customer's account lowers exposure."""
    collateral_percent: dict[CollateralKind, Percent] = Field(default_factory=lambda: dict(_ALL_OF_IT))
    """How much of each kind of collateral lowers exposure; a kind not named: nothing."""
    without_rate: Literal["hold", "leave_out"] = "hold"
    """An account that owes in a currency without exchange rate: hold its orders, or leave that currency out."""


class Tolerance(BaseModel):
    """How far above the credit an order still goes through, and is marked: the lower of both."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    percent: Percent
    """Of the credit limit."""
    amount: NonNegativeAmount | None = None
    """In the account's currency; null: the percentage alone counts."""

    def of(self, limit: Decimal) -> Decimal:
        share = limit * self.percent / 100
        return share if self.amount is None else min(share, self.amount)


class CreditRules(BaseModel):
    """How far a customer's credit goes. Percentages are of the account's credit limit."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    warning_percent: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=4)]
    at_limit_percent: Annotated[Decimal, Field(gt=0, le=1000, decimal_places=4)]
    """Orders are approved up to here; above 100 an account may exceed its limit by that tolerance."""
    authority: dict[ReleasingRole, NonNegativeAmount | None]
    """The largest held order each role may release, in the order's currency; null: any. A role not named: none."""
    two_persons_above: NonNegativeAmount | None = None
    """Releasing a larger order takes a second person with the authority for it; null: never."""
    rules: Annotated[tuple[Rule, ...], Field(max_length=500)] = ()
    exposure: ExposureRules = ExposureRules()
    tolerance: Tolerance | None = None
    approval_days: Days | None = None
    """So many days after its approval an order is checked again before more of it is set aside; null: never."""
    hold_days_max: Days | None = None
    """An order held for longer is declined; null: never."""
    account_hold_stops_orders: bool = False
    """A hold of the whole account also stops orders approved before that are not on their way yet."""
    write_off_closes: bool = True
    """A suspended account is closed by itself once an item of it is written off; else a person closes it."""
    reason_codes: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=100)] = (
        "paid", "prepaid", "secured", "good-customer", "wrong-data", "bad-risk", "customer-request", "other",
    )  # fmt: skip
    """What a person may give as the code of a release, a hold or a decline."""

    @model_validator(mode="after")
    def _agrees_with_itself(self) -> Self:
        if self.warning_percent >= self.at_limit_percent:
            raise ValueError(
                f"warning_percent {self.warning_percent} must be below at_limit_percent {self.at_limit_percent}"
            )
        bounded = [most for most in self.authority.values() if most is not None]
        asked_never = len(bounded) == len(self.authority) and max(bounded, default=0) <= (self.two_persons_above or 0)
        if self.two_persons_above is not None and asked_never:
            raise ValueError(
                f"two_persons_above {self.two_persons_above} contradicts authority: nobody may release more than "
                f"{max(bounded, default=0)}, so no second person is ever asked; lower it or leave it out"
            )
        check_rules(self.rules)
        return self

    def rules_for(self, customer_id: str, group_id: str | None) -> tuple[Rule, ...]:
        """The rules that concern a customer, in the order in which they are asked."""
        return self._for(customer_id, group_id)[0]

    def questions_for(self, customer_id: str, group_id: str | None) -> Questions:
        """The same rules by what they ask for, so that each value is looked up once."""
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

    def may_release(self, roles: Collection[str], amount: Decimal) -> bool:
        """Whether a person with these roles may release a held order of `amount`."""
        if "admin" in roles:
            return True
        return any(role in roles and (most is None or amount <= most) for role, most in self.authority.items())

    def needs_two(self, amount: Decimal) -> bool:
        return self.two_persons_above is not None and amount > self.two_persons_above

    def approved_until(self, on: date) -> date | None:
        """The last day on which an approval of that day may be acted on; None: for good."""
        return None if self.approval_days is None else on + timedelta(days=self.approval_days)

    @cached_property
    def _customers_named(self) -> frozenset[str]:
        return frozenset(rule.customer_id for rule in self.rules if rule.customer_id is not None)

    @cached_property
    def _chosen(self) -> dict[tuple[str, str | None], tuple[tuple[Rule, ...], Questions]]:
        return {}
