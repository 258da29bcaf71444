"""The life of a credit request, as one table."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal, get_args

RequestState = Literal[
    "Requested",
    "AwaitingReport",
    "ManualReview",
    "AwaitingStatements",
    "Analysed",
    "AwaitingSecondApproval",
    "Approved",
    "Declined",
]
DECIDED: Final[frozenset[RequestState]] = frozenset({"Approved", "Declined"})


class Transition(StrEnum):
    """What can move a request."""

    NOT_ACCEPTABLE = "the request cannot be taken as it is"
    GOOD_HISTORY = "payment history is good"
    GOOD_BUT_LARGE = "payment history is good, the amount is not for the system to approve"
    MIXED_HISTORY = "payment history is neither good nor poor"
    POOR_HISTORY = "payment history is poor"
    NO_CREDIT_NOW = "the account is suspended or closed"
    NO_HISTORY = "too little payment history, the bureau is asked"
    HIGH_SCORE = "the bureau's score is high"
    HIGH_BUT_LARGE = "the bureau's score is high, the amount is not for the system to approve"
    MEDIUM_SCORE = "the bureau's score is medium"
    LOW_SCORE = "the bureau's score is low"
    NOTHING_ON_FILE = "the bureau has nothing on file"
    NO_ANSWER = "the bureau did not answer in time"
    STATEMENTS_REQUESTED = "financial statements were requested"
    STATEMENTS_ENTERED = "financial statements were entered and analysed"
    STATEMENTS_EXPIRED = "financial statements did not come"
    FIRST_APPROVAL = "approved by a first person, a second one must agree"
    APPROVED = "approved by a person with authority"
    SECOND_APPROVAL = "approved by a second person"
    DECLINED = "declined by a person"


_ON_A_SCORE: Final[dict[Transition, RequestState]] = {
    Transition.HIGH_SCORE: "Approved",
    Transition.HIGH_BUT_LARGE: "ManualReview",
    Transition.MEDIUM_SCORE: "ManualReview",
    Transition.LOW_SCORE: "Declined",
    Transition.NOTHING_ON_FILE: "ManualReview",
}
_BY_A_PERSON: Final[dict[Transition, RequestState]] = {
    Transition.FIRST_APPROVAL: "AwaitingSecondApproval",
    Transition.APPROVED: "Approved",
    Transition.DECLINED: "Declined",
}

TRANSITIONS: Final[dict[tuple[RequestState, Transition], RequestState]] = {
    ("Requested", Transition.NOT_ACCEPTABLE): "Declined",
    ("Requested", Transition.GOOD_HISTORY): "Approved",
    ("Requested", Transition.GOOD_BUT_LARGE): "ManualReview",
    ("Requested", Transition.MIXED_HISTORY): "ManualReview",
    ("Requested", Transition.POOR_HISTORY): "ManualReview",
    ("Requested", Transition.NO_CREDIT_NOW): "ManualReview",
    ("Requested", Transition.NO_HISTORY): "AwaitingReport",
    **{("Requested", transition): state for transition, state in _ON_A_SCORE.items()},
    **{("AwaitingReport", transition): state for transition, state in _ON_A_SCORE.items()},
    ("AwaitingReport", Transition.NO_ANSWER): "ManualReview",
    ("ManualReview", Transition.STATEMENTS_REQUESTED): "AwaitingStatements",
    ("ManualReview", Transition.STATEMENTS_ENTERED): "Analysed",
    **{("ManualReview", transition): state for transition, state in _BY_A_PERSON.items()},
    ("AwaitingStatements", Transition.STATEMENTS_ENTERED): "Analysed",
    ("AwaitingStatements", Transition.STATEMENTS_EXPIRED): "Declined",
    ("AwaitingStatements", Transition.DECLINED): "Declined",
    **{("Analysed", transition): state for transition, state in _BY_A_PERSON.items()},
    ("AwaitingSecondApproval", Transition.SECOND_APPROVAL): "Approved",
    ("AwaitingSecondApproval", Transition.DECLINED): "Declined",
}
"""(state, transition) -> state. A pair that is not listed cannot happen. `Requested` waits for the customer's master
data; a report that has not expired is used without a new request to the bureau."""


def _check_table() -> None:
    """Raises ValueError for a misspelt state, an open state without a way out, a decided one with a way out, or a
    transition that moves no request."""
    states = set(get_args(RequestState))
    left = {state for state, _ in TRANSITIONS}
    named = left | set(TRANSITIONS.values()) | DECIDED
    if named - states:
        raise ValueError(f"the table of request states names {sorted(named - states)}: use one of {sorted(states)}")
    if left != states - DECIDED:
        raise ValueError(
            f"every open state needs a transition, a decided one none: check {sorted(left ^ (states - DECIDED))}"
        )
    if unused := set(Transition) - {transition for _, transition in TRANSITIONS}:
        raise ValueError(f"no request is moved by {sorted(unused)}: add a transition, or remove it")


_check_table()
