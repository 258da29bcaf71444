"""Whatever comes in whatever order: money moves once, nothing goes below zero, both sides of the books agree."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from shared.contracts.cash_app import OpenItemChanged, PaymentApplied
from shared.contracts.erp import PaymentReceived
from shared.contracts.invoicing import InvoicePosted
from shared.kernel.journal import Account
from tests.unit.cash_app.desk import Desk, invoice, on, payment

CENTS = st.integers(min_value=1, max_value=40_000).map(lambda cents: Decimal(cents) / 100)
ROUND = st.sampled_from([Decimal(50), Decimal(98), Decimal(100), Decimal(196), Decimal(200), Decimal(294)])
AMOUNTS = CENTS | ROUND
CURRENCIES = st.sampled_from(["USD", "USD", "USD", "EUR"])


@st.composite
def invoices(draw: st.DrawFn) -> list[InvoicePosted]:
    posted = []
    for n in range(draw(st.integers(0, 8))):
        total = draw(AMOUNTS)
        discount = str((total / 50).quantize(Decimal("0.01"))) if draw(st.booleans()) else None
        posted.append(
            invoice(
                f"A-{n}",
                str(total),
                invoiced=draw(st.integers(1, 28)),
                due=draw(st.integers(28, 60)),
                discount=discount,
                disputed=draw(st.booleans()),
                currency=draw(CURRENCIES),
            )
        )
    return posted


@st.composite
def payments(draw: st.DrawFn) -> list[PaymentReceived]:
    numbers = st.sampled_from([f"a-{n}" for n in range(10)])
    received = []
    for n in range(draw(st.integers(0, 8))):
        lines = st.tuples(numbers, AMOUNTS.map(str), st.sampled_from(["0", "1", "2"]))
        received.append(
            payment(
                f"P-{n}",
                str(draw(AMOUNTS)),
                day=draw(st.integers(1, 40)),
                names=draw(st.lists(lines, max_size=3)),
                currency=draw(CURRENCIES),
            )
        )
    return received


def check(desk: Desk) -> None:
    """The invariants of the books, as of every day on which anything moved, per currency and account."""
    moved = [c for c in desk.bookings.said if isinstance(c, OpenItemChanged)]
    days = {date.max, *(c.business_date for c in moved), *(m.business_date for m in desk.bookings.cash)}
    for day in days:
        for account, held in ((Account.UNAPPLIED_CASH, "unapplied"), (Account.ON_ACCOUNT, "on_account")):
            assert -desk.balance(account, day) == desk.held(held, day) >= 0
        relief = sum((c.change for c in moved if c.business_date <= day and c.cause != "posted"), Decimal(0))
        assert desk.balance(Account.RECEIVABLES, day) == relief
    check_items(desk, moved)
    check_payments(desk)


def check_items(desk: Desk, moved: list[OpenItemChanged]) -> None:
    open_amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    versions: defaultdict[str, int] = defaultdict(int)
    for change in moved:
        open_amounts[change.item_id] += change.change
        versions[change.item_id] += 1
        assert change.item_version == versions[change.item_id]
        assert change.open_amount == open_amounts[change.item_id] >= 0
        assert change.business_date >= change.document_date
    for item in desk.items.values():
        assert item.open_amount == open_amounts[item.item_id]
        assert item.discount_taken <= item.discount_amount


def check_payments(desk: Desk) -> None:
    applied: defaultdict[str, Decimal] = defaultdict(Decimal)
    for application in desk.heard(PaymentApplied):
        applied[application.payment_id] += application.amount
        assert application.amount == sum(line.amount for line in application.lines)
        assert application.discount == sum(line.discount for line in application.lines)
        assert all(line.why for line in application.lines)
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for movement in desk.bookings.cash:
        held[movement.payment_id] += movement.change
        assert movement.business_date >= desk.payments[movement.payment_id].value_date
    for taken in desk.payments.values():
        assert taken.amount == applied[taken.payment_id] + taken.unapplied_amount
        assert taken.unapplied_amount == held[taken.payment_id]


@settings(max_examples=150, deadline=None)
@given(invoices(), payments(), st.data())
def test_the_books_agree_as_of_every_day(
    posted: list[InvoicePosted], received: list[PaymentReceived], data: st.DataObject
) -> None:
    desk = Desk()
    for event in data.draw(st.permutations([*posted, *received])):
        desk.post(event) if isinstance(event, InvoicePosted) else desk.receive(event)
    check(desk)


@settings(max_examples=100, deadline=None)
@given(invoices(), payments(), st.data())
def test_the_order_within_a_batch_decides_nothing(
    posted: list[InvoicePosted], received: list[PaymentReceived], data: st.DataObject
) -> None:
    one, other = Desk(), Desk()
    one.post(*posted)
    one.receive(*received)
    other.post(*data.draw(st.permutations(posted)))
    other.receive(*data.draw(st.permutations(received)))
    assert one.bookings.said == other.bookings.said
    assert one.bookings.postings == other.bookings.postings


@settings(max_examples=200, deadline=None)
@given(AMOUNTS, AMOUNTS, st.integers(1, 40))
def test_no_application_beyond_payment_or_item(total: Decimal, paid: Decimal, day: int) -> None:
    desk = Desk()
    desk.post(invoice("A-1", str(total), discount="0.01" if total > 1 else None))
    desk.receive(payment("P-1", str(paid), day=day))
    (line,) = desk.lines("P-1")
    assert line.amount <= min(total, paid)
    assert line.amount + line.discount <= total
    if line.discount:
        assert on(day) <= on(11)
