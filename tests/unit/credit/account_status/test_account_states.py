"""The account's life as its events show it: stories, played on every store."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from services.credit.accounts.domain.account_state import StateCause
from shared.contracts.credit import CreditLimitSet, CreditStateChanged
from tests.unit.credit.books import Books, OpenBooks
from tests.unit.credit.events import customer, hold, item, lift, order


async def moves(books: Books, *events: object) -> list[tuple[str, str, str]]:
    published = await books.handle(*events)  # type: ignore[arg-type]
    return [(e.old_state, e.new_state, e.cause) for e in published if isinstance(e, CreditStateChanged)]


async def test_exposure_moves_the_account_up_and_payments_bring_it_down(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"))
    assert await moves(books, order("O-1", "799.99")) == []
    assert await moves(books, order("O-2", "0.01")) == [("Active", "Warning", StateCause.AT_WARNING)]
    assert await moves(books, order("O-3", "200")) == [("Warning", "AtLimit", StateCause.AT_LIMIT)]
    assert await moves(books, item("I-1", "500", "500")) == []
    assert await moves(books, item("I-1", "500", "0", 2)) == []


async def test_a_new_order_at_the_limit_holds_the_account_until_payments_bring_it_below(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "1000", "1000"))
    assert await moves(books, order("O-1", "300")) == [("AtLimit", "Hold", StateCause.ORDER_AT_LIMIT)]
    assert await moves(books, item("I-2", "100", "100")) == []
    assert await moves(books, item("I-1", "1000", "750", 2)) == [("Hold", "Warning", StateCause.AT_WARNING)]
    assert await moves(books, item("I-1", "1000", "0", 3)) == [("Warning", "Active", StateCause.BELOW_WARNING)]


async def test_an_order_held_below_the_limit_does_not_hold_the_account(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "900", "900"))
    assert await moves(books, order("O-1", "300")) == []


async def test_collections_hold_outlasts_payments(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "1000", "1000"))
    assert await moves(books, hold()) == [("AtLimit", "Hold", StateCause.HOLD_REQUESTED)]
    assert await moves(books, item("I-1", "1000", "0", 2)) == []
    assert await moves(books, lift()) == [("Hold", "Active", StateCause.BELOW_WARNING)]


async def test_a_lifted_hold_leaves_an_account_at_its_limit(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "1000", "1000"), hold())
    assert await moves(books, lift()) == [("Hold", "AtLimit", StateCause.HOLD_LIFTED_AT_LIMIT)]


async def test_an_account_without_a_limit_is_active_until_it_owes(open_books: OpenBooks) -> None:
    books = open_books()
    assert await moves(books, customer("0")) == []
    assert await moves(books, item("I-1", "1", "1")) == [("Active", "AtLimit", StateCause.AT_LIMIT)]


async def test_an_account_without_master_data_publishes_nothing_until_they_arrive(open_books: OpenBooks) -> None:
    books = open_books()
    assert await moves(books, item("I-1", "900", "900"), hold()) == []
    assert await moves(books, customer("1000")) == [("Active", "Hold", StateCause.HOLD_REQUESTED)]


async def test_versions_of_the_state_count_the_changes(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "900", "900"))
    await books.handle(item("I-1", "900", "0", 2))
    assert (await books.account("C-1"))["state_version"] == 2


async def test_a_write_off_closes_a_suspended_account_and_takes_its_limit(open_books: OpenBooks) -> None:
    books = open_books()
    await books.handle(customer("1000"), item("I-1", "500", "500"), item("I-2", "100", "100"))
    written_off: dict[str, Any] = {"cause": "write_off", "change": Decimal("-100.00")}
    assert await moves(books, item("I-2", "100", "0", 2, **written_off)) == []
    await books.change("account", ("customer_id", "C-1"), state="Suspended")
    published = await books.handle(item("I-1", "500", "400", 2, **written_off))
    (closed,) = [event for event in published if isinstance(event, CreditStateChanged)]
    assert (closed.new_state, closed.cause) == ("Closed", "what was owed is written off")
    assert closed.reasons[0].text == "100.00 USD of I-1 was written off on 2024-03-01."
    (taken,) = [event for event in published if isinstance(event, CreditLimitSet)]
    assert (taken.credit_limit, taken.set_by, (await books.account("C-1"))["credit_limit"]) == (0, "system", 0)
