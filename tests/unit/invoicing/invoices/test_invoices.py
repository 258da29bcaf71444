"""Invoices, and that shipments of an order never invoice more than was ordered."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.invoicing.invoices.domain.invoice import CannotBeInvoiced, Invoice, bring_forward, check_document_date
from services.invoicing.invoices.domain.numbering import DocumentNumber
from services.invoicing.invoices.domain.shipments import relieve_order
from services.invoicing.orders.domain.order import OrderConflict
from shared.contracts.erp import InvoiceBroughtForward
from shared.kernel.journal import Account, totals_by_account
from tests.kit.events.sample import COMPANY, DAY, customer, order, price
from tests.kit.examples import examples
from tests.unit.invoicing.stories import answered, approved, catalogue, lines, money, shipment

NEW_YORK = catalogue(customers=[customer(jurisdiction="US-NY")])


def brought_forward(**changes: Any) -> InvoiceBroughtForward:
    given: dict[str, Any] = {
        "invoice_number": "4711", "company_id": COMPANY, "customer_id": "C-1", "invoice_date": DAY, "currency": "USD",
        "due_date": DAY + timedelta(days=30), "amount": "55.94",
    }  # fmt: skip
    return InvoiceBroughtForward(**{**given, **changes})


def test_an_invoice_of_all_that_was_ordered() -> None:
    accepted = approved(order(lines=lines(10, 3)), NEW_YORK)
    answered(accepted, 10, 3)
    invoice = relieve_order(accepted, shipment(accepted, 1, {1: 10, 2: 3}))
    assert invoice is not None
    posted = invoice.numbered(DocumentNumber("1000", 1)).posted()
    assert [(line.net, line.tax) for line in posted.lines] == [
        (money("100.00"), money("8.88")),
        (money("10.01"), money("0.89")),
    ]
    assert (posted.net, posted.tax, posted.total) == (money("110.01"), money("9.77"), money("119.78"))
    assert (posted.total, posted.discount_amount) == (accepted.total, money("2.40"))
    assert (posted.invoice_number, posted.series, posted.sequence_number) == ("1000-00000001", "1000", 1)
    assert (posted.due_date, posted.discount_date) == (DAY + timedelta(days=30), DAY + timedelta(days=10))
    assert posted.origin == "shipment"


def test_an_invoice_in_three_instalments_of_which_the_last_takes_the_cents_that_are_left() -> None:
    third = {"percent": "33.33"}
    terms = {
        "instalments": [{"net_days": 30, **third}, {"net_days": 60, **third}, {"net_days": 90, "percent": "33.34"}]
    }
    accepted = approved(order(), catalogue(customers=[customer(jurisdiction="US-NY", terms=terms)]))
    answered(accepted, 10)
    invoice = relieve_order(accepted, shipment(accepted, 1, {1: 10}))
    assert invoice is not None
    posted = invoice.numbered(DocumentNumber("1000", 1)).posted()
    assert posted.total == money("108.88")
    assert posted.due_date == DAY + timedelta(days=90)
    assert [(part.item_id, part.due_date - DAY, part.amount) for part in posted.instalments] == [
        (f"{posted.invoice_id}/1", timedelta(days=30), money("36.29")),
        (f"{posted.invoice_id}/2", timedelta(days=60), money("36.29")),
        (f"{posted.invoice_id}/3", timedelta(days=90), money("36.30")),
    ]


def test_the_journal_entry_of_an_invoice_balances() -> None:
    accepted = approved(order(), NEW_YORK)
    answered(accepted, 10)
    invoice = relieve_order(accepted, shipment(accepted, 1, {1: 10}))
    assert invoice is not None
    totals = {t.account: t.debit - t.credit for t in totals_by_account(invoice.postings())}
    assert totals == {
        Account.RECEIVABLES: money("108.88"),
        Account.REVENUE: money("-100.00"),
        Account.TAX_PAYABLE: money("-8.88"),
    }


def test_more_than_is_on_pick_lists_cannot_be_shipped() -> None:
    accepted = approved()
    answered(accepted, 4)
    with pytest.raises(OrderConflict, match="ships 5 of line 1 of order O-1, but only 4 are on pick lists"):
        relieve_order(accepted, shipment(accepted, 1, {1: 5}))
    with pytest.raises(OrderConflict, match="no line 2"):
        relieve_order(accepted, shipment(accepted, 1, {2: 1}))
    assert accepted.line(1).picking == 4


def test_free_goods_are_shipped_without_an_invoice() -> None:
    accepted = approved(order(), catalogue(prices=[price(unit_price="0")]))
    answered(accepted, 10)
    assert relieve_order(accepted, shipment(accepted, 1, {1: 10})) is None
    assert accepted.state == "Closed"


def test_an_invoice_is_brought_forward_as_it_was() -> None:
    invoice = bring_forward(brought_forward(disputed=True))
    posted = invoice.posted()
    assert (posted.invoice_id, posted.invoice_number, posted.origin) == ("BF-4711", "4711", "brought_forward")
    assert (posted.total, posted.tax, posted.discount_amount, posted.disputed) == (money("55.94"), 0, 0, True)
    assert (posted.terms.net_days, posted.discount_date) == (30, None)
    assert [(p.debit, p.credit) for p in invoice.postings()] == [(Account.RECEIVABLES, Account.MIGRATION_CLEARING)]


def test_terms_of_an_old_invoice_stay_within_the_limits_of_terms() -> None:
    assert bring_forward(brought_forward(due_date=DAY - timedelta(days=3))).terms.net_days == 0
    assert bring_forward(brought_forward(due_date=DAY + timedelta(days=999))).terms.net_days == 365


@pytest.mark.parametrize("number", ["1000-00000001", "1000-2-00000001", "1000-123456789"])
def test_a_number_of_the_companys_own_series_cannot_be_brought_forward(number: str) -> None:
    with pytest.raises(CannotBeInvoiced, match="numbers its own invoices like that"):
        bring_forward(brought_forward(invoice_number=number))


def test_a_number_too_long_for_an_id_is_refused() -> None:
    with pytest.raises(CannotBeInvoiced, match="shorten its number"):
        bring_forward(brought_forward(invoice_number="9" * 80))


def test_a_document_too_far_ahead_is_refused() -> None:
    check_document_date("shipment S-1", DAY + timedelta(days=365), DAY, 365)
    check_document_date("shipment S-1", date(2090, 1, 1), None, 365)
    with pytest.raises(CannotBeInvoiced, match="shipment S-1 is dated 2090-01-01"):
        check_document_date("shipment S-1", date(2090, 1, 1), DAY, 365)


@settings(max_examples=examples(200))
@given(
    st.lists(st.integers(1, 30), min_size=1, max_size=4),
    st.lists(st.decimals(min_value=0, max_value=1000, places=6), min_size=2, max_size=2),
    st.sampled_from(["US-NY", "US-CA", "US-OR", "DE"]),
    st.integers(0, 2**32),
)
def test_shipments_never_invoice_more_than_was_ordered(
    quantities: list[int], prices: list[Decimal], jurisdiction: str, seed: int
) -> None:
    chance = random.Random(seed)
    known = catalogue(
        customers=[customer(jurisdiction=jurisdiction)],
        prices=[price("I-1", str(prices[0])), price("I-2", str(prices[1]))],
    )
    accepted = approved(order(lines=lines(*quantities)), known)
    answered(accepted, *quantities)
    invoices: list[Invoice] = []
    while any(line.picking for line in accepted.lines):
        line = chance.choice([line for line in accepted.lines if line.picking])
        invoice = relieve_order(
            accepted, shipment(accepted, len(invoices), {line.line_no: chance.randint(1, line.picking)})
        )
        if invoice is not None:
            invoices.append(invoice)
            assert invoice.net == sum(one.net for one in invoice.lines)
            assert invoice.tax == sum(one.tax for one in invoice.lines)
            assert sum(p.amount for p in invoice.postings()) == invoice.total
        assert sum((i.net for i in invoices), Decimal(0)) <= accepted.net
    assert sum((i.net for i in invoices), Decimal(0)) == accepted.net
    shipped_lines = sum(len(i.lines) for i in invoices) + len(accepted.lines)
    assert abs(sum((i.tax for i in invoices), Decimal(0)) - accepted.tax) <= Decimal("0.005") * shipped_lines
    assert (accepted.state, accepted.open_amount) == ("Closed", 0)
