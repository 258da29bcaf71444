"""The journal: postings are balanced by construction."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.journal import Account, Posting, totals_by_account

DAY = date(2026, 3, 31)


def posting(debit: Account, credit: Account, amount: str) -> Posting:
    return Posting("E-1", "1000", DAY, debit, credit, Decimal(amount), "USD", "C-1", "INV-1")


def test_a_posting_of_zero_or_within_one_account_is_refused() -> None:
    with pytest.raises(ValueError, match="must be positive"):
        posting(Account.RECEIVABLES, Account.REVENUE, "0.00")
    with pytest.raises(ValueError, match="two different accounts"):
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
def test_debits_equal_credits_for_any_postings(movements: list[tuple[Account, Account, Decimal]]) -> None:
    totals = totals_by_account(posting(debit, credit, str(amount)) for debit, credit, amount in movements)
    assert sum(t.debit for t in totals) == sum(t.credit for t in totals)
