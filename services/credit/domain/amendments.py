"""An order that was amended is decided on again: what grew as if it came now, what did not keeps its approval."""

from __future__ import annotations

from datetime import date

from services.credit.domain.account import CreditAccount
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.order_decisions import Decided, authorise, grant, take_back, with_order
from services.credit.domain.orders import OpenOrder
from services.credit.domain.reasons import approved_before, held_by_hand
from shared.contracts.credit import CreditApproved, CreditHeld
from shared.contracts.invoicing import OrderValidated


def amend(
    account: CreditAccount, order: OpenOrder, revised: OrderValidated, rules: CreditRules, policy_version: int
) -> list[Decided]:
    """Takes in a later revision of an order and decides on it; nothing is said where it is past a decision."""
    on, order.facts = revised.amended_on or revised.order_date, None
    if not account.known or (not order.open_amount and order.order_version >= revised.order_version):
        order.amended(revised)
        return []
    let_through, decision, since = order.exposure, order.decision, order.decided_on
    if order.granted:
        take_back(account, order, "waiting", on)
    order.amended(revised)
    if order.handling.held_by is not None:
        return [_still_held(account, order, policy_version, on)]
    if since is None or order.open_amount > let_through:
        return authorise(account, order, rules, policy_version, on)
    exposure, limit = with_order(account, order)
    grant(account, order, decision, since)
    approved = CreditApproved(
        order_id=order.order_id,
        customer_id=account.customer_id,
        decided_on=on,
        currency=order.currency,
        order_amount=order.open_amount,
        exposure=exposure,
        credit_limit=limit,
        policy_version=policy_version,
        valid_until=rules.approved_until(since),
        remarks=(approved_before(let_through, since, order.currency),),
        decision_no=order.decisions,
        revision=order.revision,
    )
    return [approved, *account.settle_state(rules, on)]


def _still_held(account: CreditAccount, order: OpenOrder, policy_version: int, on: date) -> CreditHeld:
    said = order.handling
    exposure, limit = with_order(account, order)
    order.decide("held", on)
    return CreditHeld(
        order_id=order.order_id,
        customer_id=account.customer_id,
        decided_on=on,
        currency=order.currency,
        order_amount=order.open_amount,
        exposure=exposure,
        credit_limit=limit,
        policy_version=policy_version,
        reasons=(held_by_hand(said.held_by or "", said.held_why),),
        decision_no=order.decisions,
        revision=order.revision,
    )
