"""What people do with orders: release, release in part or on a condition, decline, hold. Each is audited."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from services.credit.decisions import Occasion, judge_again, stop_order
from services.credit.domain.account import CreditAccount
from services.credit.domain.credit_rules import CreditRules
from services.credit.domain.handling import UNTOUCHED, Handling
from services.credit.domain.order_decisions import decline, release
from services.credit.domain.orders import OpenOrder
from services.credit.domain.reasons import held_by_hand
from services.credit.lookup import exact, known_order
from services.credit.order_views import DeclineOrder, HoldOrder, ReleaseOrder
from services.credit.store import CREDIT_RULES, CreditWork
from shared.chassis.declare.policies import PolicyVersion
from shared.chassis.http import Command, Conflict, Forbidden, Unprocessable
from shared.contracts.credit import CreditReleased
from shared.contracts.invoicing import Reason
from shared.kernel.money import Money


async def rules_in_force(uow: CreditWork) -> PolicyVersion[CreditRules]:
    return (await uow.policy(CREDIT_RULES)).on(uow.business_date)


async def release_by_hand(
    order_id: str, body: ReleaseOrder, command: Command, uow: CreditWork
) -> tuple[CreditAccount, OpenOrder]:
    """Raises NotFound, Conflict, Forbidden, Unprocessable; nothing is changed then."""
    account, order = await _held_order(order_id, uow)
    rules = (await rules_in_force(uow)).document
    check_code(body.reason_code, rules)
    for amount in (body.amount, body.condition_amount):
        if amount is not None:
            exact(amount, order.currency)
    if body.amount is not None and body.amount >= order.open_amount:
        raise Unprocessable(
            f"{body.amount} {order.currency} is not a part of the {order.open_amount} {order.currency} open of order "
            f"{order_id}: give less, or leave the amount out to release all of it"
        )
    _authority(order, body.amount or order.open_amount, rules, command)
    before = order.handling
    if rules.needs_two(body.amount or order.open_amount) and not _signed_by_another(order, body, command):
        order.handling = replace(before, signed_by=command.person.name, signed_amount=body.amount)
        uow.audit(command, "sign_release", order_id, before.text, order.handling.text)
        return account, order
    if body.condition is not None:
        order.handling = Handling(
            condition=body.condition,
            condition_amount=body.condition_amount or order.open_amount,
            condition_by=command.person.name,
        )
        uow.audit(command, "release_on_condition", order_id, before.text, order.handling.text)
        return account, order
    released = release(
        account, order, command.person.name, body.reason, uow.business_date, code=body.reason_code, amount=body.amount,
        valid_until=rules.approved_until(uow.business_date),
    )  # fmt: skip
    order.handling = UNTOUCHED
    uow.emit_all([released], cause=command)
    uow.order_moved(order, Decimal(0), uow.business_date)
    uow.audit(command, "release_order", order_id, "held", "released")
    return account, order


async def decline_by_hand(
    order_id: str, body: DeclineOrder, command: Command, uow: CreditWork
) -> tuple[CreditAccount, OpenOrder]:
    account, order = await _held_order(order_id, uow)
    check_code(body.reason_code, (await rules_in_force(uow)).document)
    declined = decline(account, order, command.person.name, body.reason, uow.business_date, body.reason_code)
    uow.emit_all([declined], cause=command)
    uow.audit(command, "decline_order", order_id, "held", "declined")
    return account, order


async def hold_by_hand(
    order_id: str, body: HoldOrder, command: Command, uow: CreditWork
) -> tuple[CreditAccount, OpenOrder]:
    account, order = await known_order(order_id, uow)
    rules = await rules_in_force(uow)
    check_code(body.reason_code, rules.document)
    if not order.open_amount or not (order.granted or order.decision == "held"):
        raise Conflict(
            f"order {order_id} is {order.decision} with {order.open_amount} {order.currency} open: only an order that "
            "is held, or let through and not all invoiced, can be held"
        )
    decision, before = order.decision, order.handling
    order.handling = Handling(held_by=command.person.name, held_why=body.reason)
    if order.granted:
        why = [held_by_hand(command.person.name, body.reason)]
        occasion = Occasion(command, uow.business_date, body.reason)
        stop_order(uow, order, why, rules.version, occasion)
    uow.audit(command, "hold_order", order_id, f"{decision} {before.text}", f"held {order.handling.text}")
    return account, order


async def judged_again(account: CreditAccount, command: Command, uow: CreditWork, words: str) -> list[str]:
    """Lets held orders go that fit now; returns all that were released by the command."""
    await judge_again(uow, {account.customer_id: Occasion(command, uow.business_date, words)})
    return [event.order_id for event in uow.pending_events if isinstance(event, CreditReleased)]


def second_person(order: OpenOrder) -> list[Reason]:
    by = order.handling.signed_by
    if by is None:
        return []
    return [
        Reason(
            code="awaits-second-person",
            text=f"{by} asks for its release; it takes a second person with the authority for "
            f"{Money(order.handling.signed_amount or order.open_amount, order.currency)}.",
        )
    ]


def check_code(code: str, rules: CreditRules) -> None:
    if code not in rules.reason_codes:
        raise Unprocessable(
            f"{code!r} is not a reason code of credit_rules: use one of {', '.join(rules.reason_codes)}"
        )


def _authority(order: OpenOrder, amount: Decimal, rules: CreditRules, command: Command) -> None:
    if not rules.may_release(command.person.roles, amount):
        raise Forbidden(
            f"order {order.order_id} of {amount} {order.currency} is above what {command.person.name} may release: "
            "ask a credit manager"
        )


def _signed_by_another(order: OpenOrder, body: ReleaseOrder, command: Command) -> bool:
    """Whether somebody else has asked for the same release. Raises Conflict where it was the same person."""
    said = order.handling
    if said.signed_by == command.person.name and said.signed_amount == body.amount:
        raise Conflict(
            f"{said.signed_by} has asked for the release of order {order.order_id} already: it takes a second person"
        )
    return said.signed_by is not None and said.signed_by != command.person.name and said.signed_amount == body.amount


async def _held_order(order_id: str, uow: CreditWork) -> tuple[CreditAccount, OpenOrder]:
    account, order = await known_order(order_id, uow)
    if order.decision != "held":
        raise Conflict(f"order {order_id} is {order.decision}, not held: only a held order can be released or declined")
    return account, order
