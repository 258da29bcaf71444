"""Reading a company's past from a CSV file: read whole or refused whole, with the line of every fault."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from o2c.history.csv_file import HistoryRefused, read_history
from o2c.history.past import History, highest_balance, limit_above

PLAIN = "customer_id,invoice_number,invoice_date,due_date,amount,settled_on,disputed,currency,customer_name\n"
SAMPLE = "countryCode,customerID,PaperlessDate,invoiceNumber,InvoiceDate,DueDate,InvoiceAmount,Disputed,SettledDate\n"


def history(tmp_path: Path, text: str) -> History:
    file = tmp_path / "past.csv"
    file.write_text(text)
    return read_history(file)


def refusal(tmp_path: Path, text: str) -> list[str]:
    with pytest.raises(HistoryRefused) as refused:
        history(tmp_path, text)
    return refused.value.faults


def test_a_plain_file(tmp_path: Path) -> None:
    past = history(
        tmp_path,
        PLAIN
        + "C1,9001,2013-06-01,2013-07-01,100.00,2013-06-20,no,EUR,Adams Ltd\n"
        + "C1,9002,2013-06-10,2013-07-10,50.50,,yes,EUR,Adams Ltd\n",
    )
    first, second = past.past
    assert (first.invoice.amount, first.invoice.disputed, first.settled_on) == (
        Decimal("100.00"),
        False,
        date(2013, 6, 20),
    )
    assert (second.invoice.currency, second.invoice.disputed, second.settled_on) == ("EUR", True, None)
    [customer] = past.customers()
    assert (customer.name, customer.terms.net_days, customer.credit_limit) == ("Adams Ltd", 30, Decimal(200))


def test_the_ibm_sample_with_dates_as_americans_write_them(tmp_path: Path) -> None:
    past = history(
        tmp_path,
        SAMPLE
        + "391,0379-NEVHP,4/6/2013,0000611365,1/2/2013,2/1/2013,55.94,No,1/15/2013\n"
        + "391,0379-NEVHP,4/6/2013,0000611366,1/3/2013,2/2/2013,10,Yes,1/15/2013\n",
    )
    assert past.past[0].invoice.invoice_date == date(2013, 1, 2)
    [payment] = past.payments_by_day()[date(2013, 1, 15)]
    assert payment.amount == Decimal("65.94")
    assert [line.document_number for line in payment.remittance] == ["0000611365", "0000611366"]
    assert payment.payment_id == "HIST/0379-NEVHP/2013-01-15"


def test_every_fault_is_named_by_its_line(tmp_path: Path) -> None:
    assert refusal(
        tmp_path,
        PLAIN
        + "C1,9001,2013-06-31,7/1/2013,abc,,maybe,,\n"
        + "C1,9002,2013-06-01,2013-05-01,10.00,,,,\n"
        + "C1,9003,2013-06-01,2013-07-01,-5,,,,\n"
        + "C 1,9004,2013-06-01,2013-07-01,5,,,,\n"
        + "C1,9005,2013-06-01,2013-07-01,5.123,,,USD,\n"
        + "C1,9006,2013-06-01,2013-07-01,5,,,XXX,\n"
        + "C1,9007,2013-06-01,2013-07-01,5,,,,\n"
        + "C1,9007,2013-06-02,2013-07-02,5,,,,\n"
        + "C1,9008,2013-06-02,2013-07-02,5,,,EUR,\n",
    ) == [
        "line 2: amount 'abc' is not an amount: write it like 55.94",
        "line 2: disputed 'maybe' is neither Yes nor No",
        "line 2: invoice_date '2013-06-31' is not a date: write it like 2013-06-30",
        "line 2: due_date '7/1/2013' is not a date: write it like 2013-06-30",
        "line 3: due_date 2013-05-01 is before invoice_date 2013-06-01",
        "line 4: amount: Input should be greater than 0 (it is '-5')",
        "line 5: customer_id: String should match pattern '^[A-Za-z0-9][A-Za-z0-9._:/#-]{0,79}$' (it is 'C 1')",
        "line 6: the line: amount 5.123 has more decimal places than USD is accounted in",
        "line 7: currency: unknown currency 'XXX': use an ISO 4217 code such as USD or EUR (it is 'XXX')",
        "line 9: the invoice 9007 is on line 8 already",
        "line 10: C1 has invoices in USD and in EUR: bring each currency in under a customer of its own",
    ]


def test_a_file_without_the_columns_needed(tmp_path: Path) -> None:
    [fault] = refusal(tmp_path, "customer_id,amount\nC1,5\n")
    assert fault.startswith("line 1: the header lacks due_date, invoice_date, invoice_number")
    assert refusal(tmp_path, PLAIN) == ["it has no invoices"]
    with pytest.raises(HistoryRefused, match="cannot be read as CSV in UTF-8"):
        read_history(tmp_path / "absent.csv")


def test_dates_that_must_be_slips_of_the_pen(tmp_path: Path) -> None:
    assert refusal(tmp_path, PLAIN + "C1,1,2013-06-01,2013-07-01,5,0213-06-20,,,\n") == [
        "line 2: settled_on 0213-06-20 is not between 1990-01-01 and 2099-12-31"
    ]
    [fault] = refusal(tmp_path, PLAIN + "C1,1,2013-06-01,2013-07-01,5,2093-06-20,,,\n")
    assert fault == "it reaches from 2013-06-01 to 2093-06-20, more than 30 years: is a date mistyped?"


def test_a_customer_id_too_long_for_what_is_made_of_it(tmp_path: Path) -> None:
    [fault] = refusal(tmp_path, PLAIN + "C" * 61 + ",1,2013-06-01,2013-07-01,5,,,,\n")
    assert fault.startswith("line 2: customer_id 'CCC")
    assert fault.endswith("has 61 characters: at most 60 are taken")


def test_of_many_faults_the_first_are_reported(tmp_path: Path) -> None:
    with pytest.raises(HistoryRefused, match="and 10 more faults"):
        history(tmp_path, PLAIN + "C1,,,,,,,,\n" * 10)


def test_the_limit_is_just_above_the_highest_balance(tmp_path: Path) -> None:
    past = history(
        tmp_path,
        PLAIN
        + "C1,1,2013-06-01,2013-07-01,100,2013-06-20,,,\n"
        + "C1,2,2013-06-20,2013-07-20,250,2013-06-25,,,\n"
        + "C1,3,2013-06-10,2013-07-10,120,,,,\n",
    )
    assert highest_balance(past.past) == Decimal(370)  # on June 20 the first was paid and the second posted
    assert [str(limit_above(Decimal(balance))) for balance in ("0", "1", "100", "100.01")] == ["0", "100", "100", "200"]
