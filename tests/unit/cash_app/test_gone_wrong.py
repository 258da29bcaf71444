"""What is undone is as if it had never been: reversal, transfer, split, return, refund, write-off, and their books."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.cash_app.domain.application_rules import CustomerRules
from services.cash_app.domain.bookings import Bookings
from services.cash_app.domain.customer_book import CustomerBook
from services.cash_app.domain.desk_rules import DeskRules, ReturnFee
from services.cash_app.domain.duplicates import Taken, TakenBefore, settles_nothing, taken
from services.cash_app.domain.payments import Payment, PaymentState, WrongState, payment_of
from services.cash_app.domain.refunds import NotRefundable, Refund, cancel, refund
from services.cash_app.domain.returns import Return, return_of
from services.cash_app.domain.reversal import BookedApplication, ItemMovement, NotReversible, Why, reverse
from services.cash_app.domain.splitting import NotSplittable, Part, rejoin, split
from services.cash_app.domain.transfer import transfer
from services.cash_app.domain.write_off import WriteOff, reverse_write_off, write_off
from shared.contracts.cash_app import OpenItemChanged, PaymentApplied, PaymentTransferred, PaymentUnapplied
from shared.contracts.erp import PaymentReceived, PaymentReturned
from shared.contracts.invoicing import InvoicePosted
from shared.kernel.journal import Account, totals_by_account
from tests.unit.cash_app.desk import COMPANY, Desk, invoice, on, payment
from tests.unit.cash_app.test_books_properties import RATES, RULES, invoices, payments

FEE = ReturnFee(amounts={"USD": Decimal("25.00")}, due_days=10)


def booked(desk: Desk, payment_id: str) -> list[BookedApplication]:
    """The payment's applications as the tables would give them, the latest first."""
    found = []
    for applied in desk.published(PaymentApplied):
        if applied.payment_id != payment_id:
            continue
        name = applied.application_id
        moved = [
            ItemMovement(c.customer_id, c.item_id, c.change, c.cause)
            for c in desk.published(OpenItemChanged)
            if c.cause_id == name or c.cause_id.startswith(f"{name}/D")
        ]
        found.append(
            BookedApplication(
                application_id=name,
                payment_id=payment_id,
                customer_id=applied.customer_id,
                company_id=applied.company_id,
                applied_on=applied.applied_on,
                currency=applied.currency,
                amount=applied.amount,
                discount=applied.discount,
                cash=-sum((m.change for m in desk.bookings.cash if m.cause_id == name), Decimal(0)),
                movements=tuple(moved),
                postings=tuple(p for p in desk.bookings.postings if p.entry_id == name),
            )
        )
    return found[::-1]


def items_of(desk: Desk) -> dict[tuple[str, str], Any]:
    everything = [*desk.items.values(), *desk.bookings.items]
    return {(item.customer_id, item.item_id): item for item in everything}


def undo(desk: Desk, payment_id: str, day: int = 50, cause: Any = "reversed") -> None:
    why = Why(cause, "it was a mistake", on(day))
    for application in booked(desk, payment_id):
        reverse(application, desk.payments[payment_id], items_of(desk), why, desk.book, desk.bookings)


def balances(bookings: Bookings) -> dict[tuple[str, str], Decimal]:
    """Debits less credits by account and currency, nil left out."""
    found: defaultdict[tuple[str, str], Decimal] = defaultdict(Decimal)
    for currency in {posting.currency for posting in bookings.postings}:
        for total in totals_by_account(p for p in bookings.postings if p.currency == currency):
            found[total.account, currency] += total.debit - total.credit
    return {key: amount for key, amount in found.items() if amount}


class TestReversal:
    @settings(max_examples=40, deadline=None)
    @given(invoices(), payments(), RULES)
    def test_it_restores_everything(
        self, posted: list[InvoicePosted], received: list[PaymentReceived], rules: CustomerRules
    ) -> None:
        desk, untouched = Desk(rules, RATES), Desk(rules, RATES)
        desk.post(*posted)
        untouched.post(*posted)
        desk.receive(*received)
        for payment_id in reversed(desk.payments):
            undo(desk, payment_id)
        owed = [(i.document_number, i.open_amount, i.discount_taken, i.due_date) for i in desk.items.values()]
        assert owed == [
            (i.document_number, i.open_amount, i.discount_taken, i.due_date) for i in untouched.items.values()
        ]
        assert all(item.open_amount == 0 for item in desk.bookings.items)
        assert all(p.unapplied_amount == p.amount for p in desk.payments.values())
        money = {(account, currency) for account, currency in balances(desk.bookings)}
        assert {account for account, _ in money} <= {Account.CASH, Account.UNAPPLIED_CASH, Account.ON_ACCOUNT}

    @settings(max_examples=25, deadline=None)
    @given(invoices(), payments(), RULES, st.data())
    def test_the_sum_of_all_movements_is_nil(
        self, posted: list[InvoicePosted], received: list[PaymentReceived], rules: CustomerRules, data: st.DataObject
    ) -> None:
        """Everything received and then returned: nothing is left in any account, on any item, in any queue."""
        desk = Desk(rules, RATES)
        desk.post(*posted)
        desk.receive(*received)
        for number, event in enumerate(data.draw(st.permutations(received))):
            back = bounced(f"R-{number}", event)
            back.receive(desk.bookings)
            undo(desk, event.payment_id, cause="returned")
            desk.book.credit_withdrawn(desk.payments[event.payment_id])
            back.take([desk.payments[event.payment_id]], "by reference", desk.bookings)
        assert balances(desk.bookings) == {}
        for account in ("suspense", "unapplied", "on_account"):
            assert desk.held(account) == 0
        assert {p.state for p in desk.payments.values()} <= {PaymentState.RETURNED}
        kept_back = sum(item.original_amount for item in desk.bookings.items)
        assert sum(c.change for c in desk.published(OpenItemChanged) if c.cause != "posted") + kept_back == 0

    def test_items_are_owed_again_with_their_old_due_dates_and_nothing_settles_them_earlier(self) -> None:
        desk = Desk()
        desk.post(invoice("A-1", "100", due=31, discount="2"))
        desk.receive(payment("P-1", "98", day=5))
        undo(desk, "P-1", day=20)
        item, (undone,) = desk.items["A-1"], desk.published(PaymentUnapplied)
        assert (item.open_amount, item.discount_taken, item.due_date, item.item_version) == (100, 0, on(31), 5)
        assert (undone.applied_on, undone.unapplied_on, undone.amount, undone.discount) == (on(5), on(20), 98, 2)
        desk.receive(payment("P-2", "98", day=6))
        assert desk.published(PaymentApplied)[-1].applied_on == on(20)
        assert desk.balance(Account.RECEIVABLES, on(19)) == -100
        assert desk.balance(Account.RECEIVABLES) == -100

    def test_money_on_account_is_held_together_with_what_comes_back(self) -> None:
        desk = Desk()
        desk.post(invoice("A-1", "100"))
        desk.receive(payment("P-1", "130"))
        undo(desk, "P-1")
        held = desk.payments["P-1"]
        assert (held.state, held.unapplied_amount) == (PaymentState.UNAPPLIED, 130)
        desk.post(invoice("A-2", "50", invoiced=25))
        assert desk.open("A-2") == 50
        assert desk.held("on_account") == 0 == desk.balance(Account.ON_ACCOUNT)

    def test_what_rests_on_it_has_to_be_undone_first(self) -> None:
        desk = Desk()
        desk.post(invoice("A-1", "100"))
        desk.receive(payment("P-1", "100"))
        (application,) = booked(desk, "P-1")
        deduction = ItemMovement("C-1", "I-A-1", Decimal(1), "posted")
        changed = BookedApplication(**{
            **{name: getattr(application, name) for name in BookedApplication.__slots__},
            "movements": (*application.movements, deduction),
        })  # fmt: skip
        with pytest.raises(NotReversible, match="undo that first"):
            reverse(changed, desk.payments["P-1"], items_of(desk), Why("reversed", "?", on(9)), None, Bookings())


class TestTransferAndSplit:
    def test_all_of_it_goes_to_the_right_customer_by_way_of_suspense(self) -> None:
        desk = Desk()
        desk.post(invoice("A-1", "100"))
        desk.receive(payment("P-1", "130"))
        why, taken_from = Why("transferred", "C-2 paid it", on(20)), desk.payments["P-1"]
        transfer(taken_from, booked(desk, "P-1"), items_of(desk), [], "C-2", why, desk.book, desk.bookings)
        (moved,) = desk.published(PaymentTransferred)
        assert (moved.from_customer_id, moved.to_customer_id, moved.amount) == ("C-1", "C-2", 130)
        assert (taken_from.customer_id, taken_from.state, desk.open("A-1")) == ("C-2", PaymentState.UNAPPLIED, 100)
        assert desk.held("suspense") == 0 == desk.balance(Account.SUSPENSE)
        of_customer: defaultdict[str | None, Decimal] = defaultdict(Decimal)
        for movement in desk.bookings.cash:
            of_customer[movement.customer_id] += movement.change
        assert of_customer == {"C-1": 0, None: 0, "C-2": 130}
        with pytest.raises(WrongState, match="customer C-2's already"):
            transfer(taken_from, [], {}, [], "C-2", why, CustomerBook("C-2", {}), Bookings())

    def test_parts_are_payments_of_their_own_and_can_be_put_together_again(self) -> None:
        bookings, whole = Bookings(), suspended("P-1", "100")
        whole.receive(bookings)
        parts = split(whole, [Part("C-1", Decimal(70)), Part("C-2", Decimal(30))], 0, on(9), bookings)
        assert [(p.payment_id, p.customer_id, p.unapplied_amount) for p in parts] == [
            ("P-1/S1", "C-1", 70),
            ("P-1/S2", "C-2", 30),
        ]
        assert (whole.state, whole.unapplied_amount) == (PaymentState.APPLIED, 0)
        for part in parts:
            rejoin(part, whole, on(12), bookings)
        assert (whole.state, whole.unapplied_amount, whole.customer_id) == (PaymentState.SUSPENSE, 100, None)
        assert balances(bookings) == {(Account.CASH, "USD"): 100, (Account.SUSPENSE, "USD"): -100}
        with pytest.raises(NotSplittable, match=r"100\.00 of payment P-1 is unapplied"):
            split(whole, [Part("C-1", Decimal(101))], 2, on(13), bookings)


class TestReturns:
    def test_what_was_refunded_before_is_a_claim_and_the_fee_is_by_policy(self) -> None:
        desk = Desk()
        desk.receive(payment("P-1", "100"))
        back, paid = bounced("R-1", payment("P-1", "100")), desk.payments["P-1"]
        refund(paid, order("40.00"), desk.book, desk.bookings)
        back.receive(desk.bookings)
        desk.book.credit_withdrawn(paid)
        paid.hold(on(12), desk.bookings)
        missing, day = back.take([paid], "by reference", desk.bookings)
        claim, fee = back.claim(missing, "C-1", day, desk.bookings), back.fee(FEE, "C-1", day, desk.bookings)
        assert fee is not None
        assert (missing, claim.kind, fee.kind, fee.due_date) == (40, "claim", "fee", on(22))
        assert (paid.state, desk.held("suspense")) == (PaymentState.RETURNED, 0)
        assert balances(desk.bookings) == {
            (Account.RECEIVABLES, "USD"): 65,
            (Account.REFUND_CLEARING, "USD"): -40,
            (Account.FEE_INCOME, "USD"): -25,
        }
        back.give_back({"P-1": paid}, {"P-1": Decimal(60)}, [claim, fee], on(20), desk.bookings)
        assert (paid.state, paid.unapplied_amount, desk.held("suspense")) == (PaymentState.UNAPPLIED, 60, -100)
        assert desk.balance(Account.RECEIVABLES) == 0 == claim.open_amount == fee.open_amount

    def test_a_currency_without_a_fee_costs_nothing(self) -> None:
        assert bounced("R-1", payment("P", "10", currency="EUR")).fee(FEE, "C-1", on(9), Bookings()) is None

    @pytest.mark.parametrize(
        ("change", "sentence"),
        [({"currency": "EUR"}, "of another company or currency"), ({"state": PaymentState.RETURNED}, "before")],
    )
    def test_another_payment_is_not_taken(self, change: dict[str, Any], sentence: str) -> None:
        paid = suspended("P-1", "100")
        for name, value in change.items():
            setattr(paid, name, value)
        assert sentence in bounced("R-1", payment("P-1", "100")).objection([paid])


class TestRefundsAndWriteOffs:
    def test_a_refund_leaves_what_was_not_ordered_and_its_cancellation_brings_it_back(self) -> None:
        desk = Desk()
        desk.receive(payment("P-1", "100"))
        paid = desk.payments["P-1"]
        refund(paid, order("40.00"), desk.book, desk.bookings)
        assert (paid.state, paid.unapplied_amount) == (PaymentState.ON_ACCOUNT, 60)
        with pytest.raises(NotRefundable, match=r"60.00 USD of payment P-1 is not applied, so 60.01"):
            refund(paid, order("60.01"), desk.book, desk.bookings)
        cancel(paid, order("40.00"), on(20), desk.book, desk.bookings)
        assert (paid.state, paid.unapplied_amount) == (PaymentState.UNAPPLIED, 100)
        assert desk.balance(Account.REFUND_CLEARING) == 0

    def test_money_that_came_meanwhile_is_not_given_up_too(self) -> None:
        desk = Desk()
        desk.post(invoice("A-1", "100"))
        desk.receive(payment("P-1", "70"))
        item, asked = desk.items["A-1"], WriteOff("WO-1", Decimal(100), "Carl", "gone", on(40))
        assert write_off(item, asked, desk.bookings) == 30
        assert (item.open_amount, desk.balance(Account.BAD_DEBT), item.closed_on) == (0, 30, on(40))
        was = WriteOff("WO-1", Decimal("30.00"), "Carl", "they paid", on(40))
        reverse_write_off(item, was, on(45), desk.bookings)
        assert (item.open_amount, item.open_since, desk.balance(Account.BAD_DEBT)) == (30, on(45), 0)

    def test_authority_is_by_role_and_amount(self) -> None:
        rules = DeskRules(
            write_off_authority={"cash_clerk": Decimal(25), "controller": None}, refund_authority={},
            duplicate_days=5, return_fee=FEE,
        )  # fmt: skip
        assert rules.may_write_off({"cash_clerk"}, Decimal(25)) and rules.may_write_off({"controller"}, Decimal(10**6))
        assert not rules.may_write_off({"cash_clerk"}, Decimal("25.01"))
        assert not rules.may_refund({"controller"}, Decimal(1)) and rules.may_refund({"admin"}, Decimal(1))


class TestDuplicates:
    def told_before(self, *events: PaymentReceived) -> tuple[Desk, TakenBefore]:
        desk = Desk()
        desk.post(invoice("A-1", "100"))
        desk.receive(*events)
        return desk, TakenBefore(lambda day: 5, (taken(desk.payments[event.payment_id]) for event in events))

    def test_the_same_amount_for_the_same_documents_that_owe_nothing_any_more(self) -> None:
        desk, before = self.told_before(payment("P-1", "100", day=5, names=[("A-1", "100")]))
        again = suspended("P-2", "100", day=9, names=[("a-1 ", "100")], customer_id="C-1")
        first = before.first_of(again)
        assert first is not None and settles_nothing(again, desk.book)
        assert "came as payment P-1 of value date 2026-03-05 (bank reference B-P-1), 4 days apart" in (
            before.evidence(again, first)
        )

    def test_an_instalment_is_none(self) -> None:
        desk, before = self.told_before(payment("P-1", "50", names=[("A-1", "50")]))
        again = suspended("P-2", "50", names=[("A-1", "50")], customer_id="C-1")
        assert before.first_of(again) is not None and not settles_nothing(again, desk.book)

    @pytest.mark.parametrize(
        ("first", "again", "mark"),
        [
            ({"trace": "T-1"}, {"trace": "T-1", "day": 8}, "trace number T-1"),
            ({}, {"bank_reference": "4417/BANK-P-1", "day": 8}, "bank reference BANK-P-1"),
            ({}, {"from_file": True}, "account ACC-1 and value date, told by a file and by the feed"),
            ({}, {}, None),
            ({}, {"from_file": True, "day": 6}, None),
            ({}, {"from_file": True, "payer_account": "ACC-2"}, None),
            ({"trace": "T-1"}, {"trace": "T-1", "day": 11}, None),
            ({"trace": "T-1"}, {"trace": "T-1", "amount": "101"}, None),
            ({"bank_reference": "P-1"}, {"bank_reference": "4417/P-1"}, None),
        ],
    )
    def test_without_a_remittance_what_the_bank_says_of_both_tells(
        self, first: dict[str, Any], again: dict[str, Any], mark: str | None
    ) -> None:
        def told(payment_id: str, **given: Any) -> Taken:
            trace, from_file = given.pop("trace", None), given.pop("from_file", False)
            given = {"bank_reference": f"BANK-{payment_id}", "payer_account": "ACC-1", "day": 5, **given}
            heard = suspended(payment_id, given.pop("amount", "100"), customer_id="C-1", **given)
            return taken(heard, trace, from_file=from_file)

        before = TakenBefore(lambda day: 5, [told("P-1", **first)])
        found = before.told_again(told("P-2", **again))
        assert (None if found is None else (found[0].payment_id, found[1])) == (mark and ("P-1", mark))
        assert TakenBefore(lambda day: 5, [told("P-1", **first)], holds=lambda day: False).told_again(
            told("P-2", **again)
        ) is None  # fmt: skip

    @pytest.mark.parametrize(
        "other",
        [
            {"amount": "99.99"},
            {"day": 11},
            {"names": [("A-2", "100")]},
            {"names": []},
            {"customer_id": "C-2"},
            {"currency": "EUR"},
        ],
    )
    def test_anything_else_is_a_payment_of_its_own(self, other: dict[str, Any]) -> None:
        _, before = self.told_before(payment("P-1", "100", day=5, names=[("A-1", "100")]))
        given = {"amount": "100", "day": 5, "names": [("A-1", "100")], "customer_id": "C-1", **other}
        assert before.first_of(suspended("P-2", given.pop("amount"), **given)) is None


def suspended(payment_id: str, amount: str, customer_id: str | None = None, **given: Any) -> Payment:
    """A payment that was just heard of."""
    return payment_of(payment(payment_id, amount, customer_id=customer_id, **given), customer_id, "as it was heard")


def bounced(return_id: str, event: PaymentReceived) -> Return:
    """The return of all of a payment, some days later."""
    return return_of(
        PaymentReturned(
            return_id=return_id, bank_reference=f"B-{return_id}", original_bank_reference=event.bank_reference,
            company_id=COMPANY, currency=event.currency, amount=event.amount, value_date=on(12),
        )
    )  # fmt: skip


def order(amount: str) -> Refund:
    return Refund("RF-1", Decimal(amount), "Pia", "Carl", "they asked for it", on(10))
