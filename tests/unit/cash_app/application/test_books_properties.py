"""Whatever comes in whatever order: money moves once, nothing goes below zero, both sides of the books agree."""

from __future__ import annotations

from collections import defaultdict
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from services.cash_app.application.domain.application_rules import (
    CustomerRules,
    DiscountRules,
    RuleSet,
    ShortPaymentRules,
    ToleranceRules,
)
from services.cash_app.application.domain.rule_set import RULES as RULES_BY_NAME
from shared.contracts.cash_app import OpenItemChanged, PaymentApplied
from shared.contracts.erp import PaymentReceived
from shared.contracts.invoicing import InvoicePosted
from shared.kernel.journal import Account
from tests.kit.examples import examples
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment, rates

CENTS = st.integers(min_value=1, max_value=40_000).map(lambda cents: Decimal(cents) / 100)
ROUND = st.sampled_from([Decimal(50), Decimal(98), Decimal(100), Decimal(196), Decimal(200), Decimal(294)])
AMOUNTS = CENTS | ROUND
RATES = rates({("EUR", "USD", on(day)): str(Decimal(80 + day % 7) / 100) for day in range(1, 62)})
RULES = st.builds(
    CustomerRules,
    discount=st.builds(
        DiscountRules,
        take=st.sampled_from(["none", "earned", "unearned"]),
        grace_days=st.integers(0, 9),
        part_payments=st.sampled_from(["none", "in_proportion"]),
        unearned_taken=st.sampled_from(["stays_open", "deduction"]),
    ),
    tolerance=st.sampled_from([ToleranceRules(), ToleranceRules(amount="3", percent="5")]),
    short_payment=st.builds(ShortPaymentRules, shortfall=st.sampled_from(["stays_open", "deduction"])),
    rule_set=st.builds(
        RuleSet,
        rules=st.lists(st.sampled_from(sorted(RULES_BY_NAME)), unique=True).map(tuple),
        partial=st.sampled_from(["always", "only_open_item", "never"]),
        disputed_items=st.booleans(),
        late_charges=st.booleans(),
        residual_handling=st.sampled_from(["on_account", "unapplied"]),
        of_equal_amounts=st.sampled_from(["oldest", "none"]),
    ),
)
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


def check(books: CashBooks) -> None:
    """The invariants of the books, as of every day on which anything moved, per currency and account."""
    moved = [c for c in books.bookings.events if isinstance(c, OpenItemChanged)]
    days = {date.max, *(c.business_date for c in moved), *(m.business_date for m in books.bookings.movements)}
    for day in days:
        for account, held in ((Account.UNAPPLIED_CASH, "unapplied"), (Account.ON_ACCOUNT, "on_account")):
            assert -books.balance(account, day) == books.held(held, day) >= 0
        relief = sum((c.change for c in moved if c.business_date <= day and not _invoiced(c)), Decimal(0))
        assert books.balance(Account.RECEIVABLES, day) == relief
    check_items(books, moved)
    check_payments(books)


def _invoiced(change: OpenItemChanged) -> bool:
    """Whether it is in invoicing's journal; what a payer kept back of an item continues as another."""
    return change.cause == "posted" and change.kind == "invoice"


def check_items(books: CashBooks, moved: list[OpenItemChanged]) -> None:
    open_amounts: defaultdict[str, Decimal] = defaultdict(Decimal)
    versions: defaultdict[str, int] = defaultdict(int)
    for change in moved:
        open_amounts[change.item_id] += change.change
        versions[change.item_id] += 1
        assert change.item_version == versions[change.item_id]
        assert change.open_amount == open_amounts[change.item_id] >= 0
        assert change.business_date >= change.document_date
    for item in books.items.values():
        assert item.open_amount == open_amounts[item.item_id]
        assert item.discount_taken <= item.discount_amount


def check_payments(books: CashBooks) -> None:
    applied: defaultdict[str, Decimal] = defaultdict(Decimal)
    for application in books.published(PaymentApplied):
        used = application.paid_amount if application.paid_amount is not None else application.amount
        applied[application.payment_id] += used
        assert application.amount == sum(line.amount for line in application.lines)
        assert application.discount == sum(line.discount for line in application.lines)
        assert all(line.why for line in application.lines)
    for event in books.bookings.events:
        assert type(event).model_validate(event.model_dump()) == event, "an event built without validation is valid"
    held: defaultdict[str, Decimal] = defaultdict(Decimal)
    for movement in books.bookings.movements:
        held[movement.payment_id] += movement.change
        assert movement.business_date >= books.payments[movement.payment_id].value_date
    for taken in books.payments.values():
        assert taken.amount == applied[taken.payment_id] + taken.unapplied_amount
        assert taken.unapplied_amount == held[taken.payment_id]


@settings(max_examples=examples(100), deadline=None)
@given(RULES, invoices(), payments(), st.data())
def test_the_books_agree_as_of_every_day(
    rules: CustomerRules, posted: list[InvoicePosted], received: list[PaymentReceived], data: st.DataObject
) -> None:
    books = CashBooks(rules, RATES)
    for event in data.draw(st.permutations([*posted, *received])):
        books.post(event) if isinstance(event, InvoicePosted) else books.receive(event)
    check(books)


@settings(max_examples=examples(60), deadline=None)
@given(RULES, invoices(), payments(), st.data())
def test_the_order_within_a_batch_decides_nothing(
    rules: CustomerRules, posted: list[InvoicePosted], received: list[PaymentReceived], data: st.DataObject
) -> None:
    one, other = CashBooks(rules, RATES), CashBooks(rules, RATES)
    one.post(*posted)
    one.receive(*received)
    other.post(*data.draw(st.permutations(posted)))
    other.receive(*data.draw(st.permutations(received)))
    assert one.bookings.events == other.bookings.events
    assert one.bookings.postings == other.bookings.postings


@settings(max_examples=examples(200), deadline=None)
@given(AMOUNTS, AMOUNTS, st.integers(1, 40))
def test_no_application_beyond_payment_or_item(total: Decimal, paid: Decimal, day: int) -> None:
    books = CashBooks()
    books.post(invoice("A-1", str(total), discount="0.01" if total > 1 else None))
    books.receive(payment("P-1", str(paid), day=day))
    (line,) = books.lines("P-1")
    assert line.amount <= min(total, paid)
    assert line.amount + line.discount <= total
    if line.discount:
        assert on(day) <= on(11)
