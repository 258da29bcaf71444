"""GL_CORE books every batch once and refuses a period's first batch at most once."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from shared.contracts.gl_core import JournalBatchPosted, JournalBatchRejected
from shared.contracts.journal import JournalBatchSubmitted, JournalTotal
from simulator.dice import Dice
from simulator.systems.general_ledger import GeneralLedger

START = date(2026, 1, 1)


def _batch(
    day: date, amount: str = "5.00", *, attempt: int = 1, source: str = "invoicing", credit: str | None = None
) -> JournalBatchSubmitted:
    return JournalBatchSubmitted(
        batch_id=f"{source}/{day}",
        source=source,
        company_id="US01",
        business_date=day,
        sequence=1,
        attempt=attempt,
        currency="USD",
        totals=(
            JournalTotal(account="1200", debit=Decimal(amount), credit=Decimal(0)),
            JournalTotal(account="4000", debit=Decimal(0), credit=Decimal(credit or amount)),
        ),
    )


def test_the_first_batch_of_the_first_period_is_refused_once():
    ledger = GeneralLedger(Dice(1), START)
    first, second = _batch(date(2026, 1, 2)), _batch(date(2026, 1, 5))
    refused, booked = ledger.answers([second, first])
    assert isinstance(refused, JournalBatchRejected)
    assert refused.batch_id == first.batch_id
    assert "not open" in refused.reason
    assert isinstance(booked, JournalBatchPosted)
    [again] = ledger.answers([_batch(date(2026, 1, 2), attempt=2)])
    assert isinstance(again, JournalBatchPosted)


def test_totals_are_those_of_the_batches_it_booked():
    ledger = GeneralLedger(Dice(1), START)
    ledger.answers([_batch(date(2025, 12, 1), "7.50"), _batch(date(2026, 1, 2), "99.00")])
    ledger.answers([_batch(date(2026, 1, 5), "2.25"), _batch(date(2026, 1, 6), "1.00", source="cash_app")])
    receivables = ledger.accounts["US01", "USD", "1200"]
    assert (receivables.debit, receivables.credit) == (Decimal("10.75"), Decimal(0))
    assert ledger.accounts["US01", "USD", "4000"].credit == Decimal("10.75")


def test_a_batch_sent_twice_is_booked_once():
    ledger = GeneralLedger(Dice(1), START)
    for _ in range(2):
        [answer] = ledger.answers([_batch(date(2025, 12, 1), "7.50")])
        assert isinstance(answer, JournalBatchPosted)
    assert ledger.accounts["US01", "USD", "1200"].debit == Decimal("7.50")


def test_a_batch_out_of_balance_is_refused_with_both_sides():
    ledger = GeneralLedger(Dice(1), START)
    [answer] = ledger.answers([_batch(date(2025, 12, 1), "7.50", credit="7.00")])
    assert isinstance(answer, JournalBatchRejected)
    assert "7.50" in answer.reason
    assert "7.00" in answer.reason
    assert not ledger.accounts
