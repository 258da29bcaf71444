"""What payers write and banks report of a payment, with the slips that both make."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final

from bench.documents import COMPANY
from shared.contracts.erp import PaymentReceived, RemittanceLine
from shared.contracts.invoicing import CreditMemoPosted
from simulator.customers.bank_words import Language, words_for_documents
from simulator.customers.debtors import Part

REPORTED_TWICE_AT_ONCE: Final = 0.03
REPORTED_AGAIN_LATER: Final = 0.03
ONCE_MORE: Final = "-R"
"""At the end of a payment's id: a second message about the payment."""


def lines_of(parts: Sequence[Part], dice: random.Random) -> tuple[list[RemittanceLine], bool]:
    """The remittance as it is written; and whether a number has a slip of the pen."""
    lines, slips = [], False
    for part in parts:
        number, throw = part.invoice_number, dice.random()
        if throw < 0.05:
            number, slips = _slip(number, dice), True
        elif throw < 0.17:
            bare = number.removeprefix("1000-")
            number = dice.choice((f"INV {number}", bare, bare.lstrip("0"), f"Inv.{bare}", number.replace("-", " ")))
        claimed = part.discount if dice.random() < 0.7 else Decimal("0.00")
        lines.append(RemittanceLine(document_number=number, amount=part.cash, discount=claimed))
    return lines, slips


def words_of(parts: Sequence[Part], credit_number: str | None, language: Language, dice: random.Random) -> str:
    """The numbers in one text without amounts, with the credit memo that is deducted."""
    text = words_for_documents([part.invoice_number for part in parts], language, random.Random(dice.random()))
    return f"{text} less {credit_number}" if credit_number else text


def bonus(customer_id: str, number: str, day: date, dice: random.Random) -> CreditMemoPosted:
    """A credit memo for no invoice in particular: it waits until the customer deducts it."""
    total = Decimal(dice.randrange(500, 3_900)).scaleb(-2)
    return CreditMemoPosted(
        credit_memo_id=f"CM-{number}", credit_memo_number=f"CM1000-{number:>08}", company_id=COMPANY,
        customer_id=customer_id, credit_date=day, currency="USD", net=total, tax=Decimal("0.00"), total=total,
        reason="bonus",
    )  # fmt: skip


def reported_once_more(payment: PaymentReceived) -> PaymentReceived:
    """The same money in another statement, which has its own id for it, and the payer as a name and an account."""
    return payment.model_copy(update={"payment_id": f"{payment.payment_id}{ONCE_MORE}", "customer_id": None})


def _slip(number: str, dice: random.Random) -> str:
    at = dice.randrange(len(number) - 5, len(number) - 1)
    if number[at] != number[at + 1] and dice.random() < 0.5:
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]
    other = dice.choice([digit for digit in "0123456789" if digit != number[at]])
    return number[:at] + other + number[at + 1 :]
