"""The application rules: a policy that states how payments are identified and applied, with exceptions.

Rules of a company hold for its customers, those of a group for the customers of the group, those of a customer for
that customer only; the narrowest rule wins, section by section.

All amounts are in the currency of the payment or item they are
compared with.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.cash_app.open_items.domain.open_item import DiscountBase
from shared.contracts.cash_app import ItemKind
from shared.contracts.event import Identifier, NonNegativeAmount, Percent

MatchRule = Literal[
    "exact_with_credit", "single_open_item", "exact_amount", "clear_account", "clear_past_due", "past_due_by_terms",
    "statement_balance", "exact_sum", "round_sum", "oldest_first", "largest_first", "due_now_first", "by_priority",
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
    """Good standing: no discount for a customer with an item more days past due than this; None: not required."""
    base: DiscountBase = "invoice"
    """The amount that the per cent applies to: as the invoice states, its total, or its total without tax."""
    part_payments: Literal["none", "in_proportion"] = "none"
    """Whether a part payment within terms earns its share of the discount."""
    unearned_taken: Literal["stays_open", "deduction"] = "stays_open"
    """What happens to a discount that was taken and not earned."""
    taken_back: Literal["in_proportion", "first"] = "in_proportion"
    """What a credit memo takes back of a discount that was granted: what the terms no longer grant on what is left of
    the invoice, or all of the discount before any money is given back."""
    overclaim_percent_max: Percent = Decimal(20)
    """Of the open amount. A payer who claims more discount than the terms grant still earns what they grant. If more
    than this is then missing, it is a part payment and earns none."""


class ToleranceRules(_Document):
    """A small difference, missing or too much, is booked to an account of its own within both limits. Zero: never."""

    amount: NonNegativeAmount = Decimal(0)
    percent: Percent = Decimal(0)
    """Of what is open on the item; of a surplus, of all that the payment settles."""


class ShortPaymentRules(_Document):
    """What happens to the shortfall of an item that its payer named and paid short."""

    shortfall: Literal["stays_open", "deduction"] = "stays_open"
    """A reason given in the remittance makes it a deduction in either case."""
    deduction_percent_max: Percent = Decimal(20)
    """Of the open amount: a larger shortfall is a part payment, not a deduction, unless a reason is given."""


class RuleSet(_Document):
    """How money without a remittance is applied: the first of `rules` that gives a result decides.

    As shipped, nothing is applied on a guess: money that matches nothing is left unapplied for review. A company that
    prefers to apply it to the oldest items adds `oldest_first`, for all customers or for those who agreed to it; or
    `round_sum`, for round amounts only.
    """

    rules: Annotated[tuple[MatchRule, ...], Field(max_length=13)] = (
        "exact_with_credit", "single_open_item", "exact_amount", "clear_account", "clear_past_due", "exact_sum",
    )  # fmt: skip
    learned_round_sum: Annotated[int, Field(ge=0, le=20)] = 2
    """After so many round payments of a customer that a clerk applied by hand to its oldest items, and none to others
    since, `round_sum` applies the next ones, after all `rules`. Zero: never."""
    partial: Literal["always", "only_open_item", "never"] = "always"
    """Whether an item may be paid in part: always, only where it is the only one open, or never."""
    disputed_items: bool = True
    """Whether disputed items are paid and count in balances."""
    late_charges: bool = True
    """Whether interest and fees are paid and count in balances."""
    residual_handling: Literal["on_account", "unapplied"] = "unapplied"
    """Where money goes whose purpose is not known, or that names documents and is more than they owe; `unapplied` is
    for review. On account, the next invoice uses it. What was paid while nothing was open at all, naming no document,
    is the customer's credit in either case."""
    of_equal_amounts: Literal["oldest", "none"] = "oldest"
    """Which of several items with the same amount is paid; `none`: a person decides."""
    kinds_first: Annotated[tuple[ItemKind, ...], Field(max_length=8)] = ("interest", "fee", "deduction", "invoice")
    """The order in which `by_priority` pays kinds of items; kinds not listed come last."""
    late_advice: Literal["reapply", "note"] = "reapply"
    """What happens when remittance advice arrives after the rules applied its money differently: the money is applied
    again as advised, if nothing else has moved those items since; or the advice is for review. What a person did stays
    in either case."""
    written_off_items: Literal["recover", "keep"] = "recover"
    """What happens when a written-off item is paid under its number: the write-off is taken back and the item settled,
    or the money is left over for a person."""
    credit_for_reopened: Literal["use", "keep"] = "use"
    """Whether an item that is owed again, since a payment was returned or an application or write-off reversed, is paid
    at once with credit on account, as a new invoice is."""
    convert_currencies: bool = True
    """Whether items in another currency are paid at the dated rate, after those of the payment's own."""


class BankWordsRules(_Document):
    """What happens where the bank's words name documents: they are settled if the money is theirs to the cent."""

    part_payment: bool = True
    """Whether money that is less than what is open on the only document named is paid on it; else a person decides."""
    unknown_numbers: Literal["wait", "ignore"] = "wait"
    """Where the words call a number a document's that is not known: the money waits for it, or the rules apply it."""


class IdentificationRules(_Document):
    """How sure the payer's name must be. A score is how alike the letters are, 0 to 100, less the points of weaker
    evidence."""

    name_score_min: Annotated[Decimal, Field(ge=80, le=100)] = Decimal(92)
    name_margin_min: Annotated[Decimal, Field(ge=1, le=100)] = Decimal(8)
    """By how much the best must be better than the second best."""
    other_legal_form_points: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(8)
    """Deducted where two names have different legal forms (GmbH, AG): by default still enough where the rest is the
    same, but never as much as the same form."""
    transliterated_points: Annotated[Decimal, Field(ge=0, le=100)] = Decimal(10)
    """Deducted where a name is alike only once it is written in Latin letters: by default a suggestion for a clerk."""


class CustomerRules(_Document):
    """All that holds for one customer."""

    discount: DiscountRules = DiscountRules()
    tolerance: ToleranceRules = ToleranceRules()
    short_payment: ShortPaymentRules = ShortPaymentRules()
    rule_set: RuleSet = RuleSet()
    bank_words: BankWordsRules = BankWordsRules()


class Exceptions(_Document):
    """Sections that replace those of the wider rules; a missing section is inherited."""

    discount: DiscountRules | None = None
    tolerance: ToleranceRules | None = None
    short_payment: ShortPaymentRules | None = None
    rule_set: RuleSet | None = None
    bank_words: BankWordsRules | None = None


class Group(Exceptions):
    """Customers with rules of their own; of several groups the first by name counts."""

    customers: Annotated[frozenset[Identifier], Field(max_length=100_000)]


class ApplicationRules(_Document):
    """How payers are identified and money is applied: discounts, tolerance, short payments and rule sets."""

    identification: IdentificationRules = IdentificationRules()
    standard: CustomerRules = CustomerRules()
    companies: dict[Identifier, Exceptions] = {}
    groups: dict[Identifier, Group] = {}
    customers: dict[Identifier, Exceptions] = {}
    parents: dict[Identifier, Identifier] = {}
    """Payer groups: which parent account pays for which child account (child to parent)."""
    parent_without_remittance: Literal["exact_of_payer_group", "parent"] = "exact_of_payer_group"
    """Whose a parent's payment without a remittance is: that of the accounts of the payer group whose documents it pays
    exactly, and else the parent's; or always the parent's."""

    @model_validator(mode="after")
    def _parents_are_not_children(self) -> ApplicationRules:
        for child, parent in self.parents.items():
            if parent in self.parents:
                raise ValueError(f"{parent} pays for {child} and has a payer itself: name the one who pays in the end")
        return self

    def of(self, company_id: str, customer_id: str) -> CustomerRules:
        """The rules of a customer: those of the company, then of the group, then the customer's own."""
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
        """The child accounts of a parent, by number."""
        return sorted(child for child, payer in self.parents.items() if payer == parent)

    def of_one_parent(self, one: str, other: str) -> bool:
        """Whether the same parent pays for both."""
        return one in self.parents and self.parents[one] == self.parents.get(other)

    def pays_for(self, payer: str, customer_id: str) -> bool:
        """Whether `payer` is the parent who pays for this customer."""
        return self.parents.get(customer_id) == payer


STANDARD: Final = CustomerRules()
"""The rules as they are shipped."""
