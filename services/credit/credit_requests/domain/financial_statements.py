"""A customer's financial statements, and what can be read from them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from functools import partial
from itertools import pairwise
from typing import Annotated, Self

from pydantic import BaseModel, ConfigDict, Field, model_validator

from services.credit.credit_requests.domain.altman import Z_DOUBLE_PRIME, Z_PRIVATE, Z_PUBLIC, Model, Zone
from shared.contracts.event import Amount, BusinessDate, Currency, NonNegativeAmount
from shared.kernel.calendar import months_between
from shared.kernel.money import amount_text

_DAYS_OF_A_YEAR = 365


class FinancialStatement(BaseModel):
    """Balance sheet and income statement of one fiscal year, in whole amounts of `currency`.

    Raises ValueError where the balance sheet does not balance, or the year is not that of its last day.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    fiscal_year: Annotated[int, Field(ge=1990, le=2099)]
    ends_on: BusinessDate
    currency: Currency
    cash: NonNegativeAmount
    receivables: NonNegativeAmount
    inventory: NonNegativeAmount
    other_current_assets: NonNegativeAmount
    fixed_assets: NonNegativeAmount
    """Everything that is not current."""
    payables: NonNegativeAmount
    """Trade accounts payable."""
    other_current_liabilities: NonNegativeAmount
    long_term_liabilities: NonNegativeAmount
    equity: Amount
    """Net worth: share capital and all reserves, retained earnings included."""
    retained_earnings: Amount
    sales: NonNegativeAmount
    cost_of_sales: NonNegativeAmount
    ebit: Amount
    """Earnings before interest and taxes."""
    interest: NonNegativeAmount
    net_income: Amount
    market_value_of_equity: NonNegativeAmount | None = None
    """Of a company that is listed; None: it is private."""

    @model_validator(mode="after")
    def _balances(self) -> Self:
        difference = self.total_assets - self.total_liabilities - self.equity
        if difference:
            shown = partial(amount_text, currency=self.currency)
            raise ValueError(
                f"the statement of {self.fiscal_year} does not balance: assets {shown(self.total_assets)} less "
                f"liabilities {shown(self.total_liabilities)} and equity {shown(self.equity)} leaves "
                f"{shown(difference)}: enter what is missing"
            )
        if self.total_assets == 0:
            raise ValueError(f"the statement of {self.fiscal_year} shows no assets: enter the balance sheet")
        if self.ends_on.year != self.fiscal_year:
            raise ValueError(
                f"fiscal year {self.fiscal_year} does not end on {self.ends_on}: give the year in which it ends"
            )
        return self

    @property
    def current_assets(self) -> Decimal:
        return self.cash + self.receivables + self.inventory + self.other_current_assets

    @property
    def current_liabilities(self) -> Decimal:
        return self.payables + self.other_current_liabilities

    @property
    def total_assets(self) -> Decimal:
        return self.current_assets + self.fixed_assets

    @property
    def total_liabilities(self) -> Decimal:
        return self.current_liabilities + self.long_term_liabilities


@dataclass(frozen=True, slots=True)
class ZScore:
    """A Z-score and what it means."""

    model: str
    score: Decimal
    zone: Zone


@dataclass(frozen=True, slots=True)
class Ratios:
    """The ratios of one year, to two decimal places; None where there is nothing to divide by."""

    fiscal_year: int
    current_ratio: Decimal | None
    quick_ratio: Decimal | None
    debt_to_equity: Decimal | None
    """None as well where equity is used up."""
    interest_cover: Decimal | None
    days_payables: Decimal | None
    z_scores: tuple[ZScore, ...]

    @classmethod
    def of(cls, statement: FinancialStatement) -> Ratios:
        """Definitions as in Ross, Westerfield, Jordan, Fundamentals of Corporate Finance, chapter 3.

        Current: current assets / current liabilities. Quick: without inventory. Debt to equity: total liabilities /
        equity. Interest cover: EBIT / interest. Days payables: trade payables / cost of sales x 365.
        """
        s = statement
        return cls(
            fiscal_year=s.fiscal_year,
            current_ratio=_over(s.current_assets, s.current_liabilities),
            quick_ratio=_over(s.current_assets - s.inventory, s.current_liabilities),
            debt_to_equity=_over(s.total_liabilities, s.equity) if s.equity > 0 else None,
            interest_cover=_over(s.ebit, s.interest),
            days_payables=_over(s.payables * _DAYS_OF_A_YEAR, s.cost_of_sales),
            z_scores=z_scores(s),
        )


def z_scores(statement: FinancialStatement) -> tuple[ZScore, ...]:
    """Z'' and Z' of a private company; of a public one Z'' and Z at market value as well.

    Empty where the company owes nothing: a company without liabilities cannot fail on them.
    """
    if not statement.total_liabilities:
        return ()
    book, market = statement.equity, statement.market_value_of_equity
    variants = [(Z_DOUBLE_PRIME, "private", book), (Z_PRIVATE, "private", book)]
    if market is not None:
        variants = [(Z_DOUBLE_PRIME, "public", market), (Z_PUBLIC, "public", market), *variants]
    return tuple(_z(model, kind, equity, statement) for model, kind, equity in variants)


def _z(model: Model, kind: str, equity: Decimal, statement: FinancialStatement) -> ZScore:
    assets = statement.total_assets
    score = model.score(
        working_capital=(statement.current_assets - statement.current_liabilities) / assets,
        retained_earnings=statement.retained_earnings / assets,
        ebit=statement.ebit / assets,
        equity=equity / statement.total_liabilities,
        sales=statement.sales / assets,
    )
    return ZScore(f"{model.name} ({kind})", score, model.zone(score))


def trends(ratios: Sequence[Ratios]) -> list[str]:
    """How the ratios moved from the first year to the last, in sentences; nothing for a single year."""
    first, last = ratios[0], ratios[-1]
    if first.fiscal_year == last.fiscal_year:
        return []
    sentences = []
    for name, words, more_is_better in _TRENDED:
        before, after = getattr(first, name), getattr(last, name)
        if before is None or after is None or before == after:
            continue
        better = (after > before) == more_is_better
        sentences.append(
            f"{words} went from {before} in {first.fiscal_year} to {after} in {last.fiscal_year}: "
            f"{'better' if better else 'worse'}."
        )
    return sentences


_TRENDED = (
    ("current_ratio", "Current ratio", True),
    ("quick_ratio", "Quick ratio", True),
    ("debt_to_equity", "Debt to equity", False),
    ("interest_cover", "Interest cover", True),
    ("days_payables", "Days payables", False),
)


def statements_problem(
    statements: Sequence[FinancialStatement], currency: str, today: date, age_months_max: int
) -> str | None:
    """Why these statements, oldest first, cannot be analysed, in a sentence; None where they can."""
    years = [statement.fiscal_year for statement in statements]
    if any(later != earlier + 1 for earlier, later in pairwise(years)):
        return f"the statements are of {', '.join(map(str, years))}: enter consecutive years, each once"
    for statement in statements:
        if statement.currency != currency:
            return (
                f"the statement of {statement.fiscal_year} is in {statement.currency}, the account is kept in "
                f"{currency}: convert it"
            )
    last = statements[-1]
    if last.ends_on > today:
        return f"fiscal year {last.fiscal_year} ends on {last.ends_on}, after {today}: enter a year that is over"
    if months_between(last.ends_on, today) > age_months_max:
        return (
            f"the last statement, of {last.fiscal_year}, is {months_between(last.ends_on, today)} months old; "
            f"at most {age_months_max} are allowed: ask for a later one"
        )
    return None


def _over(dividend: Decimal, divisor: Decimal) -> Decimal | None:
    return (dividend / divisor).quantize(Decimal("0.01"), ROUND_HALF_UP) if divisor else None
