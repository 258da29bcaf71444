"""Ratios, Z-scores and the suggested limit, by published worked examples where there are any."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from pydantic import ValidationError

from services.credit.credit_requests.domain.altman import Z_DOUBLE_PRIME, Z_PRIVATE, Z_PUBLIC
from services.credit.credit_requests.domain.financial_statements import (
    FinancialStatement,
    Ratios,
    statements_problem,
    trends,
)
from services.credit.credit_requests.domain.request_policy import CapRules
from services.credit.credit_requests.domain.suggested_limit import suggested_limit
from services.credit.credit_requests.policy import CREDIT_REQUESTS

# Smolira Golf Corp., years 2017 and 2018: Ross, Westerfield, Jordan, Fundamentals of Corporate Finance, chapter 3, the
# problem on calculating financial ratios. Every figure is the book's; notes payable and other are one line here.
SMOLIRA_2018: dict[str, Any] = {
    "fiscal_year": 2018, "ends_on": "2018-12-31", "currency": "USD", "cash": "24200", "receivables": "15300",
    "inventory": "27200", "other_current_assets": "0", "fixed_assets": "365300", "payables": "27200",
    "other_current_liabilities": "26800", "long_term_liabilities": "93294", "equity": "284706",
    "retained_earnings": "242706", "sales": "336329", "cost_of_sales": "231000", "ebit": "83729", "interest": "14400",
    "net_income": "54770",
}  # fmt: skip
SMOLIRA_2017 = SMOLIRA_2018 | {
    "fiscal_year": 2017, "ends_on": "2017-12-31", "cash": "24056", "receivables": "12548", "inventory": "25592",
    "fixed_assets": "325695", "payables": "23284", "other_current_liabilities": "23671",
    "long_term_liabilities": "90000", "equity": "250936", "retained_earnings": "208936",
}  # fmt: skip


def statement(**changed: Any) -> FinancialStatement:
    return FinancialStatement.model_validate(SMOLIRA_2018 | changed)


def test_the_published_ratios_of_smolira_golf():
    before, after = Ratios.of(FinancialStatement.model_validate(SMOLIRA_2017)), Ratios.of(statement())
    assert (before.current_ratio, after.current_ratio) == (Decimal("1.32"), Decimal("1.24"))
    assert (before.quick_ratio, after.quick_ratio) == (Decimal("0.78"), Decimal("0.73"))
    assert (before.debt_to_equity, after.debt_to_equity) == (Decimal("0.55"), Decimal("0.52"))
    assert after.interest_cover == Decimal("5.81")
    # 27,200 / 231,000 x 365
    assert after.days_payables == Decimal("42.98")
    assert trends([before, after])[:2] == [
        "Current ratio went from 1.32 in 2017 to 1.24 in 2018: worse.",
        "Quick ratio went from 0.78 in 2017 to 0.73 in 2018: worse.",
    ]
    assert trends([after]) == []


def test_the_z_score_of_the_textbook_borrower():
    """Saunders, Cornett, Financial Institutions Management, chapter on credit risk: Z = 1.64, a likely default."""
    score = Z_PUBLIC.score(
        working_capital=Decimal("0.2"), retained_earnings=Decimal(0), ebit=Decimal("-0.2"), equity=Decimal("0.1"),
        sales=Decimal("2.0"),
    )  # fmt: skip
    assert (score, Z_PUBLIC.zone(score)) == (Decimal("1.64"), "distress")


def test_the_z_score_of_a_published_balance_sheet():
    """Excellence in Financial Management, "The Z Score" (exinfm.com): 2.86, between failing and being safe."""
    score = Z_PUBLIC.score(
        working_capital=Decimal(100) / 1000, retained_earnings=Decimal(400) / 1000, ebit=Decimal(50) / 1000,
        equity=Decimal(600) / 700, sales=Decimal(1500) / 1000,
    )  # fmt: skip
    assert (score, Z_PUBLIC.zone(score)) == (Decimal("2.86"), "grey")


def test_altmans_own_groups_fall_on_their_sides():
    """Ratios as large as the means of failed and of sound companies in Altman's sample of 1968; the sums by hand."""
    failed = dict(zip(("working_capital", "retained_earnings", "ebit", "equity", "sales"),
                      map(Decimal, ("-0.061", "-0.626", "-0.318", "0.401", "1.503")), strict=True))  # fmt: skip
    sound = dict(zip(failed, map(Decimal, ("0.414", "0.355", "0.153", "2.477", "1.939")), strict=True))
    for model in (Z_PUBLIC, Z_PRIVATE, Z_DOUBLE_PRIME):
        assert model.zone(model.score(**failed)) == "distress"
        assert model.zone(model.score(**sound)) == "safe"
    # 6.56 x 0.414 + 3.26 x 0.355 + 6.72 x 0.153 + 1.05 x 2.477
    assert Z_DOUBLE_PRIME.score(**sound) == Decimal("7.50")
    # 0.717 x 0.414 + 0.847 x 0.355 + 3.107 x 0.153 + 0.420 x 2.477 + 0.998 x 1.939
    assert Z_PRIVATE.score(**sound) == Decimal("4.05")


def test_zones_end_where_altman_drew_them():
    edges = [(Z_PUBLIC, "1.81", "2.99"), (Z_PRIVATE, "1.23", "2.90"), (Z_DOUBLE_PRIME, "1.10", "2.60")]
    for model, low, high in edges:
        assert model.zone(Decimal(low)) == model.zone(Decimal(high)) == "grey"
        assert model.zone(Decimal(low) - Decimal("0.01")) == "distress"
        assert model.zone(Decimal(high) + Decimal("0.01")) == "safe"


def test_a_public_company_is_scored_at_market_value_as_well():
    assert [z.model for z in Ratios.of(statement()).z_scores] == ["Z'' (private)", "Z' (private)"]
    public = Ratios.of(statement(market_value_of_equity="500000")).z_scores
    assert [z.model for z in public] == ["Z'' (public)", "Z (public)", "Z'' (private)", "Z' (private)"]
    assert public[0].score > public[2].score


def test_what_there_is_nothing_to_divide_by_has_no_ratio():
    free = statement(
        payables="0", other_current_liabilities="0", long_term_liabilities="0", equity="432000", interest="0",
        cost_of_sales="0",
    )  # fmt: skip
    ratios = Ratios.of(free)
    assert ratios.current_ratio is ratios.interest_cover is ratios.days_payables is None
    assert (ratios.debt_to_equity, ratios.z_scores) == (Decimal("0.00"), ())
    overindebted = statement(long_term_liabilities="388000", equity="-10000")
    assert Ratios.of(overindebted).debt_to_equity is None


def test_a_statement_that_does_not_balance_is_refused_with_the_difference():
    with pytest.raises(
        ValidationError, match=r"does not balance: assets 432,000\.00 .* equity 284,000\.00 leaves 706\.00"
    ):
        statement(equity="284000")
    with pytest.raises(ValidationError, match="fiscal year 2018 does not end on 2019-03-31"):
        statement(ends_on="2019-03-31")


def test_statements_of_a_wrong_year_are_refused():
    last, before = statement(), FinancialStatement.model_validate(SMOLIRA_2017)
    assert statements_problem([before, last], "USD", date(2019, 5, 1), 18) is None
    assert "consecutive years" in str(statements_problem([last, last], "USD", date(2019, 5, 1), 18))
    assert "after 2018-06-30: enter a year that is over" in str(
        statements_problem([last], "USD", date(2018, 6, 30), 18)
    )
    assert "is 19 months old; at most 18 are allowed" in str(statements_problem([last], "USD", date(2020, 8, 1), 18))
    assert "convert it" in str(statements_problem([last], "EUR", date(2019, 5, 1), 18))


def test_the_lowest_cap_binds_and_is_named():
    given = {"net_worth": Decimal(192_840), "our_sales": Decimal(5_000_000), "monthly_purchases": Decimal("2500.50")}
    suggestion = suggested_limit(CREDIT_REQUESTS.shipped.document.caps, "USD", **given)
    assert (suggestion.amount, suggestion.binding) == (7501, "purchases")
    assert [cap.text for cap in suggestion.caps] == [
        "10 % of a net worth of 192,840.00 USD: 19,284.00 USD",
        "20 % of a year's sales to the customer of 5,000,000.00 USD: 1,000,000.00 USD",
        "3 months of purchases of 2,500.50 USD: 7,501.00 USD",
    ]
    new = suggested_limit(CREDIT_REQUESTS.shipped.document.caps, "USD", **given | {"our_sales": Decimal(0)})
    assert (new.amount, [cap.name for cap in new.caps]) == (7501, ["net_worth", "purchases"])
    worth = CapRules(net_worth_percent=Decimal(10), our_sales_percent=None, purchases_months=None)
    assert suggested_limit(worth, "USD", **given).binding == "net_worth"
    assert suggested_limit(worth, "USD", **given | {"net_worth": Decimal(-5)}).amount == 0
