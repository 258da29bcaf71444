"""Orders that a payer names instead of invoices: by our number, or by the number of the purchase order."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from services.cash_app.application.domain import discount
from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.application.domain.named_item import (
    NOTHING,
    TermsInForce,
    divided_over_instalments,
    remarks,
    settle_named,
)
from services.cash_app.application.domain.settlement import Proposal, StatedAmount
from services.cash_app.application.domain.stated_lines import StatedLine
from services.cash_app.open_items.domain.document_number import reference_key
from services.cash_app.open_items.domain.open_item import OpenItem
from services.cash_app.payments.domain.payment import Payment
from shared.kernel.money import Money


def settle_order(
    line: StatedLine, money: Decimal, payment: Payment, book: CustomerSubledger, terms: TermsInForce
) -> Proposal | None:
    """Settles the invoices of an order that the payer names by our number or its own; None where none is open.

    All of them where the money is all that is open on them, less discounts or not; else the only one that it closes,
    or the only one there is. Otherwise a person decides, and all are offered.
    """
    items = sorted(book.ordered(line.number, payment), key=lambda item: item.age)
    if not items:
        return None
    paid = _paid(items, money, terms)
    proposal = Proposal()
    for item, amount in paid or [(item, min(money, item.open_amount)) for item in items]:
        stated = StatedAmount(amount, line.discount, line.reason, line.adjustments)
        settled = settle_named(item, stated if len(items) == 1 else StatedAmount(amount, NOTHING), terms)
        kind = "our order" if reference_key(item.order_id) == reference_key(line.number) else "the purchase order"
        evidence = f"the remittance states {line.number}, which is {kind} of {item.document_number}"
        settled = settled._replace(evidence=evidence)
        (proposal.lines if paid else proposal.suggested).append(settled)
        if paid:
            proposal.notes += remarks(settled, amount, line.discount)
    if not paid:
        proposal.doubtful = True
        numbers = ", ".join(item.document_number for item in items)
        proposal.notes.append(
            f"{line.number} is the order of {numbers}, and {Money(money, payment.currency)} is not what is open on all "
            "of them, nor on exactly one: left unapplied for review"
        )
    return proposal


def _paid(items: Sequence[OpenItem], money: Decimal, terms: TermsInForce) -> list[tuple[OpenItem, Decimal]]:
    """Which of the order's items the money is for, and how much of it each gets; none where that is not certain."""
    nets = {item.item_id: discount.net_amount(item, terms.discount_day) for item in items}
    if money == sum((item.open_amount for item in items), NOTHING):
        return [(item, item.open_amount) for item in items]
    if money == sum(nets.values(), NOTHING):
        return [(item, nets[item.item_id]) for item in items]
    closed = [item for item in items if money in (item.open_amount, nets[item.item_id])]
    if len(closed) == 1 or len(items) == 1:
        return [((closed or items)[0], money)]
    return divided_over_instalments(items, money) if len({item.document_number for item in items}) == 1 else []


def is_order_settled(number: str, payment: Payment, book: CustomerSubledger) -> bool:
    """Whether it is the number of an order of the customer whose invoices so far are all paid."""
    known = book.references(reference_key(number), payment)
    return any(one.customer_id == book.customer_id and one.kind in ("order", "purchase_order") for one in known)
