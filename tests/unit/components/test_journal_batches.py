"""A journal batch's life between a service and the general ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from shared.components.ledger.domain import (
    TRANSITIONS,
    BatchState,
    BatchStep,
    JournalBatch,
    NotResubmittable,
    disagreement,
)
from shared.kernel.journal import AccountTotal

SENT = [
    AccountTotal("1200", Decimal("107.00"), Decimal("0.00")),
    AccountTotal("4000", Decimal("0.00"), Decimal("107.00")),
]


def batch(state: BatchState = BatchState.SUBMITTED, attempt: int = 1, reason: str | None = None) -> JournalBatch:
    return JournalBatch("invoicing/1000/USD/2026-03-02/1", "1000", "USD", date(2026, 3, 2), 1, attempt, state, reason)


def test_the_states_and_steps_are_these_and_no_others() -> None:
    assert {(state.value, step.value): to.value for (state, step), to in TRANSITIONS.items()} == {
        ("submitted", "post"): "posted",
        ("submitted", "reject"): "rejected",
        ("rejected", "resubmit"): "submitted",
        ("rejected", "post"): "posted",
    }
    assert {state for state, _ in TRANSITIONS} == set(BatchState) - {BatchState.POSTED}
    assert {step for _, step in TRANSITIONS} == set(BatchStep)


def test_a_posted_batch_agrees_with_what_was_sent() -> None:
    given = batch()

    assert given.posted(SENT, reversed(SENT))
    assert given.state == BatchState.POSTED
    assert given.disagreement is None


def test_other_totals_in_the_ledger_are_kept_in_words() -> None:
    given = batch()
    booked = [AccountTotal("1200", Decimal("170.00"), Decimal(0)), SENT[1]]

    assert given.posted(SENT, booked)
    assert given.disagreement == "account 1200: sent 107.00 Dr / 0.00 Cr, booked 170.00 Dr / 0 Cr"


def test_totals_agree_whatever_their_decimal_places() -> None:
    assert disagreement(SENT, [AccountTotal(t.account, t.debit.normalize(), t.credit) for t in SENT]) is None
    assert "account 4000" in (disagreement(SENT, SENT[:1]) or "")


def test_a_rejected_batch_keeps_its_reason_until_it_is_sent_again() -> None:
    given = batch()

    assert given.rejected(1, "period 2026-03 is closed")
    assert (given.state, given.reason) == (BatchState.REJECTED, "period 2026-03 is closed")

    given.resubmit()
    assert (given.state, given.attempt, given.reason) == (BatchState.SUBMITTED, 2, None)


def test_a_rejection_of_an_earlier_attempt_is_old_news() -> None:
    given = batch(attempt=2)

    assert not given.rejected(1, "period 2026-03 is closed")
    assert given.state == BatchState.SUBMITTED


def test_what_is_booked_stays_booked() -> None:
    given = batch(BatchState.POSTED)

    assert not given.rejected(1, "too late")
    assert not given.posted(SENT, [])
    assert (given.state, given.disagreement) == (BatchState.POSTED, None)


def test_a_batch_the_ledger_released_itself_is_posted() -> None:
    given = batch(BatchState.REJECTED, reason="period 2026-03 is closed")

    assert given.posted(SENT, SENT)
    assert (given.state, given.reason) == (BatchState.POSTED, None)


@pytest.mark.parametrize("state", [BatchState.SUBMITTED, BatchState.POSTED])
def test_only_a_rejected_batch_can_be_sent_again(state: BatchState) -> None:
    given = batch(state)

    with pytest.raises(NotResubmittable, match=f"is {state}"):
        given.resubmit()
    assert given.attempt == 1
