"""How each kind of customer pays one invoice of 1,000.00, from the day it comes until it is paid or given up."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal

import pytest

from shared.contracts.collections import DunnedItem, DunningSent, PromiseMade
from shared.contracts.erp import Terms
from shared.contracts.invoicing import InvoicePosted
from simulator.calendar import business_day, is_business_day
from simulator.customers.behaviours import BEHAVIOURS, Payer, intention
from simulator.customers.customers import Behaviour, Customer, sixty_customers
from simulator.customers.debtors import Debtors, Intention
from simulator.dice import Dice
from simulator.systems.bank import payment

DICE = Dice(3)
INVOICED = date(2026, 3, 2)
DUE = INVOICED + timedelta(days=30)


def _customer(behaviour: Behaviour) -> Customer:
    found = next(c for c in sixty_customers(DICE).values() if c.behaviour is behaviour)
    return replace(found, currency="USD")


def _invoice(customer: Customer, number: int = 1, total: str = "1000.00") -> InvoicePosted:
    return InvoicePosted(
        invoice_id=f"INV-{number}",
        invoice_number=f"N-{number}",
        company_id="US01",
        customer_id=customer.customer_id,
        origin="shipment",
        invoice_date=INVOICED,
        due_date=DUE,
        terms=Terms(net_days=30, discount_days=10, discount_percent=Decimal(2)),
        discount_date=INVOICED + timedelta(days=10),
        currency="USD",
        net=Decimal(total),
        tax=Decimal(0),
        total=Decimal(total),
        discount_amount=Decimal(total) * 2 / 100,
    )


def _live(behaviour: Behaviour, debtors: Debtors, days: int = 130) -> list[tuple[date, Intention]]:
    """Lets the customer act on every business day; what it paid, and when."""
    customer, paid = _customer(behaviour), []
    for offset in range(days):
        today = INVOICED + timedelta(days=offset)
        if not is_business_day(today):
            continue
        owed, promises = debtors.owed_by(customer.customer_id), debtors.promises_of(customer.customer_id)
        meant = intention(Payer(customer, owed, promises, business_day(today), DICE))
        if meant:
            debtors.paid(customer.customer_id, payment(customer, meant, today, DICE).payment_id, meant, today)
            paid.append((today, meant))
    return paid


def _debtors(behaviour: Behaviour, invoices: int = 1) -> Debtors:
    debtors = Debtors()
    for number in range(1, invoices + 1):
        debtors.invoiced(_invoice(_customer(behaviour), number))
    return debtors


def _promise(customer: Customer, due_on: date) -> PromiseMade:
    return PromiseMade(
        promise_id="P-1",
        customer_id=customer.customer_id,
        made_on=due_on - timedelta(days=7),
        due_on=due_on,
        currency="USD",
        amount=Decimal("1000.00"),
        made_by="Colin Collector",
    )


def test_every_behaviour_has_a_rule():
    assert set(BEHAVIOURS) == set(Behaviour)


@pytest.mark.parametrize("behaviour", [b for b in Behaviour if b is not Behaviour.STOPS_PAYING])
def test_all_but_one_pay_in_the_end(behaviour: Behaviour):
    debtors = _debtors(behaviour, invoices=3)
    _live(behaviour, debtors)
    left = sum(item.unpaid for item in debtors.owed_by(_customer(behaviour).customer_id))
    assert left <= Decimal("60.00")  # an unearned discount stays until it is complained about


def test_prompt_pays_in_full_by_the_due_date_with_a_remittance():
    [(day, meant)] = _live(Behaviour.PROMPT, _debtors(Behaviour.PROMPT))
    assert day <= DUE
    assert meant.amount == Decimal("1000.00")
    assert meant.remittance


def test_who_takes_the_discount_pays_less_by_the_discount_date():
    paid = _live(Behaviour.TAKES_DISCOUNT, _debtors(Behaviour.TAKES_DISCOUNT, invoices=40))
    parts = [(day, part) for day, meant in paid for part in meant.parts]
    in_time = [part for day, part in parts if day <= INVOICED + timedelta(days=10)]
    too_late = [part for day, part in parts if day > INVOICED + timedelta(days=10)]
    assert {part.cash for part in in_time} == {Decimal("980.00")}
    assert len(in_time) > len(too_late) > 0
    assert all(part.unearned for part in too_late)


def test_slow_pays_late_and_sooner_after_a_reminder():
    [(late, _)] = _live(Behaviour.SLOW, _debtors(Behaviour.SLOW))
    assert late >= DUE + timedelta(days=8)
    debtors, customer = _debtors(Behaviour.SLOW), _customer(Behaviour.SLOW)
    debtors.reminded(
        DunningSent(
            notice_id="D-1",
            customer_id=customer.customer_id,
            company_id="US01",
            step=1,
            step_name="reminder",
            sent_on=DUE + timedelta(days=1),
            currency="USD",
            total=Decimal("1000.00"),
            policy_version=0,
            items=(
                DunnedItem(
                    item_id="INV-1",
                    document_number="N-1",
                    due_date=DUE,
                    days_overdue=1,
                    open_amount=Decimal("1000.00"),
                ),
            ),
        )
    )
    [(sooner, _)] = _live(Behaviour.SLOW, debtors)
    assert sooner <= late


def test_on_statement_pays_last_months_invoices_in_one_sum_about_the_tenth():
    [(day, meant)] = _live(Behaviour.ON_STATEMENT, _debtors(Behaviour.ON_STATEMENT, invoices=3))
    assert day == date(2026, 4, 10)
    assert meant.amount == Decimal("3000.00")


def test_partial_pays_a_share_first_and_the_rest_three_weeks_later():
    (first_day, first), (second_day, second) = _live(Behaviour.PARTIAL, _debtors(Behaviour.PARTIAL))
    assert Decimal("400.00") <= first.amount <= Decimal("700.00")
    assert first.amount + second.amount == Decimal("1000.00")
    assert second_day >= first_day + timedelta(days=21)


def test_round_sums_are_round_and_without_remittance():
    paid = _live(Behaviour.ROUND_SUMS, _debtors(Behaviour.ROUND_SUMS, invoices=3))
    assert all(meant.amount % 100 == 0 and not meant.remittance for _, meant in paid)


def test_money_paid_beyond_all_invoices_is_meant_for_the_next_one():
    customer = _customer(Behaviour.ROUND_SUMS)
    debtors = Debtors()
    debtors.paid(customer.customer_id, "PAY-1", Intention(parts=(), beyond=Decimal("150.00")), INVOICED)
    debtors.invoiced(_invoice(customer, total="120.00"))
    debtors.invoiced(_invoice(customer, number=2, total="100.00"))
    assert [(m.payment_id, m.invoice_id, m.amount) for m in debtors.truth] == [
        ("PAY-1", "INV-1", Decimal("120.00")),
        ("PAY-1", "INV-2", Decimal("30.00")),
    ]
    assert [item.unpaid for item in debtors.owed_by(customer.customer_id)] == [Decimal("70.00")]


def test_who_forgets_the_remittance_pays_the_exact_amount():
    [(_, meant)] = _live(Behaviour.FORGETS_REMITTANCE, _debtors(Behaviour.FORGETS_REMITTANCE))
    assert (meant.amount, meant.remittance) == (Decimal("1000.00"), False)


def test_a_payment_from_an_unknown_account_names_neither_customer_nor_invoice():
    customer = _customer(Behaviour.UNKNOWN_ACCOUNT)
    meant = Intention(parts=(), beyond=Decimal(5), remittance=False, known_account=False)
    received = payment(customer, meant, DUE, DICE)
    assert received.customer_id is None
    assert received.payer_account == customer.other_account != customer.payer_account
    assert received.remittance == ()
    assert customer.name.upper() in (received.payer_name or "")


def test_a_promise_is_kept_on_its_day():
    customer, debtors = _customer(Behaviour.SLOW), _debtors(Behaviour.SLOW)
    debtors.promised(_promise(customer, due_on=date(2026, 4, 6)))
    [(day, meant)] = _live(Behaviour.SLOW, debtors)
    assert (day, meant.promise_id) == (date(2026, 4, 6), "P-1")


def test_who_breaks_promises_pays_twelve_days_after_the_day():
    customer, debtors = _customer(Behaviour.BREAKS_PROMISES), _debtors(Behaviour.BREAKS_PROMISES)
    debtors.promised(_promise(customer, due_on=date(2026, 4, 7)))
    [(day, _)] = _live(Behaviour.BREAKS_PROMISES, debtors)
    assert day == date(2026, 4, 20)  # 19 April 2026 is a Sunday


def test_who_has_stopped_paying_pays_nothing():
    customer, debtors = _customer(Behaviour.STOPS_PAYING), _debtors(Behaviour.STOPS_PAYING)
    debtors.promised(_promise(customer, due_on=DUE))
    assert _live(Behaviour.STOPS_PAYING, debtors) == []
