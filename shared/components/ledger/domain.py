"""The states of a journal batch between this service and the general ledger. Pure rules."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Final

from shared.kernel.journal import AccountTotal


class BatchState(StrEnum):
    SUBMITTED = "submitted"
    POSTED = "posted"
    REJECTED = "rejected"


class BatchStep(StrEnum):
    """What changes the state of a batch."""

    POST = "post"
    REJECT = "reject"
    RESUBMIT = "resubmit"


TRANSITIONS: Final[dict[tuple[BatchState, BatchStep], BatchState]] = {
    (BatchState.SUBMITTED, BatchStep.POST): BatchState.POSTED,
    (BatchState.SUBMITTED, BatchStep.REJECT): BatchState.REJECTED,
    (BatchState.REJECTED, BatchStep.RESUBMIT): BatchState.SUBMITTED,
    # A clerk of the general ledger can release a rejected batch there: then it is booked all the same.
    (BatchState.REJECTED, BatchStep.POST): BatchState.POSTED,
}


class NotResubmittable(Exception):
    """The batch is not rejected: only a rejected batch can be submitted again."""


@dataclass(slots=True)
class JournalBatch:
    """One day's postings of a company and currency. Its totals never change; an attempt is one submission of them."""

    batch_id: str
    company_id: str
    currency: str
    business_date: date
    sequence: int
    attempt: int
    state: BatchState
    reason: str | None = None
    """Why the ledger rejected it, while it is rejected."""
    disagreement: str | None = None
    """How the totals booked differ from the totals sent; None where they agree."""

    def posted(self, sent: Iterable[AccountTotal], booked: Iterable[AccountTotal]) -> bool:
        """The ledger booked it. False where it was posted already."""
        if not self._step(BatchStep.POST):
            return False
        self.reason = None
        self.disagreement = disagreement(sent, booked)
        return True

    def rejected(self, attempt: int, reason: str) -> bool:
        """The ledger rejected the attempt. False where the batch was posted or submitted again since."""
        if attempt != self.attempt or not self._step(BatchStep.REJECT):
            return False
        self.reason = reason
        return True

    def resubmit(self) -> None:
        """Submits the same totals again as the next attempt. Raises NotResubmittable unless it is rejected."""
        if not self._step(BatchStep.RESUBMIT):
            raise NotResubmittable(
                f"batch {self.batch_id} is {self.state}, and only a rejected batch can be submitted again"
            )
        self.attempt += 1
        self.reason = None

    def _step(self, step: BatchStep) -> bool:
        state = TRANSITIONS.get((self.state, step))
        if state is None:
            return False
        self.state = state
        return True


def disagreement(sent: Iterable[AccountTotal], booked: Iterable[AccountTotal]) -> str | None:
    """How the ledger's totals differ from those sent, account by account; None when they agree."""
    ours, theirs = _by_account(sent), _by_account(booked)
    nothing = (Decimal(0), Decimal(0))
    differences = []
    for account in sorted({*ours, *theirs}):
        our, their = ours.get(account, nothing), theirs.get(account, nothing)
        if our != their:
            differences.append(
                f"account {account}: sent {our[0]} Dr / {our[1]} Cr, booked {their[0]} Dr / {their[1]} Cr"
            )
    return "; ".join(differences) or None


def _by_account(totals: Iterable[AccountTotal]) -> dict[str, tuple[Decimal, Decimal]]:
    return {total.account: (total.debit, total.credit) for total in totals}
