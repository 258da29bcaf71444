"""Write-offs: at most what is open, their reversal, and who may post them."""

from __future__ import annotations

from decimal import Decimal

from services.cash_app.write_offs.domain import WriteOff, WriteOffRules, reverse_write_off, write_off
from shared.contracts.cash_app import ItemWrittenOff
from shared.kernel.authority import within_authority
from shared.kernel.journal import Account
from tests.unit.cash_app.cash_books import CashBooks, invoice, on, payment


def test_money_that_arrived_in_the_meantime_is_not_written_off() -> None:
    books = CashBooks()
    books.post(invoice("A-1", "100"))
    books.receive(payment("P-1", "70"))
    item, asked = books.items["A-1"], WriteOff("WO-1", Decimal(100), "Carl", "gone", on(40))
    assert write_off(item, asked, books.bookings) == 30
    assert (item.open_amount, books.balance(Account.BAD_DEBT), item.closed_on) == (0, 30, on(40))
    was = WriteOff("WO-1", Decimal("30.00"), "Carl", "they paid", on(40))
    reverse_write_off(item, was, on(45), books.bookings)
    assert (item.open_amount, item.open_since, books.balance(Account.BAD_DEBT)) == (30, on(45), 0)
    assert [written_off.reverses for written_off in books.published(ItemWrittenOff)] == [None, "WO-1"]


def test_authority_is_by_role_and_amount() -> None:
    authority = WriteOffRules(authority={"cash_clerk": Decimal(25), "controller": None}).authority
    assert within_authority(authority, {"cash_clerk"}, Decimal(25))
    assert within_authority(authority, {"controller"}, Decimal(10**6))
    assert not within_authority(authority, {"cash_clerk"}, Decimal("25.01"))
