"""The application rules: a policy that says how payments are recognised and applied, and for whom otherwise.

What a company sets holds for its customers, what a group sets for the group's, what is set for one customer for
that one; the narrowest wins, section by section. All amounts are in the currency of the payment or item they are
compared with.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from shared.contracts.cash_app import ItemKind
from shared.contracts.event import Identifier, NonNegativeAmount, Percent

MatchRule = Literal[
    "single_open_item", "exact_amount", "clear_account", "clear_past_due", "past_due_by_terms", "statement_balance",
    "exact_sum", "round_sum", "oldest_first", "largest_first", "due_now_first", "by_priority",
]  # fmt: skip

LATE_CHARGES: Final = frozenset({"interest", "fee"})


class _Document(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class DiscountRules(_Document):
    """Which early-payment discounts are granted, and when."""

    take: Literal["none", "earned", "unearned"] = "earned"
    """`unearned`: a discount is allowed however late the payment is."""
    grace_days: Annotated[int, Field(ge=0, le=60)] = 0
    """So many days after the discount date a discount is still earned."""
    past_due_days_max: Annotated[int, Field(ge=0, le=365)] | None = None
    """Good standing: no discount for who has an item open for more days past due; None: not asked."""
    base: Literal["invoice", "gross", "net"] = "invoice"
    """What the per cent is of: as the invoice says, its total, or its total without tax."""
    part_payments: Literal["none", "in_proportion"] = "none"
    """Whether a part payment within terms earns its share of the discount."""
    unearned_taken: Literal["stays_open", "deduction"] = "stays_open"
    """What becomes of a discount that was taken and not earned."""


class ToleranceRules(_Document):
    """A small difference, missing or too much, goes to an account of its own within both limits. Nil: never."""

    amount: NonNegativeAmount = Decimal(0)
    percent: Percent = Decimal(0)
    """Of what is open on the item; of a surplus, of all that the payment settles."""


class ShortPaymentRules(_Document):
    """What becomes of the rest of an item that its payer named and paid short."""

    rest: Literal["stays_open", "deduction"] = "stays_open"
    """A reason given in the remittance makes it a deduction in either case."""
    deduction_percent_max: Percent = Decimal(20)
    """Of what is open: what is missing beyond this is a part payment, not a deduction, unless a reason is given."""


class RuleSet(_Document):
    """How money without a remittance is applied: the first of `rules` that has an answer decides.

    As shipped, nothing is applied on a guess: money that fits nothing waits for a person. A company that would
    rather see it on its oldest items adds `oldest_first`, for all or for those who agreed to it.
    """

    rules: Annotated[tuple[MatchRule, ...], Field(max_length=12)] = (
        "single_open_item", "exact_amount", "clear_account", "clear_past_due", "exact_sum", "round_sum",
    )  # fmt: skip
    partial: Literal["always", "only_open_item", "never"] = "always"
    """Whether an item may be paid in part: always, only where it is the only one open, or never."""
    disputed_items: bool = True
    """Whether disputed items are paid and count in balances."""
    late_charges: bool = True
    """Whether interest and fees are paid and count in balances."""
    rest: Literal["on_account", "unapplied"] = "unapplied"
    """Where money goes of which nobody knows what it is for: `unapplied` waits for a person. What was paid beyond
    what the remittance names, or while nothing was open at all, is the customer's credit in either case."""
    of_equal_amounts: Literal["oldest", "none"] = "oldest"
    """Which of several items that the amount closes equally is paid; `none`: that is for a person."""
    kinds_first: Annotated[tuple[ItemKind, ...], Field(max_length=8)] = ("interest", "fee", "deduction", "invoice")
    """The order in which `by_priority` pays kinds of items; kinds not listed come last."""
    late_advice: Literal["reapply", "note"] = "reapply"
    """What becomes of money that the rules have applied otherwise when its remittance advice comes: applied anew as
    advised, if nothing else has happened with it since; or a person is told. What a person did stays in either case."""
    convert_currencies: bool = True
    """Whether items in another currency are paid at the dated rate, after those of the payment's own."""


class IdentificationRules(_Document):
    """How sure the payer's name must be. Scores are rapidfuzz's token sort ratio, 0 to 100."""

    name_score_min: Annotated[Decimal, Field(ge=80, le=100)] = Decimal(92)
    name_margin_min: Annotated[Decimal, Field(ge=1, le=100)] = Decimal(8)
    """By how much the best must be better than the second best."""


class CustomerRules(_Document):
    """All that holds for one customer."""

    discount: DiscountRules = DiscountRules()
    tolerance: ToleranceRules = ToleranceRules()
    short_payment: ShortPaymentRules = ShortPaymentRules()
    rule_set: RuleSet = RuleSet()


class Otherwise(_Document):
    """Sections that replace the wider ones; what is left out is inherited."""

    discount: DiscountRules | None = None
    tolerance: ToleranceRules | None = None
    short_payment: ShortPaymentRules | None = None
    rule_set: RuleSet | None = None


class Group(Otherwise):
    """Customers with rules of their own; of several groups the first by name counts."""

    customers: Annotated[frozenset[Identifier], Field(max_length=100_000)]


class ApplicationRules(_Document):
    """The whole policy."""

    identification: IdentificationRules = IdentificationRules()
    standard: CustomerRules = CustomerRules()
    companies: dict[Identifier, Otherwise] = {}
    groups: dict[Identifier, Group] = {}
    customers: dict[Identifier, Otherwise] = {}
    parents: dict[Identifier, Identifier] = {}
    """Who pays for whom: child to parent."""
    parent_without_remittance: Literal["exact_of_family", "parent"] = "exact_of_family"
    """Whose a parent's money is that says nothing of what it is for: of those whose documents, of all that the family
    owes, it exactly pays, and else the parent's; or always the parent's."""

    @model_validator(mode="after")
    def _parents_are_not_children(self) -> ApplicationRules:
        for child, parent in self.parents.items():
            if parent in self.parents:
                raise ValueError(f"{parent} pays for {child} and has a payer itself: name the one who pays in the end")
        return self

    def of(self, company_id: str, customer_id: str) -> CustomerRules:
        """What holds for a customer: company, then group, then the customer's own."""
        if not (self.companies or self.groups or self.customers):
            return self.standard
        group = next(
            (self.groups[name] for name in sorted(self.groups) if customer_id in self.groups[name].customers), None
        )
        rules = self.standard
        for narrower in (self.companies.get(company_id), group, self.customers.get(customer_id)):
            if narrower is not None:
                sections = {name: getattr(narrower, name) for name in CustomerRules.model_fields}
                rules = rules.model_copy(update={name: section for name, section in sections.items() if section})
        return rules

    def children_of(self, parent: str) -> list[str]:
        """Those the parent pays for, by number."""
        return sorted(child for child, payer in self.parents.items() if payer == parent)

    def of_one_parent(self, one: str, other: str) -> bool:
        """Whether the same parent pays for both."""
        return one in self.parents and self.parents[one] == self.parents.get(other)

    def pays_for(self, payer: str, customer_id: str) -> bool:
        """Whether `payer` is the parent who pays for this customer."""
        return self.parents.get(customer_id) == payer


STANDARD: Final = CustomerRules()
"""The rules as they are shipped."""
