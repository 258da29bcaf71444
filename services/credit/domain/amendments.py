"""An order that was amended is decided on again: what grew as if it came now, what did not keeps its approval."""

from __future__ import annotations

from datetime import date

from services.credit.domain.account import CreditAccount
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.order_decisions import Decided, authorise, decided_about, grant, take_back
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
    facts = decided_about(account, order, policy_version, on)
    grant(account, order, decision, since)
    approved = CreditApproved(
        **facts,
        valid_until=rules.approved_until(since),
        remarks=(approved_before(let_through, since, order.currency),),
        decision_no=order.decisions,
    )
    return [approved, *account.settle_state(rules, on)]


def _still_held(account: CreditAccount, order: OpenOrder, policy_version: int, on: date) -> CreditHeld:
    facts, said = decided_about(account, order, policy_version, on), order.handling
    order.decide("held", on)
    reason = held_by_hand(said.held_by or "", said.held_why)
    return CreditHeld(**facts, reasons=(reason,), decision_no=order.decisions)
