"""Payment terms: due dates, instalments and early-payment discounts.

Published examples, by source:
- Odoo 18, addons/account/tests/test_account_payment_term.py: days end of month on the; two lines; rounding.
- SAP Help, "Cash Discount Percentage Rates and Cash Discount Terms": 3 % / 2 % / net by days and by fixed days.
- SAP Knowledge Base 2926267, "Payment Term - Baseline calculation": the next 10th after 30 days.
- Microsoft Learn, Business Central "Use date formulas": 10D, CM+10D, D10.
- OCA account_payment_term_extension, README: one month, then the month's end.
"""

from __future__ import annotations

import json
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.kernel.payment_terms import (
    DiscountStage,
    DueRule,
    Instalment,
    InvalidPaymentTerms,
    PaymentTerms,
    discounts,
    due_dates,
    instalments,
)

FOUND = Path(__file__).parents[4] / "shared" / "data" / "found" / "end-of-month-terms.json"
END_OF_MONTH = PaymentTerms(30, end_of_month="after_days")
AS_WRITTEN = {
    "30 days end of month (add 30, then to the month's end)": END_OF_MONTH,
    "end of month + 30 days": PaymentTerms(30, end_of_month="before_days"),
    "one month after the end of the invoice's month": PaymentTerms(net_months=1, end_of_month="before_days"),
    "end of month + 1 month": PaymentTerms(net_months=1, end_of_month="before_days"),
    "30 days end of month, on the 10th": PaymentTerms(30, end_of_month="after_days", days_of_month=(10,)),
}


def day(text: str) -> date:
    return date.fromisoformat(text)


def on_the(number: int, net_days: int = 30) -> PaymentTerms:
    return PaymentTerms(net_days, end_of_month="after_days", days_of_month=(number,))


def test_two_ten_net_thirty() -> None:
    terms = PaymentTerms(net_days=30, discount_days=10, discount_percent=Decimal(2))
    assert terms.due_date(date(2026, 3, 1)) == date(2026, 3, 31)
    assert terms.discount_date(date(2026, 3, 1)) == date(2026, 3, 11)
    assert terms.discount(Decimal("1234.25"), "USD") == Decimal("24.69")  # 24.685 half-up
    assert str(terms) == "2/10 net 30"


def test_terms_without_a_discount_have_no_discount_date() -> None:
    assert PaymentTerms(net_days=45).discount_date(date(2026, 3, 1)) is None
    assert str(PaymentTerms(net_days=45)) == "net 45"


def test_the_due_dates_of_real_end_of_month_terms() -> None:
    if not FOUND.exists():
        pytest.skip(f"{FOUND.name} is not there: it is kept outside this repository")
    for case in json.loads(FOUND.read_text("utf-8"))["right"]:
        assert due_dates(day(case["invoice_date"]), AS_WRITTEN[case["terms"]]) == (day(case["due"]),), case


@pytest.mark.parametrize(
    ("terms", "invoice_date", "due"),
    [
        # the right values of end-of-month-terms.json
        (END_OF_MONTH, "2028-01-31", "2028-03-31"),
        (PaymentTerms(30, end_of_month="before_days"), "2026-09-13", "2026-10-30"),
        (PaymentTerms(net_months=1, end_of_month="before_days"), "2026-06-11", "2026-07-31"),
        (PaymentTerms(net_months=1, end_of_month="before_days"), "2025-02-10", "2025-03-31"),
        (PaymentTerms(net_months=1, end_of_month="before_days"), "2027-01-31", "2027-02-28"),
        (PaymentTerms(net_months=1, end_of_month="before_days"), "2028-01-31", "2028-02-29"),
        (on_the(10), "2016-01-14", "2016-03-10"),
        # Odoo: days end of month on the
        (on_the(10), "2023-12-12", "2024-02-10"),
        (on_the(31), "2023-12-12", "2024-02-29"),
        (on_the(29, 0), "2024-05-23", "2024-06-29"),
        (on_the(31, 0), "2024-05-23", "2024-06-30"),
        (on_the(30, 15), "2024-05-24", "2024-07-30"),
        (on_the(31, 15), "2024-05-23", "2024-07-31"),
        (END_OF_MONTH, "2024-04-22", "2024-05-31"),
        # Odoo: net days
        (PaymentTerms(0), "2019-01-31", "2019-01-31"),
        (PaymentTerms(30), "2022-01-31", "2022-03-02"),
        # SAP: the next 10th after 30 days; a fixed day of a following month
        (PaymentTerms(30, days_of_month=(10,)), "2021-03-05", "2021-04-10"),
        (PaymentTerms(end_of_month="after_days", days_of_month=(15,)), "2021-03-05", "2021-04-15"),
        (PaymentTerms(net_months=2, end_of_month="after_days", days_of_month=(15,)), "2021-03-05", "2021-06-15"),
        # Business Central: 10D, CM, CM+10D, D10
        (PaymentTerms(10), "2021-11-05", "2021-11-15"),
        (PaymentTerms(end_of_month="before_days"), "2021-11-05", "2021-11-30"),
        (PaymentTerms(10, end_of_month="before_days"), "2021-11-05", "2021-12-10"),
        (PaymentTerms(days_of_month=(10,)), "2021-11-05", "2021-11-10"),
        # OCA: one month and then the month's end; several payment days
        (PaymentTerms(net_months=1, end_of_month="after_days"), "2015-01-30", "2015-02-28"),
        (PaymentTerms(days_of_month=(5, 20)), "2021-11-05", "2021-11-05"),
        (PaymentTerms(days_of_month=(5, 20)), "2021-11-06", "2021-11-20"),
        (PaymentTerms(days_of_month=(20, 5)), "2021-11-21", "2021-12-05"),
        (PaymentTerms(days_of_month=(31,)), "2021-02-28", "2021-02-28"),
        (PaymentTerms(days_of_month=(31,)), "2021-12-31", "2021-12-31"),
        # months keep the day where the month has it
        (PaymentTerms(net_months=2), "2021-12-31", "2022-02-28"),
        # Oracle: proxima terms with a cutoff day
        (PaymentTerms(end_of_month="after_days", days_of_month=(15,), cutoff_day=25), "2021-03-25", "2021-04-15"),
        (PaymentTerms(end_of_month="after_days", days_of_month=(15,), cutoff_day=25), "2021-03-26", "2021-05-15"),
        # fixed dates
        (PaymentTerms(fixed_dates=(day("2026-03-31"), day("2026-09-30"))), "2026-03-31", "2026-03-31"),
        (PaymentTerms(fixed_dates=(day("2026-03-31"), day("2026-09-30"))), "2026-04-01", "2026-09-30"),
        (PaymentTerms(fixed_dates=(day("2026-03-31"),)), "2026-05-02", "2026-05-02"),
    ],
    ids=str,
)
def test_published_due_dates(terms: PaymentTerms, invoice_date: str, due: str) -> None:
    assert terms.due_date(day(invoice_date)) == day(due)
    assert due_dates(day(invoice_date), terms) == (day(due),)


@pytest.mark.parametrize(
    ("invoice_date", "due"),
    [
        ("2022-01-01", ["2022-01-16", "2022-02-15"]),
        ("2022-01-15", ["2022-01-30", "2022-03-01"]),
        ("2022-01-31", ["2022-02-15", "2022-03-17"]),
    ],
)
def test_instalments_have_a_due_date_each(invoice_date: str, due: list[str]) -> None:
    parts = (Instalment(15, percent=Decimal(30)), Instalment(45, percent=Decimal(70)))
    terms = PaymentTerms(instalments=parts)
    assert due_dates(day(invoice_date), terms) == tuple(map(day, due))
    assert terms.due_date(day(invoice_date)) == day(due[-1])
    assert str(terms) == "30 % net 15, 70 % net 45"


def test_the_last_instalment_takes_the_rest() -> None:
    halves = PaymentTerms(instalments=(Instalment(2, percent=Decimal(50)), Instalment(4, percent=Decimal(50))))
    amounts = [part.amount for part in instalments(day("2016-01-01"), halves, Decimal("0.03"), "USD")]
    assert amounts == [Decimal("0.02"), Decimal("0.01")]
    plain = instalments(day("2016-01-01"), PaymentTerms(30), Decimal("10.00"), "USD")
    assert [(part.due_date, part.amount) for part in plain] == [(day("2016-01-31"), Decimal("10.00"))]


def test_discounts_in_two_stages() -> None:
    terms = PaymentTerms(60, discounts=(DiscountStage(10, percent=Decimal(3)), DiscountStage(30, percent=Decimal(2))))
    offers = discounts(day("2021-03-05"), terms, Decimal("999.99"), "EUR")
    assert [(offer.last_day, offer.amount) for offer in offers] == [
        (day("2021-03-15"), Decimal("30.00")),
        (day("2021-04-04"), Decimal("20.00")),
    ]
    assert str(terms) == "3/10, 2/30, net 60"


def test_discounts_until_fixed_days_of_following_months() -> None:
    def until(number: int, months: int, percent: int) -> DiscountStage:
        return DiscountStage(
            net_months=months, end_of_month="after_days", days_of_month=(number,), percent=Decimal(percent)
        )

    terms = PaymentTerms(
        net_months=2, end_of_month="after_days", days_of_month=(15,), discounts=(until(15, 0, 3), until(25, 1, 2))
    )
    offers = discounts(day("2021-03-05"), terms, Decimal(1000), "EUR")
    assert [offer.last_day for offer in offers] == [day("2021-04-15"), day("2021-05-25")]
    assert terms.due_date(day("2021-03-05")) == day("2021-06-15")


def test_one_discount_is_one_stage() -> None:
    offers = discounts(day("2026-03-01"), PaymentTerms(30, 10, Decimal(2)), Decimal("1234.25"), "USD")
    assert [(offer.last_day, offer.percent, offer.amount) for offer in offers] == [
        (day("2026-03-11"), Decimal(2), Decimal("24.69"))
    ]
    assert discounts(day("2026-03-01"), PaymentTerms(30), Decimal(1), "USD") == ()


@pytest.mark.parametrize(
    ("terms", "text"),
    [
        (END_OF_MONTH, "30 days end of month"),
        (PaymentTerms(30, end_of_month="before_days"), "end of month + 30 days"),
        (PaymentTerms(net_months=1, end_of_month="before_days"), "end of month + 1 month"),
        (PaymentTerms(10, net_months=2), "2 months + 10 days"),
        (on_the(10), "30 days end of month, on the 10th"),
        (PaymentTerms(days_of_month=(1, 22)), "net 0, on the 1st, 22nd"),
        (PaymentTerms(end_of_month="after_days", days_of_month=(13,), cutoff_day=25),
         "end of month, on the 13th, cutoff day 25"),
        (PaymentTerms(fixed_dates=(day("2026-03-31"),)), "due on 2026-03-31"),
        (PaymentTerms(30, 10, Decimal(2), end_of_month="after_days"), "2/10 30 days end of month"),
        (PaymentTerms(30, discounts=(DiscountStage(end_of_month="before_days", percent=Decimal("1.50")),)),
         "1.5 % until end of month, net 30"),
    ],
)  # fmt: skip
def test_terms_in_words(terms: PaymentTerms, text: str) -> None:
    assert str(terms) == text


def test_the_longest_term_in_days() -> None:
    assert PaymentTerms(45).longest_days == 45
    assert END_OF_MONTH.longest_days == 60
    assert PaymentTerms(net_months=1, end_of_month="before_days").longest_days == 61
    assert PaymentTerms(fixed_dates=(day("2026-03-31"),)).longest_days == 365
    parts = (Instalment(15, percent=Decimal(30)), Instalment(45, percent=Decimal(70)))
    assert PaymentTerms(instalments=parts).longest_days == 45


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"instalments": (Instalment(1, percent=Decimal(50)), Instalment(2, percent=Decimal(40)))}, "2 of 90 per cent"),
        ({"instalments": (Instalment(1, percent=Decimal(100)),)}, "at least two instalments"),
        ({"net_days": 30, "instalments": (Instalment(1, percent=Decimal(50)),) * 2}, r"remove .* \(net 30\)"),
        ({"discount_percent": Decimal(2), "instalments": (Instalment(1, percent=Decimal(50)),) * 2}, "not supported"),
        ({"discount_percent": Decimal(2), "discounts": (DiscountStage(1, percent=Decimal(1)),)}, "given twice"),
        ({"discounts": (DiscountStage(1, percent=Decimal(1)), DiscountStage(2, percent=Decimal(2)))}, "are 1, 2"),
        ({"discounts": (DiscountStage(1, percent=Decimal(0)),)}, "above 0"),
        ({"net_days": 30, "fixed_dates": (date(2026, 3, 31),)}, "remove the other fields"),
    ],
)
def test_terms_that_contradict_themselves_are_refused(fields: dict[str, object], sentence: str) -> None:
    with pytest.raises(InvalidPaymentTerms, match=sentence):
        PaymentTerms(**fields)  # type: ignore[arg-type]


RULES = st.builds(
    DueRule,
    st.integers(0, 120),
    net_months=st.integers(0, 12),
    end_of_month=st.sampled_from([None, "after_days", "before_days"]),
    days_of_month=st.lists(st.integers(1, 31), max_size=3).map(tuple),
    # Not with a cutoff day: what comes after it moves to the next month, beyond an invoice at that month's beginning.
)
DATES = st.dates(date(1990, 1, 1), date(2090, 12, 31))


@given(RULES, DATES)
def test_a_later_invoice_is_never_due_earlier(rule: DueRule, invoice_date: date) -> None:
    assert invoice_date <= rule.date_from(invoice_date) <= rule.date_from(invoice_date + timedelta(days=1))


@given(
    st.lists(st.integers(1, 60), min_size=2, max_size=12, unique=True),
    st.decimals("0.00", "1000000", places=2),
    st.integers(1, 9),
)
def test_instalments_add_up_to_the_total(days: list[int], total: Decimal, share: int) -> None:
    percents = [Decimal(share)] * (len(days) - 1)
    parts = [Instalment(n, percent=p) for n, p in zip(days, [*percents, Decimal(100) - sum(percents)], strict=True)]
    due = instalments(date(2026, 1, 31), PaymentTerms(instalments=tuple(parts)), total, "USD")
    assert sum(part.amount for part in due) == total
    assert [part.due_date for part in due] == sorted(part.due_date for part in due)
