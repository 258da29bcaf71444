"""What people do with orders: release, release in part or on a condition, decline, hold. Each is audited."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from services.credit.accounts.domain.account import CreditAccount
from services.credit.order_authorization.account_lookup import check_exact, lock_order, rules_in_force
from services.credit.order_authorization.domain.credit_rules import CreditRules
from services.credit.order_authorization.domain.order_decisions import Release, decline, release
from services.credit.order_authorization.domain.order_instructions import NO_INSTRUCTIONS, OrderInstructions
from services.credit.order_authorization.domain.orders import OpenOrder
from services.credit.order_authorization.domain.reasons import awaits_second_person, held_manually
from services.credit.order_authorization.policy import CREDIT_RULES
from services.credit.order_authorization.reevaluation import Trigger, stop_order
from services.credit.order_authorization.schemas import DeclineOrder, HoldOrder, ReleaseOrder
from services.credit.work import CreditWork
from shared.chassis.errors import Conflict, Unprocessable
from shared.chassis.transaction.command import Command
from shared.contracts.invoicing import Reason
from shared.kernel.authority import check_authority, is_same_person
from shared.kernel.money import Money


async def release_order(
    order_id: str, body: ReleaseOrder, command: Command, uow: CreditWork
) -> tuple[CreditAccount, OpenOrder]:
    """Raises NotFound, Conflict, AuthorityExceeded, Unprocessable; nothing is changed then."""
    account, order = await _held_order(order_id, uow)
    rules = (await rules_in_force(order.company_id, uow)).document
    _check_release(order, body, rules, command)
    before = order.instructions
    if rules.needs_second_person(body.amount or order.open_amount) and not _approved_by_another(order, body, command):
        order.instructions = replace(before, signed_by=command.person.name, signed_amount=body.amount)
        uow.audit(command, "sign_release", order_id, before.text, order.instructions.text)
        return account, order
    if body.condition is not None:
        order.instructions = OrderInstructions(
            condition=body.condition,
            condition_amount=body.condition_amount or order.open_amount,
            condition_by=command.person.name,
        )
        uow.audit(command, "release_on_condition", order_id, before.text, order.instructions.text)
        return account, order
    on = uow.business_date_of(order.company_id)
    terms = Release(
        command.person.name, body.reason, on, body.reason_code, body.amount, valid_until=rules.approved_until(on)
    )
    released = release(account, order, terms)
    order.instructions = NO_INSTRUCTIONS
    uow.emit_all([released], cause=command)
    uow.record_order_exposure(order, Decimal(0), on)
    uow.audit(command, "release_order", order_id, "held", "released")
    return account, order


async def decline_order(
    order_id: str, body: DeclineOrder, command: Command, uow: CreditWork
) -> tuple[CreditAccount, OpenOrder]:
    """Raises NotFound, Conflict, Unprocessable; nothing is changed then."""
    account, order = await _held_order(order_id, uow)
    _check_code(body.reason_code, (await rules_in_force(order.company_id, uow)).document)
    on = uow.business_date_of(order.company_id)
    declined = decline(order, command.person.name, body.reason, on, body.reason_code)
    uow.emit_all([declined], cause=command)
    uow.audit(command, "decline_order", order_id, "held", "declined")
    return account, order


async def hold_order(
    order_id: str, body: HoldOrder, command: Command, uow: CreditWork
) -> tuple[CreditAccount, OpenOrder]:
    """Raises NotFound, Conflict, Unprocessable; nothing is changed then."""
    account, order = await lock_order(order_id, uow)
    rules = await rules_in_force(order.company_id, uow)
    _check_code(body.reason_code, rules.document)
    if not order.open_amount or not (order.granted or order.decision == "held"):
        raise Conflict(
            f"order {order_id} is {order.decision} with {Money(order.open_amount, order.currency)} open: only an order "
            "that is held, or approved and not completely invoiced, can be held"
        )
    decision, before = order.decision, order.instructions
    order.instructions = OrderInstructions(held_by=command.person.name, held_why=body.reason)
    if order.granted:
        why = [held_manually(command.person.name, body.reason)]
        trigger = Trigger(command, uow.business_date_of(order.company_id), body.reason)
        stop_order(uow, order, why, rules.version, trigger)
    uow.audit(command, "hold_order", order_id, f"{decision} {before.text}", f"held {order.instructions.text}")
    return account, order


def second_approval_reasons(order: OpenOrder) -> list[Reason]:
    """Why an order that one person approved is not released yet."""
    by = order.instructions.signed_by
    if by is None:
        return []
    return [awaits_second_person(by, order.instructions.signed_amount or order.open_amount, order.currency)]


def _check_release(order: OpenOrder, body: ReleaseOrder, rules: CreditRules, command: Command) -> None:
    """Raises Unprocessable for a wrong amount or code, AuthorityExceeded above the person's authority."""
    _check_code(body.reason_code, rules)
    for amount in (body.amount, body.condition_amount):
        if amount is not None:
            check_exact(amount, order.currency)
    if body.amount is not None and body.amount >= order.open_amount:
        raise Unprocessable(
            f"{Money(body.amount, order.currency)} is not less than the {Money(order.open_amount, order.currency)} "
            f"open of order {order.order_id}: give a smaller amount, or leave it out to release the whole order"
        )
    asked = body.amount or order.open_amount
    check_authority(
        rules.authority,
        command.person.name,
        command.person.roles,
        amount=asked,
        currency=order.currency,
        policy_name=CREDIT_RULES.name,
    )


def _check_code(code: str, rules: CreditRules) -> None:
    if code not in rules.reason_codes:
        raise Unprocessable(
            f"{code!r} is not a reason code of credit_rules: use one of {', '.join(rules.reason_codes)}"
        )


def _approved_by_another(order: OpenOrder, body: ReleaseOrder, command: Command) -> bool:
    """Whether another person approved the same release. Raises Conflict if it was the same person."""
    given = order.instructions
    if given.signed_by is None or given.signed_amount != body.amount:
        return False
    if is_same_person(given.signed_by, command.person.name):
        raise Conflict(
            f"{given.signed_by} has already approved the release of order {order.order_id}: a second person has to "
            "approve it"
        )
    return True


async def _held_order(order_id: str, uow: CreditWork) -> tuple[CreditAccount, OpenOrder]:
    account, order = await lock_order(order_id, uow)
    if order.decision != "held":
        raise Conflict(f"order {order_id} is {order.decision}, not held: only a held order can be released or declined")
    return account, order
