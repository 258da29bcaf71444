"""Whose money it is."""

from __future__ import annotations

from services.cash_app.domain.identification import identify

KNOWN = {"C-1", "C-2"}


def test_a_stated_customer_decides_whatever_the_account() -> None:
    found = identify("C-1", "ACC-2", KNOWN, {"ACC-2": {"C-2"}})
    assert found.customer_id == "C-1"


def test_a_known_payer_account_identifies_its_customer() -> None:
    found = identify(None, "ACC-2", KNOWN, {"ACC-2": {"C-2"}})
    assert found.customer_id == "C-2"
    assert "ACC-2" in found.why


def test_an_account_known_for_two_customers_identifies_nobody() -> None:
    found = identify(None, "ACC", KNOWN, {"ACC": {"C-2", "C-1"}})
    assert found.customer_id is None
    assert found.why == "payer account ACC is known for 2 customers: C-1, C-2"


def test_a_stated_customer_nobody_knows_is_not_guessed_from_the_account() -> None:
    found = identify("C-9", "ACC-2", KNOWN, {"ACC-2": {"C-2"}})
    assert found.customer_id is None
    assert "C-9" in found.why


def test_an_unknown_account_and_no_account_identify_nobody() -> None:
    assert identify(None, "ACC-9", KNOWN, {}).why == "payer account ACC-9 is not known for any customer"
    assert identify(None, None, KNOWN, {}).why == "the payment names neither a customer nor a payer account"
