"""Possible duplicate payments: the same documents, or the same data of the bank."""

from __future__ import annotations

from typing import Any

import pytest

from services.cash_app.duplicates.domain import ComparedPayment, DuplicateCandidates, compared, settles_nothing
from shared.contracts.erp import PaymentReceived
from tests.unit.cash_app.cash_books import CashBooks, invoice, payment
from tests.unit.cash_app.histories import suspended


def received_before(*events: PaymentReceived) -> tuple[CashBooks, DuplicateCandidates]:
    books = CashBooks()
    books.post(invoice("A-1", "100"))
    books.receive(*events)
    return books, DuplicateCandidates(lambda day: 5, (compared(books.payments[event.payment_id]) for event in events))


def test_the_same_amount_for_the_same_documents_that_are_paid() -> None:
    books, before = received_before(payment("P-1", "100", day=5, names=[("A-1", "100")]))
    again = suspended("P-2", "100", day=9, names=[("a-1 ", "100")], customer_id="C-1")
    first = before.with_same_documents(again)
    assert first is not None and settles_nothing(again, books.book)
    assert "was received as payment P-1 of value date 2026-03-05 (bank reference B-P-1), 4 days apart" in (
        before.evidence(again, first)
    )


def test_an_instalment_is_none() -> None:
    books, before = received_before(payment("P-1", "50", names=[("A-1", "50")]))
    again = suspended("P-2", "50", names=[("A-1", "50")], customer_id="C-1")
    assert before.with_same_documents(again) is not None and not settles_nothing(again, books.book)


@pytest.mark.parametrize(
    ("first", "again", "mark"),
    [
        ({"trace": "T-1"}, {"trace": "T-1", "day": 8}, "trace number T-1"),
        ({}, {"bank_reference": "4417/BANK-P-1", "day": 8}, "bank reference BANK-P-1"),
        ({}, {"from_file": True}, "account ACC-1 and value date, once in a file and once over the bank feed"),
        ({}, {}, None),
        ({}, {"from_file": True, "day": 6}, None),
        ({}, {"from_file": True, "payer_account": "ACC-2"}, None),
        ({"trace": "T-1"}, {"trace": "T-1", "day": 11}, None),
        ({"trace": "T-1"}, {"trace": "T-1", "amount": "101"}, None),
        ({"bank_reference": "P-1"}, {"bank_reference": "4417/P-1"}, None),
    ],
)
def test_without_a_remittance_the_banks_data_decide(
    first: dict[str, Any], again: dict[str, Any], mark: str | None
) -> None:
    def received(payment_id: str, **given: Any) -> ComparedPayment:
        trace, from_file = given.pop("trace", None), given.pop("from_file", False)
        given = {"bank_reference": f"BANK-{payment_id}", "payer_account": "ACC-1", "day": 5, **given}
        new = suspended(payment_id, given.pop("amount", "100"), customer_id="C-1", **given)
        return compared(new, trace, from_file=from_file)

    before = DuplicateCandidates(lambda day: 5, [received("P-1", **first)])
    found = before.with_same_bank_data(received("P-2", **again))
    assert (None if found is None else (found[0].payment_id, found[1])) == (mark and ("P-1", mark))
    assert DuplicateCandidates(lambda day: 5, [received("P-1", **first)], holds=lambda day: False).with_same_bank_data(
        received("P-2", **again)
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
def test_anything_else_is_a_payment_of_its_own(other: dict[str, Any]) -> None:
    _, before = received_before(payment("P-1", "100", day=5, names=[("A-1", "100")]))
    given = {"amount": "100", "day": 5, "names": [("A-1", "100")], "customer_id": "C-1", **other}
    assert before.with_same_documents(suspended("P-2", given.pop("amount"), **given)) is None
