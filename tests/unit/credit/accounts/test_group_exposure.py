"""Held orders of a group are released oldest first over all its members, up to the pooled limit."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.credit.accounts.domain.account import CreditAccount
from services.credit.accounts.domain.account_rules import ExposureRules
from services.credit.accounts.domain.exposure import Valuation
from services.credit.accounts.domain.group_exposure import CreditGroup, OtherMembers
from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.domain.order_decisions import (
    RulesInForce,
    authorize_order,
    release_fitting_orders,
    stop,
)
from services.credit.order_authorization.domain.orders import OpenOrder
from shared.contracts.invoicing import Reason
from shared.kernel.exchange_rates import ExchangeRates
from tests.kit.examples import examples

DAY = date(2025, 3, 3)
RULES = CreditRules.model_validate({"warning_percent": "80", "at_limit_percent": "100", "authority": {}})
amounts = st.decimals(min_value=Decimal("0.01"), max_value=Decimal(500), places=2)
WHY = [Reason(code="test", text="stopped for the test")]


def pool(limit: Decimal, *own: Decimal) -> tuple[CreditGroup, dict[str, CreditAccount]]:
    group, members = CreditGroup("G", "Group", "USD", limit), {}
    for n, credit_limit in enumerate(own):
        member = CreditAccount(f"C-{n}", 1, "US01", "Acme", "USD", credit_limit, group_id="G", group=group)
        group.members[member.customer_id] = members[member.customer_id] = member
    return group, members


def order(n: int, customer_id: str, amount: Decimal) -> OpenOrder:
    day = DAY - timedelta(days=n % 3)
    return OpenOrder(customer_id, f"O-{n:02}", "US01", "USD", day, amount, amount, 1)


@settings(max_examples=examples(100), deadline=None)
@given(
    limit=amounts,
    own=st.lists(amounts, min_size=2, max_size=3),
    wanted=st.lists(st.tuples(st.integers(0, 1), amounts), max_size=8),
    raised=amounts,
)
def test_no_member_passes_its_own_limit_nor_all_together_the_pool(
    limit: Decimal, own: list[Decimal], wanted: list[tuple[int, Decimal]], raised: Decimal
) -> None:
    group, members = pool(limit, *own)
    orders = [order(n, f"C-{who}", amount) for n, (who, amount) in enumerate(wanted)]
    for one in orders:
        authorize_order(members[one.customer_id], one, RulesInForce(RULES, 0, DAY))
    assert_within(group, members)
    for one in orders[::2]:
        if one.granted:
            stop(members[one.customer_id], one, WHY, 0, DAY)
    group.pooled_limit = limit + raised
    held = [(members[one.customer_id], one) for one in orders if one.decision == "held"]
    released = [one for _, one in release_fitting_orders(held, RULES, "raised", DAY)]
    assert_within(group, members)
    assert [one.age for one in released] == sorted(one.age for one in released)
    for member in members.values():
        mine = [one for one in orders if one.customer_id == member.customer_id and one.granted]
        assert member.open_orders_total == sum((one.open_amount for one in mine), Decimal(0))
        assert member.open_orders_tax == 0


@settings(max_examples=examples(100), deadline=None)
@given(
    members=st.lists(
        st.tuples(st.sampled_from(["USD", "EUR", "JPY"]), amounts, amounts, st.none() | amounts), min_size=1, max_size=6
    ),
    loaded=st.integers(0, 6),
    tax_counts=st.booleans(),
)
def test_it_makes_no_difference_which_members_are_loaded(
    members: list[tuple[str, Decimal, Decimal, Decimal | None]], loaded: int, tax_counts: bool
) -> None:
    rates = ExchangeRates(
        {("EUR", "USD"): Decimal("1.0837"), ("JPY", "USD"): Decimal("0.0066"), ("EUR", "JPY"): Decimal(163)}
    )
    valuation = Valuation(DAY, ExposureRules(order_tax_counts=tax_counts), rates)
    together, parted = CreditGroup("G", "Group", "USD", Decimal(1)), CreditGroup("G", "Group", "USD", Decimal(1))
    others = []
    for n, (currency, owed, ordered, on_account) in enumerate(members):
        member = CreditAccount(f"C-{n}", 1, "US01", "Acme", currency, owed, 0, owed, ordered, valuation=valuation)
        member.open_orders_tax = ordered / 5
        if on_account is not None:
            member.profile.add_on_account("EUR", on_account)
        together.members[member.customer_id] = member
        if n < loaded:
            parted.members[member.customer_id] = member
        else:
            kept = (member.profile,) if on_account is not None else ()
            others.append(OtherMembers(currency, owed, ordered, ordered / 5, kept))
    parted.set_others(tuple(others))
    assert parted.exposure(valuation) == together.exposure(valuation)


def assert_within(group: CreditGroup, members: dict[str, CreditAccount]) -> None:
    assert group.pooled_limit is not None
    together = Decimal(0)
    for member in members.values():
        assert member.exposure <= member.credit_limit
        together += member.exposure
    assert together <= group.pooled_limit
