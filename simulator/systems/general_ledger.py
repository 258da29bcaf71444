"""GL_CORE: books the journal batches it is sent, and refuses one now and then."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from shared.contracts.gl_core import JournalBatchPosted, JournalBatchRejected
from shared.contracts.journal import JournalBatchSubmitted
from simulator.dice import Dice

_PERCENT_PERIODS_REFUSED_AT_FIRST: Final = 60


@dataclass(slots=True)
class LedgerAccount:
    debit: Decimal = Decimal(0)
    credit: Decimal = Decimal(0)


class GeneralLedger:
    """Totals by company, currency and account, of exactly the batches it accepted."""

    def __init__(self, dice: Dice, open_from: date) -> None:
        self._dice = dice
        self._open_from = open_from.replace(day=1)
        self._booked: set[str] = set()
        self._periods: set[tuple[str, date]] = set()
        self.accounts: defaultdict[tuple[str, str, str], LedgerAccount] = defaultdict(LedgerAccount)

    def answers(self, batches: Iterable[JournalBatchSubmitted]) -> list[JournalBatchPosted | JournalBatchRejected]:
        """One answer per batch, in business order."""
        return [self._answer(batch) for batch in sorted(batches, key=lambda b: (*b.business_order, b.attempt))]

    def has_booked(self, batch_id: str) -> bool:
        return batch_id in self._booked

    def remember(self, posted: JournalBatchPosted) -> None:
        """Takes in what was booked in an earlier run."""
        self._periods.add((posted.source, posted.business_date.replace(day=1)))
        self._book(posted)

    def _answer(self, batch: JournalBatchSubmitted) -> JournalBatchPosted | JournalBatchRejected:
        reason = self._objection(batch)
        if reason:
            return JournalBatchRejected(
                batch_id=batch.batch_id,
                source=batch.source,
                company_id=batch.company_id,
                business_date=batch.business_date,
                attempt=batch.attempt,
                reason=reason,
            )
        posted = JournalBatchPosted(
            batch_id=batch.batch_id,
            source=batch.source,
            company_id=batch.company_id,
            business_date=batch.business_date,
            currency=batch.currency,
            totals=batch.totals,
        )
        self._book(posted)
        return posted

    def _objection(self, batch: JournalBatchSubmitted) -> str:
        """Why the ledger refuses a batch; empty when it does not.

        A period is opened by hand, sometimes a little late: then its first batch is refused once.
        """
        debit, credit = sum(t.debit for t in batch.totals), sum(t.credit for t in batch.totals)
        if debit != credit:
            return f"debits {debit} and credits {credit} {batch.currency} differ"
        period = batch.business_date.replace(day=1)
        first = (batch.source, period) not in self._periods
        self._periods.add((batch.source, period))
        if not first or batch.attempt > 1 or period < self._open_from:
            return ""
        if period == self._open_from:
            opened_late = batch.source == "invoicing"
        else:
            opened_late = self._dice.chance(_PERCENT_PERIODS_REFUSED_AT_FIRST, "opened late", batch.source, period)
        return f"period {period:%Y-%m} was not open for {batch.source} yet: release it again" if opened_late else ""

    def _book(self, posted: JournalBatchPosted) -> None:
        if posted.batch_id in self._booked:
            return
        self._booked.add(posted.batch_id)
        for total in posted.totals:
            account = self.accounts[posted.company_id, posted.currency, total.account]
            account.debit += total.debit
            account.credit += total.credit
