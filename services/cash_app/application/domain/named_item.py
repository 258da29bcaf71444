"""One document that a payer names: the cash and discount for it, and what becomes of what is missing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from services.cash_app.application.domain import discount
from services.cash_app.application.domain.application_rules import CustomerRules
from services.cash_app.application.domain.settlement import KeptBack, SettledLine, StatedAmount
from services.cash_app.application.domain.tolerance import within
from services.cash_app.open_items.domain.open_item import OpenItem
from shared.contracts.erp import DeductionReason, RemittanceAdjustment
from shared.kernel.money import Money, round_half_up

NOTHING: Final = Decimal(0)
_REASONS: Final[dict[DeductionReason, str]] = {
    "pricing": "price",
    "freight": "freight",
    "damage": "damaged goods",
    "tax": "tax",
    "unearned_discount": "discount taken too late",
    "unknown": "without a reason",
}


@dataclass(frozen=True, slots=True)
class TermsInForce:
    """The customer's rules on the payment's value date, and the day on which discounts are measured."""

    rules: CustomerRules
    discount_day: date
    value_date: date
    named_by: str = "the remittance names"


def divided_over_instalments(items: Sequence[OpenItem], money: Decimal) -> list[tuple[OpenItem, Decimal]]:
    """What each instalment of a document gets of the money that names the document.

    The only one with exactly this amount open; else the oldest first, and the last one reached all the rest.
    """
    exact = [item for item in items if item.open_amount == money]
    if len(exact) == 1:
        return [(exact[0], money)]
    paid: list[tuple[OpenItem, Decimal]] = []
    for item in items:
        amount = money if item is items[-1] else min(money, item.open_amount)
        if amount:
            paid.append((item, amount))
        money -= amount
    return paid


def settle_named(item: OpenItem, stated: StatedAmount, terms: TermsInForce) -> SettledLine:
    """Cash and discount for an item that the payer named.

    Money that is short by exactly the available discount has taken it, claimed or not. What is missing after that is
    written off within the tolerance, becomes a deduction where the policy or the payer states it, or stays open.
    """
    day, money, claimed = terms.discount_day, stated.money, stated.claimed
    available = discount.available(item, day)
    covered = money + sum((one.amount for one in stated.adjustments if one.amount > 0), NOTHING)
    most = terms.rules.discount.overclaim_percent_max
    granted = discount.earned_by_claim(item, covered, claimed, day, most)
    if not claimed and available and item.open_amount - covered == available:
        granted = available
    if not granted and terms.rules.discount.part_payments == "in_proportion":
        granted = discount.share_of_part_payment(item, money, day)
    cash = min(money, item.open_amount - granted)
    why = f"{terms.named_by} {item.document_number}"
    if granted:
        why += f"; paid by {item.discount_date}, so {Money(granted, item.currency)} discount is granted"
    if claimed > granted:
        refused = f"{Money(claimed - granted, item.currency)} of the discount claimed is not granted"
        why += f"; {refused}: {_refusal(item, cash, terms)}"
    line = SettledLine(item, cash, granted, "remittance", why)
    missing = item.open_amount - granted - cash
    return _with_missing(line, missing, claimed - granted, terms.rules, stated) if missing else line


def _with_missing(
    line: SettledLine, missing: Decimal, refused: Decimal, rules: CustomerRules, stated: StatedAmount
) -> SettledLine:
    reason = stated.reason
    item, amount = line.item, Money(missing, line.item.currency)
    if within(missing, item, rules.tolerance):
        return line._replace(
            tolerance=missing, why=f"{line.why}; {amount} is missing and written off as a small difference"
        )
    kept_back = _kept_back(stated.adjustments, missing, item.currency)
    if kept_back:
        return _with_kept_back(line, kept_back)
    unearned = missing in (refused, item.discount_left, item.discount_amount - item.discount_taken)
    if unearned and rules.discount.unearned_taken == "deduction":
        reason = reason or "unearned_discount"
    small = missing * 100 <= item.open_amount * rules.short_payment.deduction_percent_max
    if not reason and rules.short_payment.shortfall == "deduction" and small and not unearned:
        reason = "unknown"
    if not reason:
        return line
    words = _REASONS[reason]
    return line._replace(
        deduction=missing, reason=reason, why=f"{line.why}; {amount} was deducted by the payer ({words})"
    )


def _kept_back(adjustments: Sequence[RemittanceAdjustment], missing: Decimal, currency: str) -> tuple[KeptBack, ...]:
    """What of `missing` the payer kept back with a reason, part by part."""
    parts: list[KeptBack] = []
    for one in adjustments:
        amount = round_half_up(min(one.amount, missing), currency)
        if amount > 0:
            parts.append(KeptBack(amount, one.reason, one.code, one.text, one.reference))
            missing -= amount
    return tuple(parts)


def _with_kept_back(line: SettledLine, parts: tuple[KeptBack, ...]) -> SettledLine:
    """The line with a deduction for each part, in the payer's words; what is missing beyond them stays open."""
    currency = line.item.currency
    why = line.why
    for part in parts:
        given = ", ".join(filter(None, (part.code and f"code {part.code}", part.text, part.reference)))
        words = f"{_REASONS[part.reason]}: {given}" if given else _REASONS[part.reason]
        why += f"; {Money(part.amount, currency)} was deducted by the payer ({words})"
    total = sum((part.amount for part in parts), NOTHING)
    return line._replace(deduction=total, reason=parts[0].reason, kept_back=parts, why=why)


def remarks(line: SettledLine, money: Decimal, claimed: Decimal) -> list[str]:
    """What the payer has to know about a line: too much was paid, or a discount was not granted."""
    item, sentences = line.item, []
    if line.cash < money:
        surplus = Money(money - line.cash, item.currency)
        sentences.append(f"{surplus} more than open on {item.document_number} is left over")
    if claimed > line.discount:
        sentences.append(line.why)
    return sentences


def _refusal(item: OpenItem, cash: Decimal, terms: TermsInForce) -> str:
    day = terms.discount_day
    if cash == item.open_amount:
        return "cash paid all that was open"
    if item.disputed:
        return "the item is disputed"
    if item.discount_date is None or not item.discount_amount:
        return "its terms grant none"
    if day == date.max:
        return "the rules grant this customer none"
    if day > item.discount_date:
        return f"it had to be paid by {item.discount_date}, the value date is {terms.value_date}"
    return f"the terms grant {Money(discount.available(item, day), item.currency)} when all is paid"
