"""Whose money is it: the customer by id, else by the bank account the money came from."""

from __future__ import annotations

from collections.abc import Collection, Container, Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Identification:
    """The customer, or None; `why` is a sentence either way."""

    customer_id: str | None
    why: str


def identify(
    stated_customer: str | None,
    payer_account: str | None,
    known_customers: Container[str],
    holders: Mapping[str, Collection[str]],
) -> Identification:
    """Decides by what is known now. `holders` are the customers known to pay from an account.

    A stated customer decides, whatever the account: one company may pay for another. An account known
    for two customers identifies nobody.
    """
    if stated_customer is not None:
        if stated_customer in known_customers:
            return Identification(stated_customer, f"the payment names customer {stated_customer}")
        return Identification(None, f"the payment names customer {stated_customer}, who is not known here yet")
    if payer_account is None:
        return Identification(None, "the payment names neither a customer nor a payer account")
    customers = sorted(holders.get(payer_account, ()))
    if len(customers) == 1:
        return Identification(customers[0], f"account {payer_account} is known as customer {customers[0]}'s")
    if not customers:
        return Identification(None, f"payer account {payer_account} is not known for any customer")
    return Identification(
        None, f"payer account {payer_account} is known for {len(customers)} customers: {', '.join(customers[:5])}"
    )
