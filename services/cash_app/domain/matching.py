"""Which items a payment settles: rules in a fixed order, the first that has an answer decides.

A rule looks and proposes; it changes nothing. Every line says why, in a sentence a clerk can read
to the customer.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.domain import discount
from services.cash_app.domain.customer_book import CustomerBook
from services.cash_app.domain.open_items import OpenItem
from services.cash_app.domain.payments import Payment
from services.cash_app.domain.remittance import by_remittance
from services.cash_app.domain.settlement import Proposal, SettledLine
from shared.contracts.cash_app import ApplicationRule

Rule = Callable[[Payment, CustomerBook], Proposal | None]


def single_open_item(payment: Payment, book: CustomerBook) -> Proposal | None:
    """The customer owes one item only, so the money is for it."""
    item = book.pool(payment).single()
    if item is None:
        return None
    why = f"{item.document_number} is the only open item"
    return Proposal([_pay(item, payment.unapplied_amount, "single_open_item", why, payment.value_date)])


def exact_amount(payment: Payment, book: CustomerBook) -> Proposal | None:
    """The amount is exactly what is open on an item, or exactly that less its discount."""
    pool, amount = book.pool(payment), payment.unapplied_amount
    item = pool.with_open_amount(amount)
    if item is not None:
        why = f"the amount is exactly what is open on {item.document_number}"
        return Proposal([SettledLine(item, amount, discount.NONE, "exact_amount", why)])
    item = pool.with_net_amount(amount, payment.value_date)
    if item is not None:
        why = f"the amount is exactly what is open on {item.document_number} less its discount"
        return Proposal([_pay(item, amount, "exact_amount", why, payment.value_date)])
    return None


def oldest_first(payment: Payment, book: CustomerBook) -> Proposal | None:
    """The oldest items first, by due date and document number, as far as the money goes.

    Where the oldest items, each less its discount, add up to exactly the amount, the payer has
    taken the discounts, and they are granted.
    """
    items, taken_net = _reach(payment, book)
    if not items:
        return None
    lines, left = [], payment.unapplied_amount
    for item in items:
        cash = discount.net_amount(item, payment.value_date) if taken_net else min(left, item.open_amount)
        if not cash:
            break
        why = f"no remittance: {item.document_number}, due {item.due_date}, is the oldest item still open"
        lines.append(_pay(item, cash, "oldest_first", why, payment.value_date))
        left -= cash
    return Proposal(lines)


RULES: Final[tuple[Rule, ...]] = (by_remittance, single_open_item, exact_amount, oldest_first)
"""In this order; the first that proposes anything decides."""


def propose(payment: Payment, book: CustomerBook) -> Proposal:
    """What `payment` is to settle. Without any answer the proposal is empty and says why."""
    for rule in RULES:
        proposal = rule(payment, book)
        if proposal is not None:
            return proposal
    return Proposal(notes=[_nothing_to_settle(payment, book)])


def _pay(item: OpenItem, money: Decimal, rule: ApplicationRule, why: str, paid_on: date) -> SettledLine:
    cash = min(money, item.open_amount)
    earned = discount.earned_by_short_payment(item, cash, paid_on)
    if earned:
        why = f"{why}; paid by {item.discount_date}, so {earned} {item.currency} discount is granted"
    return SettledLine(item, cash, earned, rule, why)


def _reach(payment: Payment, book: CustomerBook) -> tuple[list[OpenItem], bool]:
    """The oldest items the money reaches, and whether it pays exactly those less their discounts."""
    items: list[OpenItem] = []
    gross = net = Decimal(0)
    for item in book.pool(payment).oldest_first():
        if net >= payment.unapplied_amount:
            break
        items.append(item)
        gross += item.open_amount
        net += discount.net_amount(item, payment.value_date)
    return items, net == payment.unapplied_amount and net < gross


def _nothing_to_settle(payment: Payment, book: CustomerBook) -> str:
    others = book.other_purses(payment)
    currencies = sorted({currency for company, currency in others if company == payment.company_id})
    if currencies:
        return (
            f"paid in {payment.currency}, but the open items are in {', '.join(currencies)}: "
            f"kept on account in {payment.currency}, never mixed"
        )
    if others:
        return f"paid to company {payment.company_id}, where nothing is open: kept on account there"
    return "nothing is open: kept on account for the next invoice"
