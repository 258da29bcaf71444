"""The life of a credit request, as one table."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, Literal

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


class Turn(StrEnum):
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


_ON_A_SCORE: Final[dict[Turn, RequestState]] = {
    Turn.HIGH_SCORE: "Approved",
    Turn.HIGH_BUT_LARGE: "ManualReview",
    Turn.MEDIUM_SCORE: "ManualReview",
    Turn.LOW_SCORE: "Declined",
    Turn.NOTHING_ON_FILE: "ManualReview",
}
_BY_A_PERSON: Final[dict[Turn, RequestState]] = {
    Turn.FIRST_APPROVAL: "AwaitingSecondApproval",
    Turn.APPROVED: "Approved",
    Turn.DECLINED: "Declined",
}

TRANSITIONS: Final[dict[tuple[RequestState, Turn], RequestState]] = {
    ("Requested", Turn.NOT_ACCEPTABLE): "Declined",
    ("Requested", Turn.GOOD_HISTORY): "Approved",
    ("Requested", Turn.GOOD_BUT_LARGE): "ManualReview",
    ("Requested", Turn.MIXED_HISTORY): "ManualReview",
    ("Requested", Turn.POOR_HISTORY): "ManualReview",
    ("Requested", Turn.NO_CREDIT_NOW): "ManualReview",
    ("Requested", Turn.NO_HISTORY): "AwaitingReport",
    **{("Requested", turn): state for turn, state in _ON_A_SCORE.items()},
    **{("AwaitingReport", turn): state for turn, state in _ON_A_SCORE.items()},
    ("AwaitingReport", Turn.NO_ANSWER): "ManualReview",
    ("ManualReview", Turn.STATEMENTS_REQUESTED): "AwaitingStatements",
    ("ManualReview", Turn.STATEMENTS_ENTERED): "Analysed",
    **{("ManualReview", turn): state for turn, state in _BY_A_PERSON.items()},
    ("AwaitingStatements", Turn.STATEMENTS_ENTERED): "Analysed",
    ("AwaitingStatements", Turn.STATEMENTS_EXPIRED): "Declined",
    ("AwaitingStatements", Turn.DECLINED): "Declined",
    **{("Analysed", turn): state for turn, state in _BY_A_PERSON.items()},
    ("AwaitingSecondApproval", Turn.SECOND_APPROVAL): "Approved",
    ("AwaitingSecondApproval", Turn.DECLINED): "Declined",
}
"""(state, turn) -> state. A pair that is not here cannot happen. `Requested` waits for the customer's master data,
and a report that has not expired is used without asking the bureau again."""
