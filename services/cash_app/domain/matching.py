"""Which items a payment settles: what its remittance names, else the rules of the customer's rule set in their order.

A rule looks and proposes; it changes nothing. The first that has an answer decides. Every line says why, in a
sentence a clerk can read to the customer.
"""

from __future__ import annotations

from decimal import Decimal

from services.cash_app.domain.application_rules import CustomerRules
from services.cash_app.domain.customer_book import CustomerBook
from services.cash_app.domain.exchange import convert
from services.cash_app.domain.payments import Payment
from services.cash_app.domain.remittance import by_remittance
from services.cash_app.domain.rule_set import RULES, Case
from services.cash_app.domain.settlement import Proposal, SettledLine


def propose(payment: Payment, book: CustomerBook) -> Proposal:
    """What `payment` is to settle. Without any answer the proposal is empty and says why."""
    version, rules = book.in_force(payment)
    proposal = by_remittance(payment, book, rules)
    if proposal is None:
        lines = _by_rules(payment, book, rules)
        lines += _in_other_currencies(payment, book, rules, _left(payment, lines))
        proposal = Proposal(lines, notes=[] if lines else [_nothing_to_settle(payment, book, rules)])
    proposal.policy_version = version
    in_advance = not payment.remittance and not book.pool(payment).open_count and not book.other_purses(payment)
    proposal.doubtful = proposal.doubtful or not (proposal.lines or in_advance)
    return proposal


def _by_rules(payment: Payment, book: CustomerBook, rules: CustomerRules) -> list[SettledLine]:
    pool = book.pool_of((payment.company_id, payment.currency), rules.rule_set)
    if not pool.open_count:
        return []
    case = Case(payment, payment.unapplied_amount, pool, rules, book.discount_day(payment, rules))
    for name in rules.rule_set.rules:
        lines = RULES[name](case)
        if lines:
            return lines
    return []


def _in_other_currencies(
    payment: Payment, book: CustomerBook, rules: CustomerRules, left: Decimal
) -> list[SettledLine]:
    """Items in other currencies at the dated rate, oldest first, once nothing in the payment's own is open."""
    own = book.pool_of((payment.company_id, payment.currency), rules.rule_set)
    if not rules.rule_set.convert_currencies or left <= 0 or left < payment.unapplied_amount - own.open_total:
        return []
    lines: list[SettledLine] = []
    for company_id, currency in book.other_purses(payment):
        if company_id != payment.company_id:
            continue
        for item in book.pool_of((company_id, currency), rules.rule_set).oldest_first():
            exchanged = convert(left, payment.currency, item, payment.value_date, book.rates)
            if exchanged is None:
                break
            cash, conversion = exchanged
            why = (
                f"nothing is open in {payment.currency}: {item.document_number} is paid at "
                f"{conversion.rate.normalize():f} {currency} for 1 {payment.currency}"
            )
            lines.append(SettledLine(item, cash, Decimal(0), "oldest_first", why, score=80, conversion=conversion))
            left -= conversion.paid
            if not left:
                return lines
    return lines


def _left(payment: Payment, lines: list[SettledLine]) -> Decimal:
    return payment.unapplied_amount - sum((line.cash for line in lines), Decimal(0))


def _nothing_to_settle(payment: Payment, book: CustomerBook, rules: CustomerRules) -> str:
    others = book.other_purses(payment)
    if not others and not book.pool(payment).open_count:
        return "nothing is open: kept on account for the next invoice"
    place = "kept on account" if rules.rule_set.rest == "on_account" else "kept unapplied for a person"
    if book.pool(payment).open_count:
        return f"no rule of the customer's rule set ({', '.join(rules.rule_set.rules)}) has an answer: {place}"
    currencies = sorted({currency for company, currency in others if company == payment.company_id})
    if currencies:
        return (
            f"paid in {payment.currency}, but the open items are in {', '.join(currencies)}: "
            f"{place} in {payment.currency}, for want of an exchange rate or of leave to convert"
        )
    return f"paid to company {payment.company_id}, where nothing is open: {place} there"
