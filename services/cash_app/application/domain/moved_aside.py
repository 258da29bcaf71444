"""Paying what was moved aside: a closed document is named that was written off, or of which a part was deducted.

The deduction is settled; the write-off is taken back, by policy, and the item settled. What is left over is explained
by the state of the document.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import NamedTuple

from services.cash_app.application.domain.application_rules import RuleSet
from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.application.domain.settlement import SettledLine
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.payment import Payment
from shared.kernel.money import Money

NOTHING = Decimal(0)


class MovedAside(NamedTuple):
    """What the money for a closed document settles, and a sentence about what is left over; empty where nothing is."""

    lines: list[SettledLine]
    left_over: str


class NamedMoney(NamedTuple):
    """Money for a document, in the payment's currency."""

    number: str
    money: Decimal


def settle_moved_aside(
    named: NamedMoney, payment: Payment, book: CustomerSubledger, rules: RuleSet, settled: Sequence[OpenItem] = ()
) -> MovedAside:
    """Settles open deductions from the document, the oldest first, then what was written off of it or of them.

    `settled` are the items of the document that other money of the line settles.
    """
    number, left, lines = named.number, named.money, list[SettledLine]()
    items = book.items_of(number, payment)
    recovers = rules.written_off_items == "recover" and payment.method != "credit_memo"
    for item in (item for item in items if item.is_open and not any(item is other for other in settled)):
        cash = min(left, item.open_amount)
        if cash:
            why = f"the remittance names {number}, of which {item.document_number} was deducted: it is settled"
            lines.append(SettledLine(item, cash, NOTHING, "remittance", why))
        left -= cash
    for item in (item for item in items if item.written_off and recovers):
        cash = min(left, item.written_off)
        if cash:
            lines.append(_recovered(item, cash, number))
        left -= cash
    sentence = f"{state_of(number, items)}: {Money(left, payment.currency)} is left over" if left else ""
    return MovedAside(lines, sentence)


def _recovered(item: OpenItem, cash: Decimal, number: str) -> SettledLine:
    amount = Money(cash, item.currency)
    why = (
        f"the remittance names {number}; {item.document_number} was written off on {item.written_off_on}: "
        f"{amount} of the write-off is taken back and settled"
    )
    return SettledLine(item, cash, NOTHING, "remittance", why, recovered=cash)


def state_of(number: str, items: list[OpenItem]) -> str:
    """What became of a document that is named and not open, in words for the customer."""
    written_off = [item for item in items if item.written_off]
    deductions = [item for item in items if item.deducted_from is not None]
    if written_off:
        item = written_off[-1]
        amount = Money(item.written_off, item.currency)
        return f"{item.document_number} was written off on {item.written_off_on} ({amount})"
    if deductions:
        return f"{number} is paid already, and so is what was deducted of it ({deductions[-1].document_number})"
    if items and all(item.credited == item.original_amount for item in items):
        return f"{number} was credited in full"
    return f"{number} is paid already"
