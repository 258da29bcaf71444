"""Which payment a message reports: by its reference with account, amount, value date and payer."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from services.cash_app.payments.domain.payment_identity import (
    Receipt,
    Verdict,
    is_placeholder,
    judge,
    key_of,
    same_of_other_source,
)

DAY = date(2026, 3, 10)


def receipt(payment_id: str = "P-1", **changes: Any) -> Receipt:
    given: dict[str, Any] = {
        "key": "REF-1234", "bank_reference": "REF-1234", "payment_id": payment_id, "bank_account": None,
        "company_id": "1000", "customer_id": None, "payer_account": None, "trace_number": None, "currency": "USD",
        "amount": Decimal("100.00"), "value_date": DAY, "import_id": None,
    }  # fmt: skip
    return Receipt(**{**given, **changes})


def days(number: int) -> date:
    return DAY + timedelta(days=number)


@pytest.mark.parametrize(
    ("changes", "verdict"),
    [
        ({}, Verdict.REPEAT),
        ({"customer_id": "C-1"}, Verdict.REPEAT),
        ({"amount": Decimal("70.00")}, Verdict.DOUBTFUL),
        ({"currency": "EUR"}, Verdict.DOUBTFUL),
        ({"value_date": days(1)}, Verdict.DOUBTFUL),
        ({"value_date": days(-5)}, Verdict.DOUBTFUL),
        ({"value_date": days(6)}, Verdict.ANOTHER),
        ({"amount": Decimal("70.00"), "value_date": days(365)}, Verdict.ANOTHER),
        ({"company_id": "2000"}, Verdict.ANOTHER),
        ({"value_date": days(3), "import_id": "IMP-1"}, Verdict.REPEAT),
        ({"value_date": days(4), "import_id": "IMP-1"}, Verdict.DOUBTFUL),
    ],
)
def test_a_reference_that_is_known(changes: dict[str, Any], verdict: Verdict) -> None:
    judgement = judge(receipt("P-2", **changes), [receipt()], 5, 3)
    assert judgement.verdict is verdict
    assert bool(judgement.why) is (verdict is Verdict.DOUBTFUL)


def test_what_both_messages_state_must_be_equal() -> None:
    known = receipt(customer_id="C-1", payer_account="DE12 3456", bank_account="OUR-1")
    assert judge(receipt("P-2", payer_account="de123456"), [known], 5, 3).verdict is Verdict.REPEAT
    other = judge(receipt("P-2", customer_id="C-2"), [known], 5, 3)
    assert (other.verdict, "with another customer" in other.why) == (Verdict.DOUBTFUL, True)
    assert judge(receipt("P-2", payer_account="DE99"), [known], 5, 3).verdict is Verdict.DOUBTFUL
    assert judge(receipt("P-2", bank_account="OUR-2"), [known], 5, 3).verdict is Verdict.ANOTHER


def test_a_short_reference_is_used_again_within_days() -> None:
    known = receipt(key="17")
    assert judge(receipt("P-2", key="17", value_date=days(1)), [known], 5, 3).verdict is Verdict.ANOTHER
    assert judge(receipt("P-2", key="17", amount=Decimal("1.00")), [known], 5, 3).verdict is Verdict.DOUBTFUL
    assert judge(receipt("P-2", key="17"), [known], 5, 3).verdict is Verdict.REPEAT


def test_lines_of_files_that_were_told_apart_stay_apart() -> None:
    first = receipt(import_id="IMP-1", bank_reference="OUR-1/REF-1234")
    second = receipt("P-2", import_id="IMP-1", bank_reference="OUR-1/REF-1234##2")
    assert judge(second, [first], 5, 3).verdict is Verdict.ANOTHER
    assert judge(second._replace(amount=Decimal("20.00")), [first], 5, 3).verdict is Verdict.ANOTHER
    of_next_file = second._replace(import_id="IMP-2", amount=Decimal("20.00"))
    assert judge(of_next_file, [first], 5, 3).verdict is Verdict.DOUBTFUL


def test_a_file_and_the_bank_feed_are_joined_by_a_common_reference_or_the_payers_account() -> None:
    of_file = receipt(key="B-1", trace_number="E2E-77", import_id="IMP-1", payer_account="DE12")
    assert same_of_other_source(receipt("P-2", key="E2E-77", value_date=days(3)), [of_file], 3) == of_file
    assert same_of_other_source(receipt("P-2", key="E2E-77", value_date=days(4)), [of_file], 3) is None
    assert same_of_other_source(receipt("P-2", key="X", payer_account="DE12"), [of_file], 3) == of_file
    assert same_of_other_source(receipt("P-2", key="X", payer_account="DE12", value_date=days(1)), [of_file], 3) is None
    assert same_of_other_source(receipt("P-2", key="X"), [of_file], 3) is None
    assert same_of_other_source(receipt("P-2", key="E2E-77", payer_account="DE99"), [of_file], 3) is None
    same_source = receipt("P-2", key="E2E-77", import_id="IMP-2")
    assert same_of_other_source(same_source, [of_file], 3) is None


@pytest.mark.parametrize(
    "text",
    ["", "0", "0000000000", "NONREF", "nonref", "NOTPROVIDED", "NOT PROVIDED", "N/A", "-", "UNKNOWN", "XXXX", "*"],
)
def test_what_banks_write_for_no_reference(text: str) -> None:
    assert is_placeholder(text)
    assert key_of(text, None, "P-1", of_file=False) == "no-reference/P-1"


@pytest.mark.parametrize("text", ["000123", "REF-0", "NONE-1", "X-1", "0A"])
def test_what_is_a_reference(text: str) -> None:
    assert not is_placeholder(text)


def test_the_key_is_without_our_account_and_the_mark_that_tells_equal_lines_apart() -> None:
    assert key_of("OUR-1/REF##2", "OUR-1", "P-1", of_file=True) == "REF"
    assert key_of("OUR-1/REF#2", "OUR-1", "P-1", of_file=True) == "REF#2", "a reference of the bank's own"
    assert key_of("REF#2", None, "P-1", of_file=False) == "REF#2"
