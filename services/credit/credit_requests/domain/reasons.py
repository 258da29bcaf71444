"""Sentences on credit requests, for the customer and for the people who decide."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from enum import StrEnum

from services.credit.payment_history.domain.scorecard import Score
from shared.contracts.credit import CreditState
from shared.contracts.erp import CreditRequestKind
from shared.contracts.invoicing import Reason
from shared.kernel.money import Money


class RequestReason(StrEnum):
    """Codes of the reasons on credit requests. A person who declines uses codes of their own."""

    REQUEST_UNDER_WAY = "request-under-way"
    OTHER_CURRENCY = "other-currency"
    ENDS_BEFORE_START = "ends-before-start"
    ACCOUNT_CLOSED = "account-closed"
    INCREASE_REQUESTED = "increase-requested"
    CREDIT_APPROVED = "credit-approved"
    BUREAU_SCORE = "bureau-score"
    STATEMENTS_NOT_RECEIVED = "statements-not-received"


def request_under_way(other_request: str) -> Reason:
    text = f"Request {other_request} is still under way: wait for its decision."
    return Reason(code=RequestReason.REQUEST_UNDER_WAY, text=text)


def other_currency(currency: str, account_currency: str) -> Reason:
    text = f"The request is in {currency}, but the account is kept in {account_currency}: use {account_currency}."
    return Reason(code=RequestReason.OTHER_CURRENCY, text=text)


def ends_before_start(valid_until: date, requested_on: date) -> Reason:
    text = f"The limit would end on {valid_until}, before {requested_on}: give a later day."
    return Reason(code=RequestReason.ENDS_BEFORE_START, text=text)


def account_closed(kind: CreditRequestKind) -> Reason:
    text = f"The account is closed; a request of kind {kind} cannot reopen it: request a new credit."
    return Reason(code=RequestReason.ACCOUNT_CLOSED, text=text)


def increase_requested(by: str, amount: Decimal, currency: str) -> Reason:
    text = f"{by} requests a limit of {Money(amount, currency)}."[:500]
    return Reason(code=RequestReason.INCREASE_REQUESTED, text=text)


def credit_approved(request_id: str, why: str) -> Reason:
    return Reason(code=RequestReason.CREDIT_APPROVED, text=f"Request {request_id}: {why}"[:500])


def bureau_score(text: str) -> Reason:
    return Reason(code=RequestReason.BUREAU_SCORE, text=text[:500])


def statements_not_received(due: date, expires: date) -> Reason:
    text = f"The financial statements that were due by {due} had not arrived by {expires}."
    return Reason(code=RequestReason.STATEMENTS_NOT_RECEIVED, text=text)


def no_credit_in_state(state: CreditState) -> str:
    return f"The account is {state}: a person decides."


def too_few_payments(payments: int, months: int, payments_min: int) -> str:
    return f"{payments} payments in {months} months; at least {payments_min} are needed for an evaluation."


def points_below(score: Score, percent: Decimal) -> str:
    return f"{_points(score)} are below {percent} %. Most of them were lost by: {score.worst[0].text}."


def points_good(score: Score) -> str:
    return f"{_points(score)} are good."


def points_good_but_large(score: Score, amount: Money, up_to: Decimal) -> str:
    return f"{_points(score)} are good; {_above_automatic(amount, up_to)}"


def nothing_on_file(bureau: str) -> str:
    return f"{bureau} has nothing on file: a person decides."


def scored_low(scored: str, low_score: int) -> str:
    return f"{scored}; above {low_score} is needed."


def scored_medium(scored: str, high_score: int) -> str:
    return f"{scored}; below {high_score} a person decides."


def scored_high_but_large(scored: str, amount: Money, up_to: Decimal) -> str:
    return f"{scored}; {_above_automatic(amount, up_to)}"


def scored(bureau: str, score: int, on: date) -> str:
    return f"{bureau} scored {score} of 100 on {on}"


def no_answer(business_days: int, asked_on: date) -> str:
    return f"The bureau did not answer within {business_days} business days since {asked_on}: a person decides."


def suggested_limit(amount: Money, binding: str) -> str:
    return f"Suggested limit {amount}, bound by {binding}."


def letter_for_statements(request_id: str, due: date, expires: date, *, reminder: bool) -> str:
    opening = "We remind you of the financial statements" if reminder else "Please send us the financial statements"
    return (
        f"{opening} of the last two years by {due}. Without them by {expires} we have to decline request {request_id}."
    )


def _points(score: Score) -> str:
    return f"{score.points} of {score.points_max} points ({score.percent} %)"


def _above_automatic(amount: Money, up_to: Decimal) -> str:
    return f"{amount} is above the {Money(up_to, amount.currency)} that are approved automatically."
