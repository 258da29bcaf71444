"""A request for credit, from the question to the answer."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.credit.domain.payment_facts import PaymentFacts
from services.credit.domain.request_policy import RequestPolicy, RiskClass
from services.credit.domain.request_states import DECIDED, TRANSITIONS, RequestState, Turn
from services.credit.domain.scorecard import Score
from shared.contracts.credit import CreditState
from shared.contracts.erp import CreditRequested, CreditRequestKind
from shared.contracts.invoicing import Reason
from shared.kernel.money import Money, round_half_up


class ImpossibleTurn(ValueError):
    """The request is in a state in which this cannot happen; the sentence says in which."""


@dataclass(frozen=True, slots=True)
class RequestStep:
    """One step of a request's way."""

    customer_id: str
    request_id: str
    step: int
    old_state: RequestState
    new_state: RequestState
    cause: str
    happened_on: date
    done_by: str
    text: str


@dataclass(frozen=True, slots=True)
class BureauReport:
    """What the bureau said of a customer; `score` from 0 to 100, None where it has nothing on file."""

    customer_id: str
    report_id: str
    bureau: str
    report_date: date
    expires_on: date
    score: int | None
    remarks: str


@dataclass(slots=True)
class CreditRequest:
    """`amount` is the limit asked for, in all, in `currency`."""

    customer_id: str
    request_id: str
    kind: CreditRequestKind
    currency: str
    amount: Decimal
    requested_on: date
    requested_by: str
    valid_until: date | None = None
    monthly_purchases: Decimal | None = None
    company_id: str = ""
    state: RequestState = "Requested"
    steps: int = 0
    changed_on: date = date.min
    risk_class: RiskClass = "unrated"
    assessment: dict[str, Any] | None = None
    """Facts and points that the request was judged by."""
    report_id: str | None = None
    report_asked_on: date | None = None
    report_days_waited: int = 0
    statements_due_on: date | None = None
    statements_expire_on: date | None = None
    reminded_on: date | None = None
    analysis: dict[str, Any] | None = None
    """Ratios, trends and the suggested limit from the statements entered."""
    first_approver: str | None = None
    granted_limit: Decimal | None = None
    """What was approved; with a first approval only, what the second person is to confirm."""
    decided_on: date | None = None
    decided_by: str | None = None
    reasons: tuple[Reason, ...] = field(default=())
    policy_version: int | None = None

    @classmethod
    def asked(cls, event: CreditRequested) -> CreditRequest:
        purchases = event.monthly_purchases
        return cls(
            customer_id=event.customer_id,
            request_id=event.request_id,
            kind=event.kind,
            currency=event.currency,
            amount=round_half_up(event.amount, event.currency),
            requested_on=event.requested_on,
            requested_by=event.requested_by,
            valid_until=event.valid_until,
            monthly_purchases=None if purchases is None else round_half_up(purchases, event.currency),
            changed_on=event.requested_on,
        )

    @property
    def open(self) -> bool:
        return self.state not in DECIDED

    def turned(self, turn: Turn, on: date, by: str, text: str) -> RequestStep:
        """Moves on. Raises ImpossibleTurn where the state knows no such turn."""
        new_state = TRANSITIONS.get((self.state, turn))
        if new_state is None:
            raise ImpossibleTurn(f"request {self.request_id} is {self.state}: it cannot be that {turn}")
        old_state, self.state = self.state, new_state
        self.steps += 1
        self.changed_on = on
        if not self.open:
            self.decided_on, self.decided_by = on, by
        return RequestStep(
            self.customer_id, self.request_id, self.steps, old_state, new_state, str(turn), on, by, text[:500]
        )

    def assessed(self, facts: PaymentFacts, score: Score) -> None:
        self.assessment = {
            "facts": asdict(facts),
            "points": score.points,
            "points_max": score.points_max,
            "percent": score.percent,
            "lines": [line.text for line in score.lines],
        }

    def report_asked(self, on: date) -> None:
        """One report is asked for, named as the request is."""
        self.report_id, self.report_asked_on, self.report_days_waited = self.request_id, on, 0

    def statements_asked(self, policy: RequestPolicy, on: date) -> None:
        """By the policy's deadlines from `on`."""
        self.statements_due_on = on + timedelta(days=policy.statements.due_days)
        self.statements_expire_on = self.statements_due_on + timedelta(days=policy.statements.expiry_days)
        self.reminded_on = None

    def to_be_reminded(self, policy: RequestPolicy, on: date) -> bool:
        if self.state != "AwaitingStatements" or self.reminded_on or self.statements_due_on is None:
            return False
        return on >= self.statements_due_on - timedelta(days=policy.statements.reminder_days)

    def statements_expired(self, on: date) -> bool:
        expires = self.statements_expire_on
        return self.state == "AwaitingStatements" and expires is not None and on > expires


@dataclass(frozen=True, slots=True)
class Judgement:
    """How a request goes on, the customer's risk, and why in a sentence."""

    turn: Turn
    risk_class: RiskClass
    text: str


def not_acceptable(
    request: CreditRequest, account_currency: str, account_state: CreditState, other: str | None
) -> Reason | None:
    """Why the request cannot be taken as it is; `other` is a request of the customer that is still open."""
    if other is not None:
        return Reason(code="request-under-way", text=f"Request {other} is still under way: wait for its decision.")
    if account_currency and request.currency != account_currency:
        text = f"The request is in {request.currency}, the account is kept in {account_currency}: ask for that."
        return Reason(code="other-currency", text=text)
    if request.valid_until is not None and request.valid_until < request.requested_on:
        text = f"The limit would end on {request.valid_until}, before {request.requested_on}: give a later day."
        return Reason(code="ends-before-start", text=text)
    if account_state == "Closed" and request.kind != "new":
        text = f"The account is closed; a request of kind {request.kind} cannot reopen it: ask for a new credit."
        return Reason(code="account-closed", text=text)
    return None


def judged_on_history(
    request: CreditRequest, facts: PaymentFacts, score: Score, policy: RequestPolicy, account_state: CreditState
) -> Judgement:
    """Good history is approved by itself up to the policy's limit, poor goes to a person, none to the bureau.

    A suspended or closed account is for a person whatever the history: asking again is no way round that.
    """
    rules = policy.history
    if account_state in ("Suspended", "Closed"):
        return Judgement(Turn.NO_CREDIT_NOW, "high", f"The account is {account_state}: a person decides.")
    if facts.payments < rules.payments_min:
        text = f"{facts.payments} payments in {rules.months} months; {rules.payments_min} are needed to judge by them."
        return Judgement(Turn.NO_HISTORY, "unrated", text)
    told = f"{score.points} of {score.points_max} points ({score.percent} %)"
    if score.percent < rules.poor_percent:
        text = f"{told} are below {rules.poor_percent} %, most of them lost by: {score.worst[0].text}."
        return Judgement(Turn.POOR_HISTORY, "high", text)
    if score.percent < rules.good_percent:
        text = f"{told} are below {rules.good_percent} %, most of them lost by: {score.worst[0].text}."
        return Judgement(Turn.MIXED_HISTORY, "medium", text)
    if request.amount > policy.approved_by_itself_up_to:
        return Judgement(Turn.GOOD_BUT_LARGE, "low", f"{told} are good; {_beyond(request, policy)}")
    return Judgement(Turn.GOOD_HISTORY, "low", f"{told} are good.")


def judged_on_report(request: CreditRequest, report: BureauReport, policy: RequestPolicy) -> Judgement:
    """A high score is approved by itself up to the policy's limit, a low one declined, any other for a person."""
    rules = policy.bureau
    if report.score is None:
        return Judgement(Turn.NOTHING_ON_FILE, "unrated", f"{report.bureau} has nothing on file: a person decides.")
    told = f"{report.bureau} scored {report.score} of 100 on {report.report_date}"
    if report.score <= rules.low_score:
        return Judgement(Turn.LOW_SCORE, "high", f"{told}; above {rules.low_score} is needed.")
    if report.score < rules.high_score:
        return Judgement(Turn.MEDIUM_SCORE, "medium", f"{told}; below {rules.high_score} a person decides.")
    if request.amount > policy.approved_by_itself_up_to:
        return Judgement(Turn.HIGH_BUT_LARGE, "low", f"{told}; {_beyond(request, policy)}")
    return Judgement(Turn.HIGH_SCORE, "low", f"{told}.")


def _beyond(request: CreditRequest, policy: RequestPolicy) -> str:
    asked = Money(request.amount, request.currency)
    return f"{asked} is above the {policy.approved_by_itself_up_to:,} approved by itself."
