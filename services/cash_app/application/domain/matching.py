"""Which items a payment settles: what its remittance names, what the bank's words name, else the customer's rules.

A rule only proposes; it changes nothing. The first rule with a result decides. Every line states why, in a sentence
that a clerk can read to the customer.
"""

from __future__ import annotations

from decimal import Decimal

from services.cash_app.application.domain.application_rules import CustomerRules
from services.cash_app.application.domain.bank_words import by_words
from services.cash_app.application.domain.currency_conversion import conversion_text, convert
from services.cash_app.application.domain.customer_subledger import CustomerSubledger
from services.cash_app.application.domain.remittance import by_remittance
from services.cash_app.application.domain.round_sum_lesson import as_taught
from services.cash_app.application.domain.rule_set import RULES, MatchCase
from services.cash_app.application.domain.settlement import Proposal, SettledLine
from services.cash_app.payments.domain.payment import Payment


def propose(payment: Payment, book: CustomerSubledger) -> Proposal:
    """What `payment` is to settle. Without any result the proposal is empty and states why."""
    version, rules = book.in_force(payment)
    proposal = by_remittance(payment, book, rules)
    if proposal is None and payment.has_words:
        proposal = by_words(payment, book, rules)
    if proposal is None and payment.remittance_note:
        why = f"the remittance is not understood ({payment.remittance_note}): left unapplied for review"
        proposal = Proposal(notes=[why], doubtful=True)
    named = proposal is not None
    if proposal is None:
        lines = _by_rules(payment, book, rules)
        lines += _in_other_currencies(payment, book, rules, _left(payment, lines))
        proposal = Proposal(lines, notes=[] if lines else [_nothing_to_settle(payment, book, rules)])
    proposal.policy_version = version
    in_advance = not named and not book.pool(payment).open_count and not book.other_company_currencies(payment)
    in_advance = in_advance and not payment.remittance
    proposal.doubtful = proposal.doubtful or not (proposal.lines or in_advance)
    return proposal


def _by_rules(payment: Payment, book: CustomerSubledger, rules: CustomerRules) -> list[SettledLine]:
    pool = book.pool_of((payment.company_id, payment.currency), rules.rule_set)
    if not pool.open_count:
        return []
    credit = book.credit_of(payment)
    case = MatchCase(payment, payment.unapplied_amount, pool, rules, book.discount_day(payment, rules), credit)
    for name in rules.rule_set.rules:
        lines = RULES[name](case)
        if lines:
            return lines
    taught = book.round_sums_taught(payment)
    return (as_taught(case, taught) if taught else None) or []


def _in_other_currencies(
    payment: Payment, book: CustomerSubledger, rules: CustomerRules, left: Decimal
) -> list[SettledLine]:
    """Items in other currencies at the dated rate, oldest first, once nothing in the payment's own is open."""
    own = book.pool_of((payment.company_id, payment.currency), rules.rule_set)
    if not rules.rule_set.convert_currencies or left <= 0 or left < payment.unapplied_amount - own.open_total:
        return []
    lines: list[SettledLine] = []
    for company_id, currency in book.other_company_currencies(payment):
        if company_id != payment.company_id:
            continue
        for item in book.pool_of((company_id, currency), rules.rule_set).oldest_first():
            converted = convert(left, payment, item, book.rates)
            if converted is None:
                break
            cash, conversion = converted
            rate = conversion_text(conversion.rate, currency, payment.currency)
            why = f"nothing is open in {payment.currency}: {item.document_number} is paid at {rate}"
            lines.append(SettledLine(item, cash, Decimal(0), "oldest_first", why, score=80, conversion=conversion))
            left -= conversion.paid
            if not left:
                return lines
    return lines


def _left(payment: Payment, lines: list[SettledLine]) -> Decimal:
    return payment.unapplied_amount - sum((line.cash for line in lines if line.paid_by is None), Decimal(0))


def _nothing_to_settle(payment: Payment, book: CustomerSubledger, rules: CustomerRules) -> str:
    others = book.other_company_currencies(payment)
    if not others and not book.pool(payment).open_count:
        return "nothing is open: kept on account for the next invoice"
    place = "kept on account" if rules.rule_set.residual_handling == "on_account" else "left unapplied for review"
    if book.pool(payment).open_count:
        return f"no rule of the customer's rule set ({', '.join(rules.rule_set.rules)}) gives a result: {place}"
    currencies = sorted({currency for company, currency in others if company == payment.company_id})
    if currencies:
        return (
            f"paid in {payment.currency}, but the open items are in {', '.join(currencies)}: "
            f"{place} in {payment.currency}; no exchange rate, or conversion is not allowed by policy"
        )
    return f"paid to company {payment.company_id}, where nothing is open: {place} there"
