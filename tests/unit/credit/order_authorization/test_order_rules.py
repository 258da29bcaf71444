"""Rules of the policy: which match, which win, which contradict each other; what-if and trial use the same facts."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.credit.accounts.domain.account_profile import AccountProfile, Collateral, Uncleared
from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.domain.evaluation import OrderFacts, evaluate
from services.credit.order_authorization.domain.order_facts import facts_about
from services.credit.order_authorization.domain.order_rules import Rule, narrowest
from shared.kernel.exchange_rates import ExchangeRates
from tests.unit.credit.order_authorization.samples import DAY, SHIPPED, account, rule, rules

bounds = st.integers(0, 6).map(Decimal)


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rules": [rule("r", "mood", above="1")]}, "field 'mood', which no order has: use one of days_overdue"),
        ({"rules": [rule("r", "net_days", above="1")] * 2}, "is given twice for all customers: remove one"),
        ({"rules": [rule("r", "net_days", one_of=["1"])]}, "net_days is a number: use above"),
        ({"rules": [rule("r", "country", above="1")]}, "country is a word: use one_of"),
        ({"rules": [rule("r", "net_days")]}, "has no condition on net_days: give a bound"),
        ({"rules": [rule("r", "net_days", above="5", below="5")]}, "no net_days is above 5 and below 5"),
        ({"rules": [rule("r", "net_days", above="5", customer_id="C", group_id="G")]}, "choose one"),
        (
            {"rules": [rule("a", "net_days", above="9"), rule("b", "net_days", "excluding", at_least="9")]},
            "rules a and b contradict each other for all customers",
        ),
        ({"two_persons_above": "5000", "authority": {"credit_analyst": "10"}}, "no second person is ever needed"),
        ({"warning_percent": "100"}, "must be below at_limit_percent"),
    ],
)
def test_a_policy_that_cannot_be_is_refused_with_a_sentence(change: dict[str, Any], sentence: str) -> None:
    with pytest.raises(ValueError, match=sentence):
        CreditRules.model_validate({**SHIPPED, **change})


@given(one=st.tuples(bounds, bounds), other=st.tuples(bounds, bounds), kinds=st.tuples(st.booleans(), st.booleans()))
def test_one_rule_covers_another_exactly_where_it_holds_with_it(
    one: tuple[Decimal, Decimal], other: tuple[Decimal, Decimal], kinds: tuple[bool, bool]
) -> None:
    def made(name: str, pair: tuple[Decimal, Decimal], strict: bool) -> Rule | None:
        low, high = ("above", "below") if strict else ("at_least", "at_most")
        try:
            return Rule.model_validate(rule(name, "net_days", **{low: min(pair), high: max(pair)}))
        except ValueError:
            return None

    wide, narrow = made("wide", one, kinds[0]), made("narrow", other, kinds[1])
    if wide is None or narrow is None:
        return
    values = [Decimal(n) / 4 for n in range(-1, 30)]
    assert wide.covers(narrow) == all(wide.holds(v) for v in values if narrow.holds(v))


def test_the_narrowest_variant_of_a_rule_wins_in_the_order_listed() -> None:
    listed = [
        Rule.model_validate(rule("age", "days_overdue", above="30")),
        Rule.model_validate(rule("size", "order_amount", above="500")),
        Rule.model_validate(rule("age", "days_overdue", above="60", group_id="G")),
        Rule.model_validate(rule("age", "days_overdue", above="90", customer_id="C-1")),
    ]
    chosen = {who: narrowest(listed, *who) for who in (("C-1", "G"), ("C-2", "G"), ("C-3", None))}
    assert [(r.name, r.above) for r in chosen["C-1", "G"]] == [("age", 90), ("size", 500)]
    assert [r.above for r in chosen["C-2", "G"]] == [60, 500]
    assert [r.above for r in chosen["C-3", None]] == [30, 500]


def test_every_reason_is_given_and_one_excluding_rule_lets_it_through_all_the_same() -> None:
    late = account("100", o40="90")
    late.holds["H"] = "a promise was broken"
    blocking = [rule("age", "days_overdue", above="30"), rule("share", "overdue_percent", above="50")]
    facts = facts_about(late, Decimal(20), "USD", DAY)
    evaluated = evaluate(facts, rules(*blocking))
    assert [r.code for r in evaluated.reasons] == ["account-held", "over-limit", "rule:age", "rule:share"]
    assert evaluated.reasons[2].text == "Rule age blocks the order: 40 days the oldest item is overdue, above 30."
    let = evaluate(facts, rules(*blocking, rule("small", "order_amount", "excluding", at_most="20")))
    assert let.passes
    assert [r.code for r in let.remarks][:2] == ["excluded-by-rule", "account-held"]
    assert not evaluate(replace(facts, amount=Decimal("20.01")), rules(*blocking)).concerns_order_alone
    assert OrderFacts.of("C-1", facts.text) == facts


def test_a_rule_about_an_amount_shows_it_with_the_decimals_of_the_accounts_currency() -> None:
    size = Rule.model_validate(rule("size", "order_amount", above="30000"))
    assert size.sentence(Decimal("31234.500"), "USD").endswith(
        "31,234.50 ordered, in the account's currency, above 30,000.00."
    )
    assert size.sentence(Decimal(31234), "JPY").endswith("31,234 ordered, in the account's currency, above 30,000.")
    share = Rule.model_validate(rule("share", "overdue_percent", above="50"))
    assert share.sentence(Decimal(200) / 3, "JPY").endswith("66.67 per cent of the credit limit overdue, above 50.")


def test_exposure_counts_each_part_by_policy_and_rate() -> None:
    owing = account("1000", d5="100")
    owing.valuation = replace(
        owing.valuation,
        day=DAY,
        rates=ExchangeRates({("EUR", "USD"): Decimal(2)}),
        rules=rules(exposure={"clearing_days": {"check": 5}, "order_tax_counts": False}).exposure,
    )
    profile = owing.profile
    profile.add_uncleared(Uncleared("I-1", DAY - timedelta(days=4), "check", "USD", Decimal(30)))
    profile.add_uncleared(Uncleared("I-2", DAY - timedelta(days=5), "check", "USD", Decimal(1000)))
    profile.add_on_account("EUR", Decimal(5))
    profile.set_collateral("S", Collateral("S", "deposit", "USD", Decimal(20), DAY, DAY))
    profile.add_foreign_order("EUR", Decimal(50), Decimal(10))
    owing.open_orders_total, owing.open_orders_tax = Decimal(60), Decimal(6)
    assert owing.exposure == 100 + (60 - 6) + (50 - 10) * 2 + 30 - 5 * 2 - 20
    assert owing.without_rate == ()
    profile.add_due("JPY", DAY, Decimal(100))
    assert owing.without_rate == ("JPY",)
    profile.reduce_uncleared("I-1", Decimal(30))
    assert owing.exposure == 204
    assert AccountProfile(profile.text).text == profile.text


def test_an_order_without_a_rate_of_its_own_is_valued_through_a_third_currency_which_is_recorded() -> None:
    """1 EUR = 2 USD and 1 GBP = 4 USD: 100 GBP are 200 EUR, through USD."""
    european = account()
    rates = ExchangeRates({("EUR", "USD"): Decimal(2), ("GBP", "USD"): Decimal(4), ("EUR", "CHF"): Decimal(1)})
    european.currency, european.valuation = "EUR", replace(european.valuation, rates=rates)
    crossed = facts_about(european, Decimal(100), "GBP", DAY)
    words = "The order in GBP is valued in EUR through USD, as there is no exchange rate between the two."
    (remark,) = evaluate(crossed, rules()).remarks
    assert (crossed.amount, remark.code, remark.text) == (200, "converted-over", words)
    (reason,) = evaluate(replace(crossed, amount=Decimal(2000)), rules()).reasons
    assert reason.text.endswith(words)
    assert OrderFacts.of("C-1", crossed.text).converted_over == "USD"
