"""Money equal: the five services against the plain model, now and as of a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import fields
from datetime import date
from decimal import Decimal
from typing import Any

from services.analytics.periods.domain.figures import relief
from services.analytics.receivables.domain.tracked_item import open_on
from services.analytics.receivables.store import item_from_row
from shared.kernel.journal import Account, Posting, totals_by_account
from tests.integration.stateful.business import Business
from tests.integration.stateful.plain_books import NIL, PlainBooks, as_received
from tests.integration.stateful.plain_orders import PlainOrders

KINDS = {
    "receivables": ((Account.RECEIVABLES,), 1), "cash": ((Account.CASH,), 1),
    "discount": ((Account.DISCOUNT_GRANTED,), 1),
    "held": ((Account.SUSPENSE, Account.UNAPPLIED_CASH, Account.ON_ACCOUNT), -1),
}  # fmt: skip
"""What the model keeps, with its GL accounts and the sign of their normal side."""
PLACES = {
    "suspense": Account.SUSPENSE, "unapplied": Account.UNAPPLIED_CASH, "on_account": Account.ON_ACCOUNT,
}  # fmt: skip
"""Where money lies that has settled nothing; each place is an account."""

Sums = dict[Any, Decimal]


def items_agree(business: Business, books: PlainBooks) -> None:
    """Each invoice: what is open of it, everywhere it is known; never below zero, nor the discount above its terms."""
    expected = {invoice.invoice_id: invoice.open for invoice in books.invoices.values()}
    cash = {row["item_id"]: row for row in business.cash.rows("open_item")}
    assert {item_id: row["open_amount"] for item_id, row in cash.items()} == expected
    for item_id, row in cash.items():
        assert 0 <= row["open_amount"] <= row["original_amount"]
        assert row["discount_taken"] == books.invoices[item_id].taken <= row["discount_amount"]
        assert (row["closed_on"] is None) == (row["open_amount"] > 0)
    for running, table in (
        (business.credit, "open_item"),
        (business.collections, "open_item"),
        (business.analytics, "item"),
    ):
        assert {row["item_id"]: row["open_amount"] for row in running.rows(table)} == expected, running.name


def payments_agree(business: Business, books: PlainBooks) -> None:
    """Each payment: what is left of it; cash in = applied + left."""
    rows = business.cash.rows("payment")
    found = _sums((as_received(row["payment_id"]), row["unapplied_amount"]) for row in rows)
    assert found == {key: money.left for key, money in books.payments.items()}
    applied = _sums((row["payment_id"], row["amount"]) for row in business.cash.rows("application"))
    moved = _sums((row["payment_id"], row["change"]) for row in business.cash.rows("cash_movement"))
    for row in rows:
        assert row["amount"] == applied.get(row["payment_id"], NIL) + row["unapplied_amount"]
        assert row["unapplied_amount"] == moved[row["payment_id"]] >= 0


def balances_agree(business: Business, books: PlainBooks, journal: list[Posting], as_of: date) -> None:
    """By kind, customer and currency at the end of a day: the model, the movements, the journal, analytics."""
    for kind, (accounts, sign) in KINDS.items():
        by_customer = kind in ("receivables", "discount")
        expected = _sums(
            ((whose if by_customer else "", unit), change)
            for day, what, whose, unit, change in books.moves
            if what == kind and day <= as_of
        )
        assert _in_journal(journal, accounts, sign, as_of, by_customer) == _without_nil(expected), (kind, as_of)
        if kind == "receivables":
            assert _moved(business, as_of) == _without_nil(expected), as_of
            assert _in_analytics(business, as_of) == _without_nil(expected), as_of
        assert all(amount >= 0 for amount in expected.values()), (kind, as_of)
    for place, account in PLACES.items():
        held = _held(business, place, as_of, by_customer=place != "suspense")
        assert _in_journal(journal, (account,), -1, as_of, by_customer=place != "suspense") == held, (place, as_of)


def journal_is_nil(business: Business, journal: list[Posting], as_of: date) -> None:
    """Both journals: debits equal credits in each currency; revenue and tax are what was invoiced."""
    for currency in {posting.currency for posting in journal}:
        own = [p for p in journal if p.currency == currency and p.business_date <= as_of]
        totals = {total.account: total.debit - total.credit for total in totals_by_account(own)}
        assert sum(totals.values(), NIL) == 0
        earned = (Account.REVENUE, Account.TAX_PAYABLE, Account.MIGRATION_CLEARING)
        invoices = business.invoicing.rows("invoice")
        invoiced = [i["total"] for i in invoices if i["currency"] == currency and i["invoice_date"] <= as_of]
        assert -sum((totals.get(account, NIL) for account in earned), NIL) == sum(invoiced, NIL)


def relief_agrees(business: Business, books: PlainBooks, as_of: date) -> None:
    """What analytics and collections count as come in is what relieved receivables, per customer and day."""
    expected = _sums(((whose, unit), n) for day, whose, unit, n in books.applied if day <= as_of)
    cash = [row for row in business.analytics.rows("cash_applied") if row["applied_on"] <= as_of]
    assert _sums(((r["customer_id"], r["currency"]), r["amount"] + r["discount"]) for r in cash) == expected
    receipts = [row for row in business.collections.rows("customer_receipt") if row["applied_on"] <= as_of]
    assert _without_nil(_sums(((r["customer_id"], r["currency"]), r["amount"]) for r in receipts)) == expected
    changes = [row for row in business.analytics.rows("item_movement") if row["business_date"] <= as_of]
    sales = sum((row["change"] for row in changes if row["cause"] == "posted"), NIL)
    assert relief(NIL, sales, sum(_in_analytics(business, as_of).values(), NIL)) == sum(expected.values(), NIL)


def credit_agrees(business: Business, books: PlainBooks, orders: PlainOrders) -> None:
    """Exposure = open items + approved orders; the oldest held order is one that does not fit."""
    rows = business.credit.rows("open_order")
    assert {row["order_id"]: row["open_amount"] for row in rows} == {
        order.order_id: order.open_amount for order in orders.orders.values()
    }
    for row in business.credit.rows("account"):
        if not row["customer_version"]:
            continue
        customer, currency = row["customer_id"], row["currency"]
        owed, ordered = books.balance("receivables", date.max, customer, currency), orders.on_order(customer, currency)
        assert (row["open_items_total"], row["open_orders_total"]) == (owed, ordered), customer
        assert row["credit_limit"] == orders.limits[customer]
        assert (row["holds"] != "{}") == orders.credit_held(customer)
        oldest = orders.oldest_held(customer, currency)
        if oldest is not None and not orders.credit_held(customer):
            assert owed + ordered + oldest.open_amount > row["credit_limit"], f"{oldest.order_id} fits, but is held"


def invoicing_agrees(business: Business, books: PlainBooks, orders: PlainOrders) -> None:
    """What is on order, what each shipment was invoiced at, numbers without gaps; every invoice became an item."""
    rows = business.invoicing.rows("customer_order")
    known = {row["order_id"]: row["open_amount"] for row in rows if row["state"] != "Rejected"}
    assert known == {order.order_id: order.open_amount for order in orders.orders.values()}
    invoices = business.invoicing.rows("invoice")
    assert {row["invoice_id"]: row["total"] for row in invoices} == {
        i.invoice_id: i.total for i in books.invoices.values()
    }
    own = [row for row in invoices if row["shipment_id"] is not None]
    assert {row["invoice_id"]: row["total"] for row in own} == {k: v for k, v in orders.invoiced.items() if v}
    numbers = sorted(int(row["invoice_number"].rsplit("-", 1)[1]) for row in own)
    assert numbers == list(range(1, len(own) + 1))


def promises_agree(business: Business, orders: PlainOrders) -> None:
    rows = business.collections.rows("promise")
    expected = {promise.promise_id: promise.state for promise in orders.promises.values()}
    assert {row["promise_id"]: row["state"] for row in rows} == expected
    in_force = {row["promise_id"] for row in business.collections.rows("credit_hold") if not row["lifted_on"]}
    assert in_force == {promise.promise_id for promise in orders.promises.values() if promise.holds}


def days_of(books: PlainBooks) -> list[date]:
    """Every day on which money moved."""
    return sorted({day for day, *_ in books.moves})


def journal_of(business: Business) -> list[Posting]:
    """Both services' journals."""
    rows = [*business.invoicing.rows("journal_posting"), *business.cash.rows("journal_posting")]
    names = [field.name for field in fields(Posting)]
    return [Posting(**{name: row[name] for name in names}) for row in rows]


def _in_journal(
    journal: list[Posting], accounts: tuple[Account, ...], sign: int, as_of: date, by_customer: bool
) -> Sums:
    sums: Sums = defaultdict(Decimal)
    for posting in journal:
        if posting.business_date <= as_of:
            key = (posting.customer_id if by_customer else "", posting.currency)
            change = (posting.debit in accounts) - (posting.credit in accounts)
            sums[key] += sign * change * posting.amount
    return _without_nil(sums)


def _held(business: Business, kind: str, as_of: date, by_customer: bool) -> Sums:
    rows = [row for row in business.cash.rows("cash_movement") if row["business_date"] <= as_of]
    return _without_nil(
        _sums(
            ((row["customer_id"] if by_customer else "", row["currency"]), row["change"])
            for row in rows
            if row["account"] == kind
        )
    )


def _moved(business: Business, as_of: date) -> Sums:
    """Of cash_app's items, from their movements; none below zero on the way."""
    rows = [row for row in business.cash.rows("item_movement") if row["business_date"] <= as_of]
    assert all(amount >= 0 for amount in _sums((row["item_id"], row["change"]) for row in rows).values())
    return _without_nil(_sums(((row["customer_id"], row["currency"]), row["change"]) for row in rows))


def _in_analytics(business: Business, as_of: date) -> Sums:
    """As the service answers: by the dates of first and last relief, and by movements in between."""
    changes: dict[str, list[tuple[date, Decimal]]] = defaultdict(list)
    for row in business.analytics.rows("item_movement"):
        changes[row["item_id"]].append((row["business_date"], row["change"]))
    sums: Sums = defaultdict(Decimal)
    for row in business.analytics.rows("item"):
        owed = _owed_as_of(row, as_of, changes[row["item_id"]])
        assert owed == open_on(as_of, changes[row["item_id"]]) >= 0
        sums[row["customer_id"], row["currency"]] += owed
    return _without_nil(sums)


def _owed_as_of(row: Any, as_of: date, changes: list[tuple[date, Decimal]]) -> Decimal:
    item = item_from_row({name: value for name, value in row.items() if name != "closed_on"})
    assert row["closed_on"] == item.closed_on
    if item.posted_on is None or item.posted_on > as_of or (item.closed_on is not None and item.closed_on <= as_of):
        return NIL
    if item.first_relief_on is None or item.first_relief_on > as_of:
        return item.original_amount
    assert item.last_relief_on is not None
    return item.open_amount if item.last_relief_on <= as_of else open_on(as_of, changes)


def _sums(entries: Iterable[tuple[Any, Decimal]]) -> Sums:
    sums: Sums = defaultdict(Decimal)
    for key, amount in entries:
        sums[key] += amount
    return sums


def _without_nil(sums: Sums) -> Sums:
    return {key: amount for key, amount in sums.items() if amount}
