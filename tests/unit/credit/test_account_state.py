"""The account's life, as the table, the README and the events tell it."""

from __future__ import annotations

import re
from decimal import Decimal
from pathlib import Path
from typing import Any

from services.credit.domain.account_state import TRANSITIONS, Cause
from shared.contracts.credit import CreditLimitSet, CreditStateChanged
from tests.unit.credit.events import customer, hold, item, lift, order
from tests.unit.credit.in_memory import Books

README = Path(__file__).parents[3] / "services" / "credit" / "README.md"


async def moves(books: Books, *events: object) -> list[tuple[str, str, str]]:
    said = await books.hear(*events)  # type: ignore[arg-type]
    return [(e.old_state, e.new_state, e.cause) for e in said if isinstance(e, CreditStateChanged)]


def test_the_readme_draws_the_table_of_transitions():
    drawn = {
        (old, cause): new
        for old, new, cause in re.findall(r"^    (\w+) --> (\w+): (.+)$", README.read_text(), re.MULTILINE)
    }
    assert drawn == {(old, str(cause)): new for (old, cause), new in TRANSITIONS.items()}


def test_every_cause_moves_some_account():
    assert {cause for _, cause in TRANSITIONS} == set(Cause)


async def test_exposure_moves_the_account_up_and_payments_bring_it_down():
    books = Books()
    await books.hear(customer("1000"))
    assert await moves(books, order("O-1", "799.99")) == []
    assert await moves(books, order("O-2", "0.01")) == [("Active", "Warning", Cause.AT_WARNING)]
    assert await moves(books, order("O-3", "200")) == [("Warning", "AtLimit", Cause.AT_LIMIT)]
    assert await moves(books, item("I-1", "500", "500")) == []
    assert await moves(books, item("I-1", "500", "0", 2)) == []


async def test_a_new_order_at_the_limit_holds_the_account_until_payments_bring_it_below():
    books = Books()
    await books.hear(customer("1000"), item("I-1", "1000", "1000"))
    assert await moves(books, order("O-1", "300")) == [("AtLimit", "Hold", Cause.ORDER_AT_LIMIT)]
    assert await moves(books, item("I-2", "100", "100")) == []
    assert await moves(books, item("I-1", "1000", "750", 2)) == [("Hold", "Warning", Cause.AT_WARNING)]
    assert await moves(books, item("I-1", "1000", "0", 3)) == [("Warning", "Active", Cause.BELOW_WARNING)]


async def test_an_order_held_below_the_limit_does_not_hold_the_account():
    books = Books()
    await books.hear(customer("1000"), item("I-1", "900", "900"))
    assert await moves(books, order("O-1", "300")) == []


async def test_collections_hold_outlasts_payments():
    books = Books()
    await books.hear(customer("1000"), item("I-1", "1000", "1000"))
    assert await moves(books, hold()) == [("AtLimit", "Hold", Cause.HOLD_REQUESTED)]
    assert await moves(books, item("I-1", "1000", "0", 2)) == []
    assert await moves(books, lift()) == [("Hold", "Active", Cause.BELOW_WARNING)]


async def test_a_lifted_hold_leaves_an_account_at_its_limit():
    books = Books()
    await books.hear(customer("1000"), item("I-1", "1000", "1000"), hold())
    assert await moves(books, lift()) == [("Hold", "AtLimit", Cause.HOLD_LIFTED_AT_LIMIT)]


async def test_an_account_without_a_limit_is_active_until_it_owes():
    books = Books()
    assert await moves(books, customer("0")) == []
    assert await moves(books, item("I-1", "1", "1")) == [("Active", "AtLimit", Cause.AT_LIMIT)]


async def test_an_account_not_heard_of_yet_says_nothing_until_it_is():
    books = Books()
    assert await moves(books, item("I-1", "900", "900"), hold()) == []
    assert await moves(books, customer("1000")) == [("Active", "Hold", Cause.HOLD_REQUESTED)]


async def test_versions_of_the_state_count_the_changes():
    books = Books()
    await books.hear(customer("1000"), item("I-1", "900", "900"))
    await books.hear(item("I-1", "900", "0", 2))
    assert books.account("C-1")["state_version"] == 2


async def test_a_write_off_closes_a_suspended_account_and_takes_its_limit():
    books = Books()
    await books.hear(customer("1000"), item("I-1", "500", "500"), item("I-2", "100", "100"))
    given_up: dict[str, Any] = {"cause": "write_off", "change": Decimal("-100.00")}
    assert await moves(books, item("I-2", "100", "0", 2, **given_up)) == []
    books.account("C-1")["state"] = "Suspended"
    said = await books.hear(item("I-1", "500", "400", 2, **given_up))
    (closed,) = [event for event in said if isinstance(event, CreditStateChanged)]
    assert (closed.new_state, closed.cause) == ("Closed", "what was owed is written off")
    assert closed.reasons[0].text == "100.00 USD of I-1 was written off on 2024-03-01."
    (taken,) = [event for event in said if isinstance(event, CreditLimitSet)]
    assert (taken.credit_limit, taken.set_by, books.account("C-1")["credit_limit"]) == (0, "system", 0)
