"""Sixty customers of every kind, and the days on which business is done."""

from __future__ import annotations

from datetime import date

import pytest

from simulator.calendar import business_day, business_days, holidays, months_later
from simulator.customers.customers import Behaviour, Writing, sixty_customers
from simulator.dice import Dice


@pytest.mark.parametrize("seed", [1, 2, 99])
def test_every_kind_of_customer_occurs_whatever_the_seed(seed: int):
    customers = sixty_customers(Dice(seed)).values()
    assert len(customers) == 60
    assert {c.behaviour for c in customers} == set(Behaviour)
    assert {c.currency for c in customers} == {"USD", "EUR", "GBP"}
    assert {c.jurisdiction for c in customers} == {
        "US-CA", "US-NY", "US-TX", "US-OR", "US-WA", "US-FL", "DE", "GB"
    }  # fmt: skip
    assert any(c.tax_exempt for c in customers)
    assert len({c.name for c in customers}) == 60
    assert len({a for c in customers for a in (c.payer_account, c.other_account)}) == 120


@pytest.mark.parametrize("seed", [1, 2, 99])
def test_names_of_every_script_and_every_way_of_writing_occur(seed: int):
    customers = sixty_customers(Dice(seed)).values()
    names = " ".join(c.name for c in customers)
    assert all(letter in names for letter in "青شСü")
    assert {c.writes for c in customers} == set(Writing)
    (umlaut,) = (c for c in customers if c.name == "Größl Werke GmbH")
    assert umlaut.bank_names == ("Größl Werke GmbH", "GROESSL WERKE GMBH")
    assert all(c.method == "wire" for c in customers if not c.name.isascii() and c.currency == "USD")


def test_all_terms_occur():
    terms = {
        (c.terms.net_days, c.terms.discount_days) for seed in range(3) for c in sixty_customers(Dice(seed)).values()
    }
    assert terms == {(30, 0), (45, 0), (60, 0), (30, 10), (45, 15)}


def test_ibans_have_valid_check_digits():
    for customer in sixty_customers(Dice(5)).values():
        if customer.currency != "USD":
            iban = customer.payer_account
            assert int("".join(str(int(letter, 36)) for letter in iban[4:] + iban[:4])) % 97 == 1


def test_federal_holidays_of_2026():
    assert holidays(2026) == {
        date(2026, 1, 1), date(2026, 1, 19), date(2026, 2, 16), date(2026, 5, 25), date(2026, 6, 19),
        date(2026, 7, 3), date(2026, 9, 7), date(2026, 10, 12), date(2026, 11, 11), date(2026, 11, 26),
        date(2026, 12, 25),
    }  # fmt: skip


def test_january_2026_has_twenty_business_days():
    days = business_days(date(2026, 1, 1), 1)
    assert (len(days), days[0], days[-1]) == (20, date(2026, 1, 2), date(2026, 1, 30))


def test_months_end_where_the_next_ones_begin():
    assert months_later(date(2026, 1, 31), 1) == date(2026, 2, 28)
    assert months_later(date(2025, 12, 15), 2) == date(2026, 2, 15)
    assert business_days(date(2026, 1, 15), 1)[-1] == date(2026, 2, 13)


def test_neighbours_of_a_business_day():
    friday = business_day(date(2026, 7, 2))  # Independence Day is observed on the 3rd
    assert friday.following == date(2026, 7, 6)
    assert friday.is_last_of_week()
    assert business_day(date(2026, 4, 10)).is_first_on_or_after(10)
    assert not business_day(date(2026, 4, 13)).is_first_on_or_after(10)
