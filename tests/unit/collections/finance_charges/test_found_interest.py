"""Interest in the month of payment, and a payment that becomes known late: the figures of the found file."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

import pytest

from services.collections.finance_charges.domain.charges import assess, terms_of
from services.collections.finance_charges.domain.corrections import (
    ChargedInterest,
    NothingToCorrect,
    charged_interest,
)
from services.collections.finance_charges.domain.policy import FinanceCharges
from services.collections.receivables.domain.open_items import OpenItem
from shared.contracts.cash_app import OpenItemChanged
from tests.unit.collections.stories import open_item

FOUND: Final = Path(__file__).parents[4].parent / "shared/data/found/interest-in-the-month-of-payment.json"
DUE, DECEMBER, JANUARY = date(2026, 11, 30), date(2026, 12, 31), date(2027, 1, 31)
POLICY = FinanceCharges(
    annual_rates={"USD": Decimal(12)}, late_fees={}, day_count="actual/365", grace_days=5, minimum_balance={},
    minimum_charge={}, kinds=("invoice",), disputed=False, due_days=30, excluded_customers=(), only_customers=None,
)  # fmt: skip


def item(number: str = "I-3") -> OpenItem:
    return open_item(number, open_amount=Decimal("1000.00"), original_amount=Decimal("1000.00"), due_date=DUE)


def pay(owed: OpenItem, amount: str, value_date: date, *, known: date | None = None, **changes: Any) -> None:
    owed.update(
        OpenItemChanged(
            item_id=owed.item_id, item_version=owed.item_version + 1, customer_id="C-1", company_id="1000",
            document_number=owed.document_number, currency="USD", original_amount="1000.00",
            open_amount=str(owed.open_amount - Decimal(amount)), change=f"{-Decimal(amount)}", cause="cash",
            cause_id="P-1", business_date=known or value_date, value_date=value_date,
            document_date=date(2026, 10, 31), due_date=DUE, **changes,
        )
    )  # fmt: skip


def charge(owed: OpenItem, through: date) -> list[ChargedInterest]:
    """What the run of the month charges on one item."""
    (assessed,) = assess([owed], POLICY, through, on=through, policy_version=1)
    assert assessed.charge is not None
    after = {one.item.item_id: one.after for one in assessed.late}
    owed.charged_until = through
    return charged_interest(assessed.charge, after, terms_of(POLICY, "USD"))


def test_december_of_the_three_items() -> None:
    first, second, third = item("I-1"), item("I-2"), item("I-3")
    pay(first, "600.00", date(2026, 12, 16))
    pay(second, "1000.00", date(2026, 12, 29))
    (assessed,) = assess([first, second, third], POLICY, DECEMBER, on=date(2027, 1, 1), policy_version=1)
    assert assessed.charge is not None
    assert [str(line.amount) for line in assessed.charge.items] == ["7.23", "9.53", "10.19"]


def test_a_payment_known_in_february_offers_17_09_of_20_38() -> None:
    owed = item()
    charged = charge(owed, DECEMBER) + charge(owed, JANUARY)
    assert [str(one.charged) for one in charged] == ["10.19", "10.19"]
    pay(owed, "1000.00", date(2026, 12, 10), known=date(2027, 2, 3))
    for one in charged:
        one.recompute(owed, date(2027, 2, 3))
    assert [(str(one.right_amount), str(one.difference)) for one in charged] == [("3.29", "6.90"), ("0.00", "10.19")]
    assert sum(one.difference for one in charged) == Decimal("17.09")
    assert {one.noticed_on for one in charged} == {date(2027, 2, 3)}


def test_a_payment_within_the_days_of_grace_leaves_nothing_right() -> None:
    owed = item()
    (charged,) = charge(owed, DECEMBER)
    pay(owed, "1000.00", date(2026, 12, 5), known=date(2027, 1, 4))
    charged.recompute(owed, date(2027, 1, 4))
    assert charged.difference == Decimal("10.19")


def test_what_is_credited_is_not_offered_again_and_a_bounce_charges_it_after_all() -> None:
    owed = item()
    (charged,) = charge(owed, DECEMBER)
    pay(owed, "1000.00", date(2026, 12, 10), known=date(2027, 1, 4))
    charged.recompute(owed, date(2027, 1, 4))
    asked = charged.credit("FC-1", by="Pat", on=date(2027, 1, 5), reason="paid in time", request_id="IC-1")
    assert (asked.document_number, str(asked.amount), charged.difference) == ("FC-1", "6.90", 0)
    with pytest.raises(NothingToCorrect, match="was not charged too high"):
        charged.credit("FC-1", by="Pat", on=date(2027, 1, 5), reason="again", request_id="IC-2")
    pay(owed, "-1000.00", date(2026, 12, 10), known=date(2027, 1, 8))
    charged.recompute(owed, date(2027, 1, 8))
    assert str(charged.difference) == "-6.90"
    more = charged.charge(by="Pat", on=date(2027, 1, 9), due_date=date(2027, 2, 8), reason="bounced", charge_id="FC-2")
    assert (str(more.amount), charged.difference) == ("6.90", 0)


def test_a_declined_credit_memo_leaves_the_difference_to_be_decided() -> None:
    owed = item()
    (charged,) = charge(owed, DECEMBER)
    pay(owed, "1000.00", date(2026, 12, 10))
    charged.recompute(owed, date(2027, 1, 4))
    charged.credit("FC-1", by="Pat", on=date(2027, 1, 5), reason="paid", request_id="IC-1")
    charged.declined("nothing is left of FC-1")
    assert str(charged.difference) == "6.90"


@pytest.mark.skipif(not FOUND.exists(), reason=f"{FOUND.name} is not beside this checkout")
def test_the_found_file_states_these_figures() -> None:
    right = json.loads(FOUND.read_text())["right"]
    assert [text.rpartition(" ")[2] for text in right.values()] == ["7.23", "9.53", "10.19"]
