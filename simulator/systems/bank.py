"""The bank feed: what customers pay, as our bank reports it, with the slips banks make."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Final

from shared.contracts.erp import PaymentReceived, RemittanceLine
from simulator.company import COMPANY_ID
from simulator.customers.customers import Customer
from simulator.customers.debtors import Intention
from simulator.dice import Dice
from simulator.systems.bank_files import bank_reference

_PERCENT_SAME_EVENT_TWICE: Final = 4
_PERCENT_REPORTED_AGAIN: Final = 4
_BY_CUSTOMER_NUMBER: Final = frozenset({"check", "lockbox", "card"})
"""Ways of paying where the slip or the web shop names the customer's number."""


class BankFeed:
    """Reports payments once, some twice: the same event again, or the same bank reference the day after."""

    def __init__(self, dice: Dice) -> None:
        self._dice = dice
        self._again: list[PaymentReceived] = []

    def report(self, payments: Iterable[PaymentReceived]) -> list[PaymentReceived]:
        """The feed of a day, in business order; who is in it twice is the same event twice."""
        feed, self._again = self._again, []
        for payment in payments:
            feed.append(payment)
            if self._dice.chance(_PERCENT_SAME_EVENT_TWICE, "twice", payment.payment_id):
                feed.append(payment)
            if self._dice.chance(_PERCENT_REPORTED_AGAIN, "again", payment.payment_id):
                self._again.append(payment.model_copy(update={"payment_id": f"{payment.payment_id}-R"}))
        return sorted(feed, key=lambda payment: payment.business_order)


def payment_id(customer: Customer, day: date) -> str:
    """A customer pays at most once a day, so that customer and day name the payment."""
    return f"PAY-{day:%Y%m%d}-{customer.customer_id}"


def payment(customer: Customer, intention: Intention, day: date) -> PaymentReceived:
    """A payment as the bank sees it: the intention is visible only in the remittance, if there is one."""
    by_number = intention.known_account and customer.method in _BY_CUSTOMER_NUMBER
    account = customer.payer_account if intention.known_account else customer.other_account
    return PaymentReceived(
        payment_id=payment_id(customer, day),
        bank_reference=bank_reference(customer.currency, f"BK{day:%y%m%d}-{customer.customer_id}"),
        company_id=COMPANY_ID,
        customer_id=customer.customer_id if by_number else None,
        payer_account=None if by_number else account,
        payer_name=customer.name if intention.known_account else f"{customer.name.upper()} TREASURY",
        currency=customer.currency,
        amount=intention.amount,
        value_date=day,
        method=customer.method,
        remittance=tuple(
            RemittanceLine(document_number=part.invoice_number, amount=part.cash, discount=part.discount)
            for part in intention.parts
            if intention.remittance
        ),
    )
