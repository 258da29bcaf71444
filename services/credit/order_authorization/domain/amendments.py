"""An amended order is decided on again: if it grew as a new order, else it keeps its approval."""

from __future__ import annotations

from services.credit.accounts.domain.account import CreditAccount
from services.credit.order_authorization.domain.order_decisions import (
    Decided,
    RulesInForce,
    authorize_order,
    facts_of_decision,
    grant,
    withdraw_approval,
)
from services.credit.order_authorization.domain.orders import OpenOrder
from services.credit.order_authorization.domain.reasons import approved_before, held_manually
from shared.contracts.credit import CreditApproved, CreditHeld
from shared.contracts.invoicing import OrderValidated


def amend(account: CreditAccount, order: OpenOrder, revised: OrderValidated, rules: RulesInForce) -> list[Decided]:
    """Stores a later revision of an order and decides on it. Empty if the order needs no decision any more."""
    on, order.facts = rules.on, None
    if not account.has_master_data or (not order.open_amount and order.order_version >= revised.order_version):
        order.amended(revised)
        return []
    approved_amount, decision, since = order.exposure, order.decision, order.decided_on
    if order.granted:
        withdraw_approval(account, order, "waiting", on)
    order.amended(revised)
    if order.instructions.held_by is not None:
        return [_still_held(account, order, rules)]
    if since is None or order.open_amount > approved_amount:
        return authorize_order(account, order, rules)
    facts = facts_of_decision(account, order, rules)
    grant(account, order, decision, since)
    approved = CreditApproved(
        **facts,
        valid_until=rules.document.approved_until(since),
        remarks=(approved_before(approved_amount, since, order.currency),),
        decision_no=order.decisions,
    )
    return [approved, *account.update_state(rules.document, on)]


def _still_held(account: CreditAccount, order: OpenOrder, rules: RulesInForce) -> CreditHeld:
    facts, given = facts_of_decision(account, order, rules), order.instructions
    order.decide("held", rules.on)
    reason = held_manually(given.held_by or "", given.held_why)
    return CreditHeld(**facts, reasons=(reason,), decision_no=order.decisions)
