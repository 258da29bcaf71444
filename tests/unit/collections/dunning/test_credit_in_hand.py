"""What a notice asks for of a customer who has money with us: on account, or not applied yet."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.collections.dunning.domain import DunningLadder, Notice, notices
from services.collections.receivables.domain.credit_in_hand import CreditInHand
from services.collections.receivables.domain.open_items import OpenItem
from tests.unit.collections.stories import DUE, SHIPPED, open_item

TODAY = DUE + timedelta(days=1)
KEY = ("C-1", "1000", "USD")


def sent(items: list[OpenItem], *, on_account: str = "0.00", unapplied: str = "0.00", **policy: Any) -> list[Notice]:
    ladder = DunningLadder(**{**SHIPPED.model_dump(), **policy})
    overdue = [(item.due_date, item.item_id, item.open_amount) for item in items]
    credit = CreditInHand(Decimal(on_account), Decimal(unapplied), overdue)
    return notices([item for item in items if not item.last_dunning_step], ladder, TODAY, {KEY: credit})


def test_the_shipped_policy_is_net() -> None:
    assert SHIPPED.credit == "net"


@pytest.mark.parametrize("policy", ["net", "wait", "gross"])
def test_who_has_as_much_as_is_due_gets_no_notice(policy: str) -> None:
    assert sent([open_item()], on_account="100.00", credit=policy) == []
    assert sent([open_item()], on_account="250.00", credit=policy) == []


def test_one_cent_less_is_asked_for_where_no_minimum_forbids_it() -> None:
    (notice,) = sent([open_item()], on_account="99.99", minimum_total={})
    assert (str(notice.total), str(notice.credit), str(notice.net)) == ("100.00", "99.99", "0.01")
    assert sent([open_item()], on_account="99.99") == []


def test_money_received_is_named_and_what_is_left_is_asked_for() -> None:
    (notice,) = sent([open_item("B-1", open_amount=Decimal("300.00")), open_item("B-2", open_amount=Decimal("400.00"))],
                     unapplied="350.00")  # fmt: skip
    assert (str(notice.total), str(notice.net)) == ("700.00", "350.00")
    assert "700.00 USD less 350.00 USD on account or received: 350.00 USD" in notice.activity().text
    assert (str(notice.sent(1).credit), str(notice.sent(1).net)) == ("350.00", "350.00")


def test_gross_asks_for_all_and_names_the_credit() -> None:
    (notice,) = sent([open_item()], on_account="40.00", credit="gross")
    assert "100.00 USD; of this 40.00 USD is on account or received and not applied yet" in notice.activity().text


def test_wait_sends_nothing_while_money_is_unapplied_but_does_for_credit_on_account() -> None:
    assert sent([open_item()], unapplied="0.01", credit="wait") == []
    assert [str(notice.net) for notice in sent([open_item()], on_account="40.00", credit="wait")] == ["60.00"]


def test_credit_covers_the_oldest_first_also_what_was_dunned_before() -> None:
    before = open_item("OLD", due_date=DUE - timedelta(days=20), last_dunning_step=1, open_amount=Decimal("500.00"))
    (notice,) = sent([before, open_item()], on_account="540.00")
    assert (str(notice.credit), str(notice.net)) == ("40.00", "60.00")
    (whole,) = sent([before, open_item()], on_account="100.00")
    assert (whole.credit, str(whole.net)) == (0, "100.00")


def test_credit_of_another_company_or_currency_covers_nothing() -> None:
    items = [open_item(currency="EUR"), open_item("2", company_id="2000")]
    assert [notice.credit for notice in sent(items, on_account="1000.00")] == [0, 0]


def test_two_notices_of_a_day_do_not_count_the_credit_twice() -> None:
    old = open_item("OLD", due_date=date(2026, 1, 20), open_amount=Decimal("60.00"))
    credits = [(str(notice.total), str(notice.credit)) for notice in sent([old, open_item()], on_account="90.00")]
    assert credits == [("100.00", "30.00")]
