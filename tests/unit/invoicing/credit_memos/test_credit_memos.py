"""Credit memos: by pieces, by amount, never more than is left; the journal is the invoice's, turned round."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.invoicing.credit_memos.domain.credit_memo import CreditMemo
from services.invoicing.credit_memos.domain.creditable_document import (
    WHOLE_DOCUMENT,
    ZERO,
    CannotBeCredited,
    CreditableDocument,
    CreditableLine,
    CreditedLine,
    DocumentKind,
)
from services.invoicing.credit_memos.domain.rules import CreditMemoRules
from services.invoicing.invoices.domain.numbering import is_own_number
from shared.kernel.journal import Account
from tests.kit.events.sample import COMPANY, DAY


def line(line_no: int, quantity: int, net: str, tax: str) -> CreditableLine:
    return CreditableLine(line_no, quantity, Decimal(net), Decimal(tax), CreditedLine(line_no, 0, ZERO, ZERO))


def document(*lines: CreditableLine, kind: DocumentKind = "invoice") -> CreditableDocument:
    return CreditableDocument("C-1", COMPANY, "1000-00000001", kind, DAY, "USD", lines)


DRILLS = line(1, 10, "1526.40", "110.66")
TOWELS = line(2, 3, "94.20", "6.83")
INVOICE = document(DRILLS, TOWELS)


def shown(credited: tuple[CreditedLine, ...]) -> list[tuple[int, int, str, str]]:
    return [(one.line_no, one.quantity, str(one.net), str(one.tax)) for one in credited]


def test_pieces_are_credited_at_the_lines_own_net_and_tax() -> None:
    assert shown(INVOICE.credit_by_quantity([(2, 1)])) == [(2, 1, "31.40", "2.28")]
    assert shown(INVOICE.credit_by_quantity([(1, 10), (2, 3)])) == [
        (1, 10, "1526.40", "110.66"),
        (2, 3, "94.20", "6.83"),
    ]


def test_piece_by_piece_the_whole_line_comes_back_to_the_cent() -> None:
    left, taxes = document(TOWELS), []
    for _ in range(3):
        credited = left.credit_by_quantity([(2, 1)])
        taxes.append(str(credited[0].tax))
        left = left.less(credited)
    assert taxes == ["2.28", "2.27", "2.28"]
    assert left.left == 0
    with pytest.raises(CannotBeCredited, match="3 were invoiced and 3 credited before, so 0 are left"):
        left.credit_by_quantity([(2, 1)])


def test_an_amount_is_spread_over_the_lines_by_what_is_left_of_them() -> None:
    credited = INVOICE.credit_by_amount(Decimal("100.00"))
    assert shown(credited) == [(1, 0, "87.82", "6.37"), (2, 0, "5.42", "0.39")]
    assert shown(INVOICE.credit_by_amount(INVOICE.left)) == [(1, 0, "1526.40", "110.66"), (2, 0, "94.20", "6.83")]
    assert shown(INVOICE.credit_by_amount(Decimal("10.00"), 2)) == [(2, 0, "9.32", "0.68")]


@pytest.mark.parametrize(
    ("amount", "line_no", "sentence"),
    [
        ("1738.10", None, "1,738.09 was charged and 0.00 credited before, so 1,738.09 is left"),
        ("101.04", 2, "101.03 was charged and 0.00 credited before, so 101.03 is left"),
        ("1.005", None, "1.005 is not an amount of USD"),
        ("1.00", 3, "has no line 3: its lines are 1, 2"),
    ],
)
def test_more_than_is_left_is_refused_with_both_figures(amount: str, line_no: int | None, sentence: str) -> None:
    with pytest.raises(CannotBeCredited, match=sentence):
        INVOICE.credit_by_amount(Decimal(amount), line_no)


def test_what_was_credited_by_amount_is_not_credited_by_pieces_again() -> None:
    after = INVOICE.less(INVOICE.credit_by_amount(Decimal("100.00"), 2))
    with pytest.raises(CannotBeCredited, match=r"101.03 was invoiced and 100.00 credited before, so 1.03 is left"):
        after.credit_by_quantity([(2, 3)])
    assert not after.can_credit(INVOICE.credit_by_quantity([(2, 3)]))
    assert after.can_credit(INVOICE.credit_by_quantity([(1, 10)]))


_CENTS = st.integers(0, 500_000).map(lambda cents: Decimal(cents).scaleb(-2))
_LINES = st.lists(st.tuples(st.integers(1, 9), _CENTS, _CENTS), min_size=1, max_size=5)


@given(_LINES, st.lists(st.integers(1, 1_000_000), max_size=5))
def test_no_amount_takes_a_line_below_nothing_and_all_of_them_are_credited_exactly(
    lines: list[tuple[int, Decimal, Decimal]], wanted: list[int]
) -> None:
    left = document(*(line(n, q, str(net), str(tax)) for n, (q, net, tax) in enumerate(lines, 1)))
    for cents in wanted:
        amount = min(Decimal(cents).scaleb(-2), left.left)
        if amount:
            credited = left.credit_by_amount(amount)
            assert sum(one.total for one in credited) == amount
            assert left.can_credit(credited)
            left = left.less(credited)
    assert all(one.net_left >= 0 and one.tax_left >= 0 for one in left.lines)


@pytest.mark.parametrize(
    ("of", "expected"),
    [
        (INVOICE, [(Account.REVENUE, "93.24"), (Account.TAX_PAYABLE, "6.76")]),
        (document(line(WHOLE_DOCUMENT, 0, "100.00", "0.00"), kind="interest"), [(Account.FINANCE_CHARGES, "100.00")]),
    ],
)
def test_the_journal_takes_back_revenue_and_tax_or_the_charge(
    of: CreditableDocument, expected: list[tuple[Account, str]]
) -> None:
    memo = CreditMemo(
        "CM-1", "1000-CM-00000001", "C-1", COMPANY, "1000-00000001", of.kind, None, date(2026, 3, 9), "USD",
        of.credit_by_amount(Decimal("100.00")), "pricing", "agreed otherwise",
    )  # fmt: skip
    assert [(p.debit, p.credit, str(p.amount)) for p in memo.postings()] == [
        (account, Account.RECEIVABLES, amount) for account, amount in expected
    ]
    assert memo.posted().net + memo.posted().tax == memo.posted().total == 100


def test_authority_is_by_role_and_amount() -> None:
    rules = CreditMemoRules(
        authority={"collector": Decimal(100), "controller": None},
        posted_for_collections_up_to=Decimal(50),
        reasons={"pricing": "price"},
    )
    assert rules.covers(["collector"], Decimal(100))
    assert not rules.covers(["collector", "cash_clerk"], Decimal("100.01"))
    assert rules.covers(["controller"], Decimal(10**9))
    assert rules.posts_for_collections(Decimal(50))
    assert not rules.posts_for_collections(Decimal("50.01"))


def test_their_numbers_are_our_own() -> None:
    assert is_own_number("1000-CM-00000001", "1000")
    assert is_own_number("1000-DM-00000001", "1000")
    assert is_own_number("1000-FC-00000001", "1000")
