"""Rules of the policy: which hold, which win, which contradict each other; what-if and trial rest on the same facts."""

from __future__ import annotations

from copy import deepcopy
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.credit.domain.account import CreditAccount
from services.credit.domain.account_facts import facts_about
from services.credit.domain.authorisation import Facts, judge
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.exchange import Rates
from services.credit.domain.order_rules import Rule, narrowest
from services.credit.domain.policy_trial import PastDecision, PolicyTrial
from services.credit.domain.standing import Security, Standing, Uncleared
from services.credit.domain.what_if import payment_needed

DAY = date(2025, 3, 3)
SHIPPED: dict[str, Any] = {
    "warning_percent": "80",
    "at_limit_percent": "100",
    "authority": {"credit_analyst": "2000", "credit_manager": None},
}
amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(3000), places=2)
bounds = st.integers(0, 6).map(Decimal)


def rules(*listed: dict[str, Any], **more: Any) -> CreditRules:
    return CreditRules.model_validate({**SHIPPED, "rules": listed, **more})


def rule(name: str, field: str, effect: str = "blocking", **given: Any) -> dict[str, Any]:
    return {"name": name, "effect": effect, "field": field, **given}


def account(limit: str = "1000", **due: str) -> CreditAccount:
    """An account with items that fall due so many days after (d) or before (o) the day."""
    opened = CreditAccount("C-1", 1, "US01", "Acme", "USD", Decimal(limit))
    for when, amount in due.items():
        days = int(when[1:]) * (1 if when[0] == "d" else -1)
        opened.standing.owed("USD", DAY + timedelta(days=days), Decimal(amount))
        opened.open_items_total += Decimal(amount)
    return opened


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"rules": [rule("r", "mood", above="1")]}, "field 'mood', which no order has: use one of days_overdue"),
        ({"rules": [rule("r", "net_days", above="1")] * 2}, "is given twice for all customers: leave one out"),
        ({"rules": [rule("r", "net_days", one_of=["1"])]}, "net_days is a number: use above"),
        ({"rules": [rule("r", "country", above="1")]}, "country is a word: use one_of"),
        ({"rules": [rule("r", "net_days")]}, "says nothing of net_days: give a bound"),
        ({"rules": [rule("r", "net_days", above="5", below="5")]}, "no net_days is above 5 and below 5"),
        ({"rules": [rule("r", "net_days", above="5", customer_id="C", group_id="G")]}, "choose one"),
        (
            {"rules": [rule("a", "net_days", above="9"), rule("b", "net_days", "excluding", at_least="9")]},
            "rules a and b contradict each other for all customers",
        ),
        ({"two_persons_above": "5000", "authority": {"credit_analyst": "10"}}, "no second person is ever asked"),
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
    judged = judge(facts, rules(*blocking))
    assert [r.code for r in judged.reasons] == ["account-held", "over-limit", "rule:age", "rule:share"]
    assert judged.reasons[2].text == "Rule age blocks the order: 40 days the oldest item is overdue, above 30."
    let = judge(facts, rules(*blocking, rule("small", "order_amount", "excluding", at_most="20")))
    assert let.passes
    assert [r.code for r in let.remarks][:2] == ["excluded-by-rule", "account-held"]
    assert not judge(replace(facts, amount=Decimal("20.01")), rules(*blocking)).concerns_order_alone
    assert Facts.of("C-1", facts.text) == facts


@settings(max_examples=150, deadline=None)
@given(
    limit=amounts,
    wanted=amounts,
    items=st.dictionaries(st.integers(-90, 30), amounts, max_size=5),
    days=st.integers(0, 60),
    share=st.integers(1, 120),
    overdue=st.sampled_from(["days_overdue", "overdue_amount", "overdue_percent"]),
)
def test_what_if_names_the_least_payment_that_helps(
    limit: Decimal, wanted: Decimal, items: dict[int, Decimal], days: int, share: int, overdue: str
) -> None:
    owing = account(str(limit), **{f"d{n}" if n >= 0 else f"o{-n}": str(amount) for n, amount in items.items()})
    policy = rules(rule("late", overdue, above=str(days)), rule("share", "limit_used_percent", above=str(share)))
    facts = facts_about(owing, wanted, "USD", DAY)
    needed, due = payment_needed(owing, facts, policy, DAY), sorted(owing.standing.due("USD"))

    def passes(paid: Decimal) -> bool:
        paying, left = deepcopy(owing), paid
        for day, amount in due:
            paying.standing.owed("USD", day, -min(left, amount))
            paying.open_items_total -= min(left, amount)
            left -= min(left, amount)
        return judge(facts_about(paying, wanted, "USD", DAY), policy).passes

    if needed.amount is None:
        assert not passes(sum((amount for _, amount in due), Decimal(0)))
        return
    assert passes(needed.amount)
    assert needed.amount == 0 or not passes(needed.amount - Decimal("0.01"))


def test_exposure_counts_each_part_by_policy_and_rate() -> None:
    owing = account("1000", d5="100")
    owing.valuation = replace(
        owing.valuation,
        day=DAY,
        rates=Rates({("EUR", "USD"): Decimal(2)}),
        rules=rules(exposure={"clearing_days": {"check": 5}, "order_tax_counts": False}).exposure,
    )
    standing = owing.standing
    standing.paid(Uncleared("I-1", DAY - timedelta(days=4), "check", "USD", Decimal(30)))
    standing.paid(Uncleared("I-2", DAY - timedelta(days=5), "check", "USD", Decimal(1000)))
    standing.on_account_changed("EUR", Decimal(5))
    standing.secured(Security("S", "deposit", "USD", Decimal(20), DAY, DAY), "S")
    standing.ordered("EUR", Decimal(50), Decimal(10))
    owing.open_orders_total, owing.open_orders_tax = Decimal(60), Decimal(6)
    assert owing.exposure == 100 + (60 - 6) + (50 - 10) * 2 + 30 - 5 * 2 - 20
    assert owing.without_rate == ()
    standing.owed("JPY", DAY, Decimal(100))
    assert owing.without_rate == ("JPY",)
    standing.owed_again("I-1", Decimal(30))
    assert owing.exposure == 204
    assert Standing(standing.text).text == standing.text


def test_a_trial_carries_what_it_lets_through_to_the_orders_after_it() -> None:
    owing = account("100")
    texts = [facts_about(owing, Decimal(60), "USD", DAY).text] * 3
    tried = PolicyTrial(rules())
    past = [
        PastDecision("C-1", 1, "O-1", "held", DAY, texts[0]),
        PastDecision("C-1", 2, "O-2", "approved", DAY, texts[1]),
        PastDecision("C-1", 3, "O-1", "released", DAY, None),
        PastDecision("C-1", 4, "O-3", "approved", DAY, texts[2]),
    ]
    found = tried.differences(past)
    assert [(d.order_id, d.would_hold) for d in found] == [("O-1", False), ("O-2", True)]
    assert (tried.judged, "above the credit" in found[1].why) == (3, True)


def test_what_has_no_rate_is_valued_over_a_third_currency_and_says_so() -> None:
    """1 EUR = 2 USD and 1 GBP = 4 USD: 100 GBP are 200 EUR, over USD; over CHF, were its rates known, before that."""
    known = Rates({("EUR", "USD"): Decimal(2), ("GBP", "USD"): Decimal(4), ("EUR", "CHF"): Decimal(1)})
    rates = known.crossed([("GBP", "EUR"), ("GBP", "JPY")])
    assert rates.converted(Decimal(100), "GBP", "EUR") == 200
    assert rates.converted(Decimal(100), "EUR", "GBP") == 50
    assert (rates.way("EUR", "GBP"), rates.converted(Decimal(1), "GBP", "JPY")) == ("USD", None)
    both = Rates({**known.by_pair, ("CHF", "GBP"): Decimal("0.5")}).crossed([("GBP", "EUR")])
    assert both.way("GBP", "EUR") == "CHF"
    european = account()
    european.currency, european.valuation = "EUR", replace(european.valuation, rates=rates)
    crossed = facts_about(european, Decimal(100), "GBP", DAY)
    words = "The order in GBP is valued in EUR over USD, as no exchange rate between the two is known."
    (remark,) = judge(crossed, rules()).remarks
    assert (crossed.amount, remark.code, remark.text) == (200, "converted-over", words)
    (reason,) = judge(replace(crossed, amount=Decimal(2000)), rules()).reasons
    assert reason.text.endswith(words)
    assert Facts.of("C-1", crossed.text).converted_over == "USD"
