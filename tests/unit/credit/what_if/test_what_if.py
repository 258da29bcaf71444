"""What an order would need to be approved, and what other rules would have decided."""

from __future__ import annotations

from copy import deepcopy
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.credit.order_authorization.domain.evaluation import evaluate
from services.credit.order_authorization.domain.order_facts import facts_about
from services.credit.what_if.domain.payment_needed import payment_needed
from services.credit.what_if.domain.policy_trial import PastDecision, PolicyTrial
from tests.kit.examples import examples
from tests.unit.credit.order_authorization.samples import DAY, account, amounts, rule, rules


@settings(max_examples=examples(150), deadline=None)
@given(
    limit=amounts,
    wanted=amounts,
    items=st.dictionaries(st.integers(-90, 30), amounts, max_size=5),
    days=st.integers(0, 60),
    share=st.integers(1, 120),
    overdue=st.sampled_from(["days_overdue", "overdue_amount", "overdue_percent"]),
)
def test_what_if_names_the_least_payment_that_helps(
    *, limit: Decimal, wanted: Decimal, items: dict[int, Decimal], days: int, share: int, overdue: str
) -> None:
    owing = account(str(limit), **{f"d{n}" if n >= 0 else f"o{-n}": str(amount) for n, amount in items.items()})
    policy = rules(rule("late", overdue, above=str(days)), rule("share", "limit_used_percent", above=str(share)))
    facts = facts_about(owing, wanted, "USD", DAY)
    needed, due = payment_needed(owing, facts, policy, DAY), sorted(owing.profile.due_amounts("USD"))

    def passes(paid: Decimal) -> bool:
        paying, left = deepcopy(owing), paid
        for day, amount in due:
            paying.profile.add_due("USD", day, -min(left, amount))
            paying.open_items_total -= min(left, amount)
            left -= min(left, amount)
        return evaluate(facts_about(paying, wanted, "USD", DAY), policy).passes

    if needed.amount is None:
        assert not passes(sum((amount for _, amount in due), Decimal(0)))
        return
    assert passes(needed.amount)
    assert needed.amount == 0 or not passes(needed.amount - Decimal("0.01"))


def test_a_trial_carries_what_it_approves_to_the_orders_after_it() -> None:
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
    assert (tried.evaluated, "above the credit" in found[1].why) == (3, True)
