"""Payments without a reference to what they pay."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from services.cash_app.application.domain.application_rules import STANDARD, ApplicationRules
from services.cash_app.payments.domain.payment import PaymentState
from shared.contracts.cash_app import CustomerCreditIssued, OpenItemChanged, PaymentApplied
from shared.kernel.journal import Account
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment


@pytest.fixture
def books() -> CashBooks:
    return CashBooks()


POLICY = Path(__file__).parents[4] / "services" / "cash_app" / "application" / "application_rules.json"


def test_the_shipped_policy_equals_the_rules_without_one() -> None:
    shipped = ApplicationRules.model_validate_json(POLICY.read_bytes())
    assert shipped == ApplicationRules()
    assert shipped.standard.rule_set.rules == (
        "exact_with_credit", "single_open_item", "exact_amount", "clear_account", "clear_past_due", "exact_sum",
    )  # fmt: skip
    assert shipped.standard.rule_set.residual_handling == "unapplied"


class TestAsShipped:
    """Nothing is applied on a guess."""

    def test_an_amount_that_fits_nothing_waits_for_a_person_and_no_invoice_uses_it(self) -> None:
        books = CashBooks(STANDARD)
        books.post(invoice("A-1", "100.10", due=10), invoice("A-2", "200", due=20))
        books.receive(payment("P", "130.10"))
        books.post(invoice("A-3", "130.00", due=25))
        assert books.payments["P"].state is PaymentState.UNAPPLIED and not books.lines("P")
        assert books.payments["P"].note == (
            "no rule of the customer's rule set (exact_with_credit, single_open_item, exact_amount, clear_account, "
            "clear_past_due, exact_sum) gives a result: left unapplied for review"
        )

    def test_a_round_sum_is_no_reason_to_guess(self) -> None:
        books = CashBooks(STANDARD)
        books.post(invoice("A-1", "100.10", due=10), invoice("A-2", "203", due=20, discount="4"))
        books.receive(payment("P", "300"))
        assert books.payments["P"].state is PaymentState.UNAPPLIED and not books.lines("P")

    def test_money_while_nothing_is_open_is_for_the_next_invoice(self) -> None:
        books = CashBooks(STANDARD)
        books.receive(payment("P", "130.10"))
        assert books.payments["P"].state is PaymentState.ON_ACCOUNT
        books.post(invoice("A-1", "100"))
        assert books.open("A-1") == 0


class TestSingleOpenItem:
    def test_it_is_paid_in_part(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100"))
        books.receive(payment("P", "40"))
        assert books.settled("P") == [("A-1", "40.00", "0.00", "single_open_item")]
        assert books.open("A-1") == 60

    def test_what_is_too_much_rests_on_account(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100"))
        books.receive(payment("P", "130"))
        credit = books.published(CustomerCreditIssued)[0]
        assert (credit.amount, credit.on_account_balance, credit.business_date) == (30, 30, on(5))

    @pytest.mark.parametrize(("day", "left_open"), [(11, 0), (12, 2)])
    def test_the_discount_day_is_the_last_day_of_the_discount(self, books: CashBooks, day: int, left_open: int) -> None:
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "98", day=day))
        assert books.open("A-1") == left_open

    def test_who_pays_in_full_gets_no_discount(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "100"))
        assert books.settled("P") == [("A-1", "100.00", "0.00", "single_open_item")]

    def test_the_discount_is_earned_by_the_payment_that_completes_it_in_time(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "50", day=3), payment("Q", "48", day=9))
        assert books.settled("Q") == [("A-1", "48.00", "2.00", "single_open_item")]

    def test_cash_and_discount_are_changes_of_their_own(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2"))
        books.receive(payment("P", "98"))
        changes = [(c.item_version, c.cause, c.change, c.open_amount) for c in books.published(OpenItemChanged)]
        assert changes == [(1, "posted", 100, 100), (2, "cash", -98, 2), (3, "discount", -2, 0)]


class TestExactAmount:
    def test_the_item_of_exactly_that_amount_is_paid_though_another_is_older(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", due=10), invoice("A-2", "70", due=20))
        books.receive(payment("P", "70"))
        assert books.settled("P") == [("A-2", "70.00", "0.00", "exact_amount")]

    def test_of_several_the_oldest(self, books: CashBooks) -> None:
        books.post(invoice("A-2", "70", due=20), invoice("A-1", "70", due=20), invoice("A-3", "70", due=21))
        books.receive(payment("P", "70"), payment("Q", "70"))
        assert [x[0] for x in books.settled("P") + books.settled("Q")] == ["A-1", "A-2"]

    def test_less_its_discount(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "200", due=10), invoice("A-2", "100", due=20, discount="2"))
        books.receive(payment("P", "98"))
        assert books.settled("P") == [("A-2", "98.00", "2.00", "exact_amount")]

    def test_an_expired_discount_is_no_match(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "200", due=10), invoice("A-2", "100", due=20, discount="2"))
        books.receive(payment("P", "98", day=12))
        assert books.settled("P") == [("A-1", "98.00", "0.00", "oldest_first")]

    def test_money_of_an_earlier_value_date_still_finds_the_discount(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "200", due=10), invoice("A-2", "100", due=20, discount="2"))
        books.receive(payment("P", "98", day=12))
        books.receive(payment("Q", "98", day=11))
        assert books.settled("Q") == [("A-2", "98.00", "2.00", "exact_amount")]

    def test_an_open_rest_counts_not_the_original_amount(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", due=10), invoice("A-2", "300", due=20))
        books.receive(payment("P", "60", names=[("A-2", "60")]), payment("Q", "240", day=6))
        assert books.settled("Q") == [("A-2", "240.00", "0.00", "exact_amount")]


class TestOldestFirst:
    def test_by_due_date_then_document_number_as_far_as_the_money_goes(self, books: CashBooks) -> None:
        books.post(invoice("A-3", "100", due=10), invoice("A-2", "100", due=20), invoice("A-1", "100", due=20))
        books.receive(payment("P", "250"))
        assert [x[0] for x in books.settled("P")] == ["A-3", "A-1", "A-2"]
        assert books.open("A-2") == 50

    def test_everything_and_the_rest_on_account(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100"), invoice("A-2", "100"))
        books.receive(payment("P", "205"))
        assert books.held("on_account") == 5
        assert books.payments["P"].state is PaymentState.ON_ACCOUNT

    def test_items_less_their_discounts_that_add_up_exactly(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", discount="2"), invoice("A-2", "200", discount="4"), invoice("A-3", "70"))
        books.receive(payment("P", "294"))
        assert [x[1:3] for x in books.settled("P")] == [("98.00", "2.00"), ("196.00", "4.00")]

    def test_a_discount_that_closes_the_last_item_reached(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", due=10), invoice("A-2", "100", due=20, discount="2"))
        books.receive(payment("P", "199"))
        assert books.settled("P")[1] == ("A-2", "99.00", "1.00", "oldest_first")

    def test_a_late_document_date_dates_its_application(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100", invoiced=1), invoice("A-2", "100", invoiced=9, due=40))
        books.receive(payment("P", "150", day=5))
        assert [(a.applied_on, a.amount) for a in books.published(PaymentApplied)] == [(on(5), 100), (on(9), 50)]
        assert books.held("unapplied", on(8)) == 50


class TestCurrencies:
    def test_money_in_another_currency_rests_on_account_in_it(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100"))
        books.receive(payment("P", "100", currency="EUR"))
        assert books.open("A-1") == 100
        assert books.published(CustomerCreditIssued)[0].currency == "EUR"
        assert books.payments["P"].note.startswith("paid in EUR, but the open items are in USD")

    def test_it_is_used_by_the_next_invoice_of_its_currency_only(self, books: CashBooks) -> None:
        books.receive(payment("P", "100", currency="EUR"))
        books.post(invoice("A-1", "100", invoiced=6), invoice("A-2", "80", invoiced=7, currency="EUR"))
        assert (books.open("A-1"), books.open("A-2")) == (100, 0)

    def test_companies_are_not_mixed_either(self, books: CashBooks) -> None:
        books.post(invoice("A-1", "100"))
        books.receive(
            payment("P", "100", company_id="DE01"), payment("Q", "10", company_id="DE01", names=[("A-1", "9")])
        )
        assert books.open("A-1") == 100
        assert "another of our companies" in books.payments["Q"].note


class TestOnAccount:
    def test_the_next_invoice_uses_it_on_the_invoices_date(self, books: CashBooks) -> None:
        books.receive(payment("P", "120", day=5))
        books.post(invoice("A-1", "100", invoiced=8))
        assert books.settled("P") == [("A-1", "100.00", "0.00", "on_account_to_new_invoice")]
        assert books.published(PaymentApplied)[0].applied_on == on(8)
        assert books.balance(Account.ON_ACCOUNT) == -20

    def test_the_oldest_money_first(self, books: CashBooks) -> None:
        books.receive(payment("Q", "50", day=6), payment("P", "50", day=5))
        books.post(invoice("A-1", "70", invoiced=8))
        assert (books.settled("P")[0][1], books.settled("Q")[0][1]) == ("50.00", "20.00")
        assert books.published(CustomerCreditIssued)[1].on_account_balance == 100

    def test_never_before_the_money_was_there(self, books: CashBooks) -> None:
        books.receive(payment("P", "100", day=20))
        books.post(invoice("A-1", "100", invoiced=8))
        assert books.published(PaymentApplied)[0].applied_on == on(20)


def test_an_application_of_very_many_items_is_published_in_parts(books: CashBooks) -> None:
    books.post(*(invoice(f"A-{n:04}", "1") for n in range(1200)))
    books.receive(payment("P", "1200"))
    applied = books.published(PaymentApplied)
    assert [len(a.lines) for a in applied] == [500, 500, 200]
    assert [a.application_id for a in applied] == ["P/A1", "P/A2", "P/A3"]


def test_ten_thousand_open_items_paid_one_by_one_are_not_quadratic() -> None:
    def seconds(count: int) -> float:
        fresh = CashBooks()
        fresh.post(*(invoice(f"A-{n:05}", "100", discount="2") for n in range(count)))
        began = time.perf_counter()
        fresh.receive(*(payment(f"P-{n:05}", "98", day=20) for n in range(count)))
        return time.perf_counter() - began

    # Paid after the discounts ran out: all of equal net amount, none of them a match.
    small, large = seconds(1_000), seconds(10_000)
    assert large < small * 40, f"ten times the items took {large / small:.0f} times as long"
