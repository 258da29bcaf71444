"""Round payments without a word: to the oldest items only where the customer agreed, or as a clerk did before."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.cash_app.application.domain.application_rules import STANDARD, CustomerRules, RuleSet
from services.cash_app.application.domain.round_sum_lesson import choice_of, may_teach
from services.cash_app.payments.domain.payment import PaymentState, payment_of
from shared.contracts.erp import PaymentReceived
from tests.unit.cash_app.cash_books import COMPANY, CashBooks, invoice, payment

AGREED = CustomerRules(rule_set=RuleSet(rules=(*STANDARD.rule_set.rules, "round_sum"), learned_round_sum=0))


def books_owing(rules: CustomerRules = STANDARD) -> CashBooks:
    """A customer who owes 100.10 and, later, 203.00 less a discount of 4.00."""
    books = CashBooks(rules)
    books.post(invoice("A-1", "100.10", due=10), invoice("A-2", "203", due=20, discount="4"))
    return books


class TestAgreed:
    def test_it_pays_the_oldest_without_a_discount(self) -> None:
        books = books_owing(AGREED)
        books.receive(payment("P", "300"))
        assert books.settled("P") == [("A-1", "100.10", "0.00", "round_sum"), ("A-2", "199.90", "0.00", "round_sum")]
        assert books.lines("P")[0].evidence == ""

    @pytest.mark.parametrize("amount", ["299.99", "250", "1"])
    def test_an_amount_that_is_not_round_waits(self, amount: str) -> None:
        books = books_owing(AGREED)
        books.receive(payment("P", amount))
        assert books.payments["P"].state is PaymentState.UNAPPLIED

    def test_documents_that_are_named_go_before(self) -> None:
        books = books_owing(AGREED)
        books.receive(payment("P", "100", names=[("A-2", "100")]))
        assert [line[0] for line in books.settled("P")] == ["A-2"]


class TestAsAClerkDid:
    @pytest.mark.parametrize(("lessons", "applied"), [([], False), (["X"], False), (["X", "Y"], True)])
    def test_after_two_lessons_and_not_before(self, lessons: list[str], applied: bool) -> None:
        books = books_owing()
        books.book.round_sum_lessons[COMPANY] = lessons
        books.receive(payment("P", "300"))
        assert (books.payments["P"].state is PaymentState.APPLIED) == applied
        if applied:
            first = books.lines("P")[0]
            assert first.evidence == "as a clerk did with payments X, Y before" and first.rule == "round_sum"
            assert first.evidence in first.why

    @pytest.mark.parametrize(("needed", "applied"), [(0, False), (1, True), (3, False)])
    def test_how_many_lessons_are_needed_is_policy(self, needed: int, applied: bool) -> None:
        books = books_owing(CustomerRules(rule_set=RuleSet(learned_round_sum=needed)))
        books.book.round_sum_lessons[COMPANY] = ["X", "Y"]
        books.receive(payment("P", "300"))
        assert bool(books.lines("P")) == applied

    def test_only_in_the_company_of_the_lessons_and_only_round_sums(self) -> None:
        books = books_owing()
        books.book.round_sum_lessons["another"] = ["X", "Y"]
        books.receive(payment("P", "300"))
        books.book.round_sum_lessons[COMPANY] = ["X", "Y"]
        books.receive(payment("Q", "150.50"))
        assert not books.lines("P") and not books.lines("Q")

    def test_an_exact_match_goes_before(self) -> None:
        books = books_owing()
        books.post(invoice("A-3", "200", due=30))
        books.book.round_sum_lessons[COMPANY] = ["X", "Y"]
        books.receive(payment("P", "200"))
        assert books.settled("P") == [("A-3", "200.00", "0.00", "exact_amount")]


class TestWhatAClerkTeaches:
    def choice(self, received: PaymentReceived, spent: str = "0", **chosen: str) -> str | None:
        books = books_owing()
        held = payment_of(received, received.customer_id, "stated")
        held.receive(books.bookings)
        held.unapplied_amount -= Decimal(spent)
        cash = {f"I-A-{number[1:]}": Decimal(amount) for number, amount in chosen.items()}
        return choice_of(held, cash, books.book)

    def test_exactly_what_the_rule_would_have_done_is_a_lesson(self) -> None:
        assert self.choice(payment("P", "300"), a1="100.10", a2="199.90") == "oldest"
        assert self.choice(payment("P", "100"), a1="100") == "oldest"

    def test_anything_else_is_another_choice(self) -> None:
        assert self.choice(payment("P", "300"), a2="203", a1="97") == "other"
        assert self.choice(payment("P", "100"), a2="100") == "other"
        assert self.choice(payment("P", "300"), a1="50") == "other"

    def test_the_first_lines_alone_and_the_last_alone_say_nothing(self) -> None:
        assert self.choice(payment("P", "300"), a1="100.10") is None
        assert self.choice(payment("P", "300"), "200", a1="100") is None

    def test_where_all_is_paid_there_is_no_choice(self) -> None:
        assert self.choice(payment("P", "400"), a1="100.10", a2="203") is None

    def test_payments_that_are_not_round_or_name_documents_teach_nothing(self) -> None:
        assert self.choice(payment("P", "299.99"), a1="100.10", a2="199.89") is None
        assert self.choice(payment("P", "300", names=[("A-1", "300")]), a1="100.10", a2="199.90") is None

    def test_round_is_measured_in_the_currencys_smallest_unit(self) -> None:
        def round_in(currency: str, amount: str) -> bool:
            return may_teach(payment_of(payment("P", amount, currency=currency), "C-1", "stated"))

        assert round_in("USD", "100") and not round_in("USD", "150")
        assert round_in("JPY", "10000") and not round_in("JPY", "5000")
        assert round_in("KWD", "10") and not round_in("KWD", "15")
