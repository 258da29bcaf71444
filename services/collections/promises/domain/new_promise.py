"""What may be promised: the rules that a collector's entry must meet."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from services.collections.promises.domain.promise import Promise
from services.collections.receivables.domain.customers import Customer
from services.collections.receivables.domain.identifiers import identifier
from shared.kernel.money import Money, amount_text, is_exact, round_half_up


class PromiseNotAcceptable(ValueError):
    """The terms break a rule; the sentence names the value and what to do."""


class AnotherPromiseBinds(ValueError):
    """A customer has at most one open or due promise per currency; the sentence names it."""


@dataclass(frozen=True, slots=True)
class PromiseTerms:
    """What the customer promised to pay, in `currency`, and by when."""

    amount: Decimal
    currency: str
    due_on: date
    note: str = ""


def check_terms(terms: PromiseTerms, customer_id: str, *, today: date, owed: Decimal, binding: Promise | None) -> None:
    """Checks a new promise of a customer who owes `owed` in the currency of the terms.

    Raises PromiseNotAcceptable where the terms break a rule, AnotherPromiseBinds where `binding` still holds.
    """
    amount, currency = terms.amount, terms.currency
    if terms.due_on < today:
        raise PromiseNotAcceptable(
            f"due_on {terms.due_on} lies before the business day {today}: promise that day or a later one"
        )
    if not is_exact(amount, currency):
        raise PromiseNotAcceptable(f"amount {amount} has more decimal places than {currency} is accounted in: round it")
    if binding is not None:
        raise AnotherPromiseBinds(
            f"{binding.describe()} still binds the customer: cancel it, or wait until it is judged"
        )
    if amount > owed:
        raise PromiseNotAcceptable(
            f"amount {amount_text(amount, currency)} is more than the {Money(owed, currency)} "
            f"that customer {customer_id} owes: promise at most what is owed"
        )


def new_promise(
    terms: PromiseTerms, customer: Customer, *, made_on: date, made_by: str, already_applied: Decimal
) -> Promise:
    """The promise, under the customer's next number. `already_applied` does not count towards it."""
    return Promise(
        promise_id=identifier(customer.customer_id, f"P{customer.next_promise_number()}"),
        customer_id=customer.customer_id,
        company_id=customer.company_id,
        currency=terms.currency,
        amount=round_half_up(terms.amount, terms.currency),
        made_on=made_on,
        due_on=terms.due_on,
        made_by=made_by,
        already_applied=round_half_up(already_applied, terms.currency),
        note=terms.note,
    )
