"""Rule sets: the published worked examples come out exactly, and each rule and option does what it states.

Sources: Oracle Financials Cloud, "Example of Using an AutoCash Rule Set" and "Examples of Using Each AutoCash Rule";
Microsoft Dynamics AX 2012, "Scenario: Automatic settlement and prioritization".
"""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from services.cash_app.application.domain.application import apply_payment, post_item
from services.cash_app.application.domain.application_rules import (
    ApplicationRules,
    CustomerRules,
    DiscountRules,
    Exceptions,
    RuleSet,
    ShortPaymentRules,
    ToleranceRules,
)
from services.cash_app.application.domain.credit_memo import credit_of
from services.cash_app.open_items.domain.open_item import charge_of
from services.cash_app.payments.domain.bookings import Bookings
from services.cash_app.payments.domain.payment import PaymentState
from shared.contracts.cash_app import DeductionOpened, OpenItemChanged, PaymentApplied
from shared.contracts.invoicing import CreditMemoPosted, FinanceChargePosted
from shared.kernel.journal import Account
from tests.unit.cash_app.cash_books import COMPANY, CUSTOMER, CashBooks, invoice, on, payment, rates


def by(*rules: str, **options: Any) -> CustomerRules:
    return CustomerRules(rule_set=RuleSet(rules=rules, **options))


def paid(books: CashBooks, payment_id: str = "P") -> list[tuple[str, int]]:
    return [(number, int(Decimal(cash))) for number, cash, _, _ in books.settled(payment_id)]


def charge(books: CashBooks, number: str, amount: str, due: int) -> None:
    posted = FinanceChargePosted(
        charge_id=f"I-{number}", charge_number=number, company_id=COMPANY, customer_id=CUSTOMER, kind="interest",
        charge_date=on(1), due_date=on(due), currency="USD", amount=amount, reason="overdue",
    )  # fmt: skip
    item = books.items[number] = charge_of(posted)
    post_item(item, books.book, books.bookings)


class TestPublishedExamples:
    def test_match_one_and_clear_the_account_fail_then_the_oldest_first(self) -> None:
        """Invoices of 300, 200 and 150, a payment of 600 on 10 December: 300, 200, 100, and 50 stay open."""
        books = CashBooks(by("exact_amount", "clear_account", "oldest_first", disputed_items=False, late_charges=False))
        december = {
            "123": ("200", date(2026, 12, 11), date(2026, 12, 1), "20"),
            "124": ("300", date(2026, 12, 8), date(2026, 11, 30), "30"),
            "125": ("150", date(2026, 12, 13), date(2026, 11, 28), "15"),
        }
        for number, (total, due, discount_date, discount) in december.items():
            dates = {"due_date": due, "discount_date": discount_date, "invoice_date": date(2026, 11, 10)}
            books.post(invoice(number, total, discount=discount, **dates))
        books.receive(payment("P", "600", value_date=date(2026, 12, 10)))
        assert paid(books) == [("124", 300), ("123", 200), ("125", 100)]
        assert books.open("125") == 50
        assert {rule for *_, rule in books.settled("P")} == {"oldest_first"}

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            ("by_priority", [("INT", 7), ("A-1", 100), ("A-2", 250), ("A-3", 343)]),
            ("oldest_first", [("A-1", 100), ("A-2", 250), ("A-3", 350)]),
        ],
    )
    def test_by_priority_interest_goes_first_by_due_date_it_waits(self, rule: str, expected: list[Any]) -> None:
        """700 against invoices of 100, 250 and 500 and interest of 7."""
        books = CashBooks(by(rule))
        books.post(*(invoice(f"A-{n}", total, due=n) for n, total in enumerate(("100", "250", "500"), start=1)))
        charge(books, "INT", "7", due=9)
        books.receive(payment("P", "700", day=10))
        assert paid(books) == expected
        assert (books.open("A-3"), books.open("INT")) == ((157, 0) if rule == "by_priority" else (150, 7))

    def test_one_invoice_less_its_discount_within_days_of_grace(self) -> None:
        """2,000 on 10% 10/net 30 of 1 January: 1,800 of 14 January match with five days of grace, and not without."""
        for grace, settled in ((5, [("600", "1800.00", "200.00", "exact_amount")]), (0, [])):
            rules = CustomerRules(discount=DiscountRules(grace_days=grace), rule_set=RuleSet(rules=("exact_amount",)))
            books = CashBooks(rules)
            books.post(invoice("600", "2000", discount="200", invoiced=1, due=30))
            books.receive(payment("P", "1800", day=14))
            assert books.settled("P") == settled


class TestRules:
    def test_clear_past_due_and_past_due_by_terms(self) -> None:
        for rules, expected in (
            (("clear_past_due",), [("A-1", 90), ("A-2", 70), ("A-3", 30)]),
            (("clear_past_due", "past_due_by_terms"), [("A-2", 70), ("A-3", 30)]),
        ):
            books = CashBooks(by(*rules))
            net_60 = {"terms": {"net_days": 60}}
            books.post(invoice("A-1", "90", due=5), invoice("A-4", "500", due=20))
            books.post(invoice("A-2", "70", due=6, **net_60), invoice("A-3", "30", due=7, **net_60))
            books.receive(payment("P", str(sum(amount for _, amount in expected)), day=10))
            assert paid(books) == expected

    def test_the_statement_of_last_month(self) -> None:
        books = CashBooks(by("statement_balance"))
        books.post(
            invoice("A-1", "100", due=60), invoice("A-2", "70", due=40), invoice("A-3", "30", invoiced=33, due=35)
        )
        books.receive(payment("P", "170", day=40))
        assert paid(books) == [("A-2", 70), ("A-1", 100)]

    @pytest.mark.parametrize(
        ("rule", "expected"),
        [
            ("largest_first", [("A-1", 400), ("A-2", 100)]),
            ("due_now_first", [("A-4", 50), ("A-3", 100), ("A-1", 350)]),
        ],
    )
    def test_largest_first_and_due_now_first(self, rule: str, expected: list[Any]) -> None:
        books = CashBooks(by(rule))
        books.post(invoice("A-1", "400", due=35), invoice("A-2", "300", due=36))
        books.post(invoice("A-3", "100", due=60, discount="2"), invoice("A-4", "50", due=8))
        books.receive(payment("P", "500", day=10))
        assert paid(books) == expected

    def test_a_sum_counts_only_if_it_is_the_only_one(self) -> None:
        books = CashBooks(by("exact_sum", residual_handling="unapplied"))
        totals = ("101.11", "202.35", "303.83", "407.07")
        books.post(*(invoice(f"A-{n}", total) for n, total in enumerate(totals)), invoice("A-9", "508.18", due=40))
        books.receive(payment("P", "609.42"), payment("Q", "609.29"))
        assert [n for n, *_ in books.settled("P")] == ["A-1", "A-3"]
        assert books.settled("Q")[0][3] == "exact_sum"
        books.post(invoice("B-1", "100"), invoice("B-2", "200"), invoice("B-3", "300"), invoice("B-4", "400"))
        books.receive(payment("R", "500"))
        assert books.settled("R") == []
        assert books.payments["R"].state is PaymentState.UNAPPLIED
        assert "no rule of the customer's rule set" in books.payments["R"].note

    @pytest.mark.parametrize(("partial", "expected"), [("always", 20), ("only_open_item", 0), ("never", 0)])
    def test_partial_payments(self, partial: str, expected: int) -> None:
        books = CashBooks(by("oldest_first", partial=partial))
        books.post(invoice("A-1", "100"), invoice("A-2", "100", due=32))
        books.receive(payment("P", "120"))
        assert sum(amount for n, amount in paid(books) if n == "A-2") == expected
        alone = CashBooks(by("single_open_item", "oldest_first", partial=partial))
        alone.post(invoice("A-1", "100"))
        alone.receive(payment("P", "20"))
        assert paid(alone) == ([] if partial == "never" else [("A-1", 20)])

    def test_disputed_items_and_late_charges_stay_out(self) -> None:
        books = CashBooks(by("clear_account", disputed_items=False, late_charges=False))
        books.post(invoice("A-1", "100"), invoice("A-2", "70", disputed=True))
        charge(books, "INT", "7", due=1)
        books.post(invoice("A-3", "50"))
        books.receive(payment("P", "150"))
        assert sorted(paid(books)) == [("A-1", 100), ("A-3", 50)]

    def test_of_equal_amounts_the_oldest_or_none(self) -> None:
        for policy, count in (("oldest", 1), ("none", 0)):
            books = CashBooks(by("exact_amount", of_equal_amounts=policy))
            books.post(invoice("A-1", "100"), invoice("A-2", "100", due=32))
            books.receive(payment("P", "100"))
            assert len(books.lines("P")) == count
        assert books.payments["P"].unapplied_amount == 100

    def test_inherited_from_company_over_group_to_customer(self) -> None:
        narrow, wide = RuleSet(rules=("largest_first",)), RuleSet(rules=("clear_account",))
        policy = ApplicationRules(
            companies={"US01": Exceptions(rule_set=wide, tolerance=ToleranceRules(amount="5", percent="1"))},
            groups={"retail": {"customers": ["C-2", "C-3"], "rule_set": {"rules": ["by_priority"]}}},
            customers={"C-3": Exceptions(rule_set=narrow)},
            parents={"C-2": "C-1"},
        )
        sets = {c: policy.of("US01", c).rule_set.rules for c in ("C-1", "C-2", "C-3")}
        assert sets == {"C-1": ("clear_account",), "C-2": ("by_priority",), "C-3": ("largest_first",)}
        assert policy.of("US01", "C-3").tolerance.amount == 5
        assert policy.of("DE01", "C-1") == ApplicationRules().standard
        with pytest.raises(ValueError, match="name the one who pays in the end"):
            ApplicationRules(parents={"C-1": "C-2", "C-2": "C-3"})


class TestDiscounts:
    def test_in_proportion_on_part_payments(self) -> None:
        books = CashBooks(CustomerRules(discount=DiscountRules(part_payments="in_proportion")))
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "49", names=[("A-1", "49")]))
        assert (books.lines("P")[0].discount, books.open("A-1")) == (1, 50)

    def test_only_in_good_standing(self) -> None:
        books = CashBooks(CustomerRules(discount=DiscountRules(past_due_days_max=10)))
        books.post(invoice("A-1", "100", discount="2", invoiced=20, due=50), invoice("A-0", "10", due=5))
        books.receive(payment("P", "98", day=25, names=[("A-1", "98", "2")]))
        assert books.open("A-1") == 2
        assert "the rules grant this customer none" in books.payments["P"].note

    @pytest.mark.parametrize(("base", "discount"), [("invoice", "3.00"), ("gross", "2.38"), ("net", "2.00")])
    def test_on_net_or_gross(self, base: Any, discount: str) -> None:
        books = CashBooks(CustomerRules(discount=DiscountRules(base=base)))
        terms = {"net_days": 30, "discount_days": 10, "discount_percent": "2"}
        books.post(invoice("A-1", "119", net="100", tax="19", discount="3", terms=terms))
        assert str(books.items["A-1"].discount_amount) == discount

    def test_taken_too_late_it_becomes_a_deduction(self) -> None:
        books = CashBooks(CustomerRules(discount=DiscountRules(unearned_taken="deduction")))
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "98", day=20, names=[("A-1", "98", "2")]))
        (opened,) = books.published(DeductionOpened)
        assert (opened.reason, opened.amount, books.open("A-1")) == ("unearned_discount", 2, 0)


class TestDifferences:
    def test_a_small_one_is_written_off_within_both_limits(self) -> None:
        books = CashBooks(CustomerRules(tolerance=ToleranceRules(amount="2", percent="1")))
        books.post(*(invoice(n, "100") for n in ("A-1", "A-2")), invoice("A-3", "1000"))
        for n, (number, money) in enumerate((("A-1", "99.50"), ("A-2", "98.50"), ("A-3", "997"))):
            books.receive(payment(f"P-{n}", money, names=[(number, money)]))
        assert [books.open(n) for n in ("A-1", "A-2", "A-3")] == [0, Decimal("1.50"), 3]
        assert books.balance(Account.TOLERANCE) == Decimal("0.50")
        books.post(invoice("A-4", "4000.10"))
        books.receive(payment("P-3", "3999"))
        assert not books.settled("P-3"), "by chance within 2.00 of one of three items: no match"

    def test_an_amount_near_an_item_is_a_match_where_that_is_no_chance(self) -> None:
        books = CashBooks(CustomerRules(tolerance=ToleranceRules(amount="0.05", percent="1")))
        books.post(invoice("A-1", "3000.00"), invoice("A-2", "4000.04", due=40))
        books.receive(payment("P", "4000"))
        assert books.settled("P") == [("A-2", "4000.00", "0.00", "exact_amount")]
        assert books.lines("P")[0].tolerance == Decimal("0.04") and "small difference" in books.lines("P")[0].why

    def test_a_small_surplus_is_kept_within_both_limits(self) -> None:
        books = CashBooks(CustomerRules(tolerance=ToleranceRules(amount="2", percent="1")))
        books.post(*(invoice(n, "100") for n in ("A-1", "A-2", "A-3")), invoice("A-4", "1000"))
        for n, (number, money) in enumerate((("A-1", "100.50"), ("A-2", "101.50"), ("A-4", "1002.01"))):
            books.receive(payment(f"P-{n}", money, names=[(number, money)]))
        assert books.balance(Account.TOLERANCE) == Decimal("-0.50")
        assert [books.payments[f"P-{n}"].unapplied_amount for n in range(3)] == [0, Decimal("1.50"), Decimal("2.01")]
        assert books.open("A-3") == 100, "a surplus is no part payment of what is not named"

    def test_a_short_payment_becomes_a_deduction_with_its_reason(self) -> None:
        books = CashBooks(CustomerRules(short_payment=ShortPaymentRules(shortfall="deduction")))
        books.post(invoice("A-1", "100"), invoice("A-2", "100"), invoice("A-3", "100"))
        freight = payment("P", "90", names=[("A-1", "90")])
        line = freight.remittance[0].model_copy(update={"reason": "freight"})
        books.receive(freight.model_copy(update={"remittance": (line,)}))
        books.receive(payment("Q", "90", names=[("A-2", "90")]), payment("R", "50", names=[("A-3", "50")]))
        assert [(d.document_number, d.reason, d.amount) for d in books.published(DeductionOpened)] == [
            ("A-1", "freight", 10), ("A-2", "unknown", 10),
        ]  # fmt: skip
        assert books.open("A-3") == 50
        posted = [c for c in books.published(OpenItemChanged) if c.kind == "deduction"]
        assert [(c.cause, c.open_amount, c.due_date) for c in posted] == [("posted", 10, on(31))] * 2
        assert [item.kind for item in books.bookings.items] == ["deduction"] * 2
        assert books.balance(Account.RECEIVABLES) == -230


def test_a_credit_memo_settles_its_invoice_and_the_rest_is_on_account() -> None:
    books = CashBooks()
    books.post(invoice("A-1", "100"))
    memo = CreditMemoPosted(
        credit_memo_id="CM-1", credit_memo_number="C1", company_id=COMPANY, customer_id=CUSTOMER, invoice_number="A-1",
        credit_date=on(7), currency="USD", net="120", tax="0", total="120", reason="goods came back",
    )  # fmt: skip
    credit, bookings = credit_of(memo), Bookings()
    credit.receive(bookings, out_of=Account.RECEIVABLES)
    apply_payment(credit, books.book, bookings)
    assert (books.open("A-1"), credit.state, credit.unapplied_amount) == (0, PaymentState.ON_ACCOUNT, 20)
    moved = {(p.debit, p.credit): p.amount for p in bookings.postings}
    assert moved[Account.RECEIVABLES, Account.UNAPPLIED_CASH] == 120


class TestCurrencies:
    RATES = rates({("EUR", "USD", on(5)): "1.10", ("EUR", "USD", on(1)): "1.00"})

    def test_at_the_dated_rate_with_the_realised_difference(self) -> None:
        """110 USD were worth 110 EUR on their date and cost 100 EUR now: 10 EUR are lost."""
        books = CashBooks(rates=self.RATES)
        books.post(invoice("A-1", "110"))
        books.receive(payment("P", "150", currency="EUR"))
        (applied,) = books.published(PaymentApplied)
        assert (applied.currency, applied.amount, applied.paid_currency, applied.paid_amount) == (
            "USD",
            110,
            "EUR",
            100,
        )
        assert (books.open("A-1"), books.payments["P"].unapplied_amount) == (0, 50)
        realised = [p for p in books.bookings.postings if Account.EXCHANGE_DIFFERENCE in (p.debit, p.credit)]
        assert [(p.debit, p.amount, p.currency) for p in realised] == [(Account.EXCHANGE_DIFFERENCE, 10, "EUR")]

    def test_part_of_an_item_and_the_own_currency_first(self) -> None:
        books = CashBooks(rates=self.RATES)
        books.post(invoice("A-1", "110"), invoice("A-2", "30", currency="EUR", due=40))
        books.receive(payment("P", "80", currency="EUR"))
        assert [(x[0], x[1]) for x in books.settled("P")] == [("A-2", "30.00"), ("A-1", "55.00")]
        assert books.payments["P"].state is PaymentState.APPLIED

    def test_without_a_rate_or_leave_it_is_kept(self) -> None:
        for books in (
            CashBooks(),
            CashBooks(by("oldest_first", convert_currencies=False, residual_handling="on_account"), self.RATES),
        ):
            books.post(invoice("A-1", "110"))
            books.receive(payment("P", "80", currency="EUR"))
            assert books.settled("P") == [] and books.payments["P"].state is PaymentState.ON_ACCOUNT
