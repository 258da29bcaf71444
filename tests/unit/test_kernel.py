"""Payment terms, aging buckets and postings: the nouns every service shares."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.aging import AgingBucket, bucket_of, days_overdue
from shared.kernel.journal import Account, Posting, totals_by_account
from shared.kernel.payment_terms import PaymentTerms

DUE = date(2026, 3, 31)


def test_two_ten_net_thirty() -> None:
    terms = PaymentTerms(net_days=30, discount_days=10, discount_percent=Decimal(2))
    assert terms.due_date(date(2026, 3, 1)) == date(2026, 3, 31)
    assert terms.discount_date(date(2026, 3, 1)) == date(2026, 3, 11)
    assert terms.discount(Decimal("1234.25"), "USD") == Decimal("24.69")  # 24.685 half-up
    assert str(terms) == "2/10 net 30"


def test_terms_without_a_discount_have_no_discount_date() -> None:
    assert PaymentTerms(net_days=45).discount_date(date(2026, 3, 1)) is None
    assert str(PaymentTerms(net_days=45)) == "net 45"


@pytest.mark.parametrize(
    ("days", "bucket"),
    [
        (-5, AgingBucket.CURRENT), (0, AgingBucket.CURRENT), (1, AgingBucket.DAYS_1_30), (30, AgingBucket.DAYS_1_30),
        (31, AgingBucket.DAYS_31_60), (60, AgingBucket.DAYS_31_60), (61, AgingBucket.DAYS_61_90),
        (90, AgingBucket.DAYS_61_90), (91, AgingBucket.DAYS_91_120), (120, AgingBucket.DAYS_91_120),
        (121, AgingBucket.OVER_120),
    ],
)  # fmt: skip
def test_buckets_begin_the_day_after_the_due_date(days: int, bucket: AgingBucket) -> None:
    as_of = DUE + timedelta(days=days)
    assert bucket_of(DUE, as_of) is bucket
    assert days_overdue(DUE, as_of) == days


def posting(debit: Account, credit: Account, amount: str) -> Posting:
    return Posting("E-1", "1000", DUE, debit, credit, Decimal(amount), "USD", "C-1", "INV-1")


def test_a_posting_of_nothing_or_within_one_account_cannot_be_made() -> None:
    with pytest.raises(ValueError, match="positive amount"):
        posting(Account.RECEIVABLES, Account.REVENUE, "0.00")
    with pytest.raises(ValueError, match="between two accounts"):
        posting(Account.CASH, Account.CASH, "1.00")


def test_an_invoice_is_two_postings_of_one_entry() -> None:
    totals = totals_by_account(
        [
            posting(Account.RECEIVABLES, Account.REVENUE, "100.00"),
            posting(Account.RECEIVABLES, Account.TAX_PAYABLE, "7.25"),
        ]
    )
    assert [(t.account, t.debit, t.credit) for t in totals] == [
        ("1200", Decimal("107.25"), Decimal(0)),
        ("2200", Decimal(0), Decimal("7.25")),
        ("4000", Decimal(0), Decimal("100.00")),
    ]


@given(
    st.lists(
        st.tuples(
            st.sampled_from(list(Account)), st.sampled_from(list(Account)), st.decimals("0.01", "1000000", places=2)
        ).filter(lambda movement: movement[0] != movement[1])
    )
)
def test_whatever_is_posted_debits_equal_credits(movements: list[tuple[Account, Account, Decimal]]) -> None:
    totals = totals_by_account(posting(debit, credit, str(amount)) for debit, credit, amount in movements)
    assert sum(t.debit for t in totals) == sum(t.credit for t in totals)
