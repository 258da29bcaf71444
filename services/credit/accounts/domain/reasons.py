"""Sentences about the account itself, in words a clerk can read to a customer."""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Final

from services.credit.accounts.domain.account_state import WITHOUT_CREDIT
from shared.contracts.credit import CreditState
from shared.contracts.invoicing import Reason
from shared.kernel.money import Money


class AccountReason(StrEnum):
    """Codes of reasons that concern the account as a whole."""

    ACCOUNT_HELD = "account-held"
    ACCOUNT_REVIEW = "account-review"
    ACCOUNT_SUSPENDED = "account-suspended"
    ACCOUNT_CLOSED = "account-closed"
    EXPOSURE = "exposure"


_WITHOUT_CREDIT: Final[dict[CreditState, tuple[AccountReason, str]]] = {
    "Review": (AccountReason.ACCOUNT_REVIEW, "The account is under review: a new credit decision is needed."),
    "Suspended": (
        AccountReason.ACCOUNT_SUSPENDED,
        "The account is suspended: nothing is sold on credit until a credit manager resolves it.",
    ),
    "Closed": (AccountReason.ACCOUNT_CLOSED, "The account is closed: the customer has to request credit again."),
}
if _WITHOUT_CREDIT.keys() != WITHOUT_CREDIT:
    raise ValueError(f"each of the states {sorted(WITHOUT_CREDIT)} needs a reason, and no other state")


def account_held(reason: str) -> Reason:
    return Reason(code=AccountReason.ACCOUNT_HELD, text=f"The account is on hold: {reason}"[:500])


def account_without_credit(state: CreditState) -> Reason:
    """`state` is Review, Suspended or Closed."""
    code, text = _WITHOUT_CREDIT[state]
    return Reason(code=code, text=text)


def limit_used(exposure: Decimal, credit_limit: Decimal, currency: str) -> Reason:
    """How much of the limit is used."""
    owed = f"{Money(exposure, currency)} is owed and on order"
    if credit_limit <= 0:
        return Reason(code=AccountReason.EXPOSURE, text=f"{owed}; there is no credit limit.")
    percent = (exposure * 100 / credit_limit).quantize(Decimal(1))
    text = f"{owed}: {percent} % of the limit of {Money(credit_limit, currency)}."
    return Reason(code=AccountReason.EXPOSURE, text=text)
