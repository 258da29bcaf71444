"""The bank feed: what customers pay, as our bank reports it, with the slips banks make."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from random import Random
from typing import Final

from shared.contracts.erp import PaymentReceived, RemittanceLine
from simulator.company import COMPANY_ID
from simulator.customers.bank_words import words_for_documents, words_for_order
from simulator.customers.customers import Customer, Writing
from simulator.customers.debtors import Intention
from simulator.dice import Dice
from simulator.systems.bank_files import bank_reference

_PERCENT_SAME_EVENT_TWICE: Final = 4
_PERCENT_REPORTED_AGAIN: Final = 4
_PERCENT_REFERENCES_USED_AGAIN: Final = 20
"""Customers whose bank numbers payments anew each month."""
_NUMBERS_MAX: Final = 20
"""Who pays more documents at once sends lines."""
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


def payment(customer: Customer, intention: Intention, day: date, dice: Dice) -> PaymentReceived:
    """A payment as the bank sees it: the intention is visible only in the remittance, if there is one."""
    by_number = intention.known_account and customer.method in _BY_CUSTOMER_NUMBER
    account = customer.payer_account if intention.known_account else customer.other_account
    cast = dice.on("bank", customer.customer_id, day)
    words = _words(customer, intention, cast)
    name = cast.choice(customer.bank_names)
    return PaymentReceived(
        payment_id=payment_id(customer, day),
        bank_reference=bank_reference(customer.currency, _reference(customer, day, dice)),
        company_id=COMPANY_ID,
        customer_id=customer.customer_id if by_number else None,
        payer_account=None if by_number or _is_withheld(customer, words, cast) else account,
        payer_name=name if intention.known_account else f"{name.upper()} TREASURY",
        currency=customer.currency,
        amount=intention.amount,
        value_date=day,
        method=customer.method,
        remittance=() if words or not intention.remittance else _lines(intention),
        details=words,
    )


def _lines(intention: Intention) -> tuple[RemittanceLine, ...]:
    return tuple(
        RemittanceLine(document_number=part.invoice_number, amount=part.cash, discount=part.discount)
        for part in intention.parts
    )


def _words(customer: Customer, intention: Intention, cast: Random) -> str:
    """Numbers in the payer's words; they state no amounts, so that only whole invoices are paid with them."""
    whole = all(part.in_full for part in intention.parts) and not intention.beyond
    if customer.writes is Writing.LINES or customer.method == "card" or not (whole and intention.remittance):
        return ""
    if customer.writes is Writing.ORDERS and intention.order_numbers:
        return words_for_order(cast.choice(intention.order_numbers), customer.language, cast)
    if len(intention.parts) > _NUMBERS_MAX:
        return ""
    return words_for_documents([part.invoice_number for part in intention.parts], customer.language, cast)


def _reference(customer: Customer, day: date, dice: Dice) -> str:
    """The bank's reference: some count by the day of the month only, and so use each again a month later."""
    again = dice.chance(_PERCENT_REFERENCES_USED_AGAIN, "reference", customer.customer_id)
    return f"BK{day:%d}0000-{customer.customer_id}" if again else f"BK{day:%y%m%d}-{customer.customer_id}"


def _is_withheld(customer: Customer, words: str, cast: Random) -> bool:
    """Whether the bank passes on the payer's name only, as some do for transfers from abroad."""
    return bool(words) and not customer.name.isascii() and cast.randrange(3) == 0
