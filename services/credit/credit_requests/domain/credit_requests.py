"""A request for credit, from the question to the decision."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from services.credit.credit_requests.domain import reasons
from services.credit.credit_requests.domain.request_policy import RequestPolicy
from services.credit.credit_requests.domain.request_states import DECIDED, TRANSITIONS, RequestState, Transition
from services.credit.limits.domain.limit_policy import RiskClass
from services.credit.payment_history.domain.payment_facts import PaymentFacts
from services.credit.payment_history.domain.scorecard import Score
from shared.contracts.credit import CreditState
from shared.contracts.erp import CreditRequested, CreditRequestKind
from shared.contracts.invoicing import Reason
from shared.kernel.money import Money, round_half_up


class InvalidTransition(ValueError):
    """The request's state does not allow the transition; the sentence names both."""


@dataclass(frozen=True, slots=True)
class RequestStep:
    """One step of a request."""

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
    """A credit bureau's report on a customer; `score` from 0 to 100, None if the bureau has nothing on file."""

    customer_id: str
    report_id: str
    bureau: str
    report_date: date
    expires_on: date
    score: int | None
    remarks: str


@dataclass(slots=True)
class CreditRequest:
    """`amount` is the total limit requested, in `currency`."""

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
    """Facts and points that the request was evaluated by."""
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
    """What was approved; after a first approval only, what the second person has to confirm."""
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

    def apply(self, transition: Transition, on: date, by: str, text: str) -> RequestStep:
        """Moves the request. Raises InvalidTransition if its state does not allow the transition."""
        new_state = TRANSITIONS.get((self.state, transition))
        if new_state is None:
            raise InvalidTransition(
                f"request {self.request_id} is {self.state}: this state does not allow the step {transition.value!r}"
            )
        old_state, self.state = self.state, new_state
        self.steps += 1
        self.changed_on = on
        if not self.open:
            self.decided_on, self.decided_by = on, by
        return RequestStep(
            self.customer_id, self.request_id, self.steps, old_state, new_state, str(transition), on, by, text[:500]
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
        """One bureau report is requested; it has the id of the request."""
        self.report_id, self.report_asked_on, self.report_days_waited = self.request_id, on, 0

    def statements_asked(self, policy: RequestPolicy, on: date) -> None:
        """Sets the policy's deadlines, counted from `on`."""
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
class RequestEvaluation:
    """The next transition of a request, the customer's risk, and why in a sentence."""

    transition: Transition
    risk_class: RiskClass
    text: str


def rejection_reason(
    request: CreditRequest, account_currency: str, account_state: CreditState, other: str | None
) -> Reason | None:
    """Why the request cannot be accepted; None if it can. `other` is an open request of the same customer."""
    if other is not None:
        return reasons.request_under_way(other)
    if account_currency and request.currency != account_currency:
        return reasons.other_currency(request.currency, account_currency)
    if request.valid_until is not None and request.valid_until < request.requested_on:
        return reasons.ends_before_start(request.valid_until, request.requested_on)
    if account_state == "Closed" and request.kind != "new":
        return reasons.account_closed(request.kind)
    return None


def evaluate_history(
    request: CreditRequest, facts: PaymentFacts, score: Score, policy: RequestPolicy, account_state: CreditState
) -> RequestEvaluation:
    """Good history is approved automatically up to the policy's limit. A person decides on poor history. Without a
    history a bureau report is requested.

    A person decides on every request for a suspended or closed account: a new request does not end the suspension.
    """
    rules, amount = policy.history, Money(request.amount, request.currency)
    if account_state in ("Suspended", "Closed"):
        return RequestEvaluation(Transition.NO_CREDIT_NOW, "high", reasons.no_credit_in_state(account_state))
    if facts.payments < rules.payments_min:
        text = reasons.too_few_payments(facts.payments, rules.months, rules.payments_min)
        return RequestEvaluation(Transition.NO_HISTORY, "unrated", text)
    if score.percent < rules.poor_percent:
        return RequestEvaluation(Transition.POOR_HISTORY, "high", reasons.points_below(score, rules.poor_percent))
    if score.percent < rules.good_percent:
        return RequestEvaluation(Transition.MIXED_HISTORY, "medium", reasons.points_below(score, rules.good_percent))
    if request.amount > policy.approved_by_itself_up_to:
        text = reasons.points_good_but_large(score, amount, policy.approved_by_itself_up_to)
        return RequestEvaluation(Transition.GOOD_BUT_LARGE, "low", text)
    return RequestEvaluation(Transition.GOOD_HISTORY, "low", reasons.points_good(score))


def evaluate_report(request: CreditRequest, report: BureauReport, policy: RequestPolicy) -> RequestEvaluation:
    """A high score is approved automatically up to the policy's limit, a low one declined. Otherwise a person
    decides."""
    rules, amount = policy.bureau, Money(request.amount, request.currency)
    if report.score is None:
        return RequestEvaluation(Transition.NOTHING_ON_FILE, "unrated", reasons.nothing_on_file(report.bureau))
    scored = reasons.scored(report.bureau, report.score, report.report_date)
    if report.score <= rules.low_score:
        return RequestEvaluation(Transition.LOW_SCORE, "high", reasons.scored_low(scored, rules.low_score))
    if report.score < rules.high_score:
        return RequestEvaluation(Transition.MEDIUM_SCORE, "medium", reasons.scored_medium(scored, rules.high_score))
    if request.amount > policy.approved_by_itself_up_to:
        text = reasons.scored_high_but_large(scored, amount, policy.approved_by_itself_up_to)
        return RequestEvaluation(Transition.HIGH_BUT_LARGE, "low", text)
    return RequestEvaluation(Transition.HIGH_SCORE, "low", f"{scored}.")
