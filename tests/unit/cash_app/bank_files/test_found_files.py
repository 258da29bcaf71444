"""Files that banks and payers sent and that were once misread: each is read as the specifications state."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from shared.contracts.erp import PaymentReceived, PaymentReference, PaymentReturned, RemittanceAdvised
from tests.unit.cash_app.bank_files.samples import (
    FOUND_FILES,
    found,
    found_entries,
    needs_found,
    planned_of,
    reading_of,
)

pytestmark = needs_found

IBAN = "NL26VAYB8060476890"
PAYER = "DE89370400440532013000"
DAY = date(2026, 3, 10)
BIRCH, OAK = "BIRCH HOTELS GMBH", "OAK INN AG"


def lines(entry: object) -> list[tuple[str, Decimal]]:
    return [(line.document_number, line.amount) for line in entry.remittance]  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", FOUND_FILES, ids=lambda path: str(path.name))
def test_every_file_is_taken_without_an_error(path: object) -> None:
    planned = planned_of(path.read_bytes(), "4417")  # type: ignore[attr-defined]
    assert planned.errors == []
    assert planned.entries or planned.statements


def test_every_file_has_its_test() -> None:
    text = Path(__file__).read_text("utf-8")
    assert [path.name for path in FOUND_FILES if path.stem not in text] == []


class TestCamt:
    def test_the_banks_words_are_kept_with_the_payment(self) -> None:
        (entry,) = found_entries("camt053-invoice-numbers-in-words.xml")
        assert (entry.amount, entry.details) == (Decimal("600.00"), "1000-3 1000-4 1000-5 thank you")
        assert (entry.reference, entry.trace_number, entry.payer_name) == ("REF-1", "E2E-1", BIRCH)
        (planned,) = planned_of(found("camt053-invoice-numbers-in-words.xml")).entries
        assert isinstance(planned.event, PaymentReceived)
        assert planned.event.details == "1000-3 1000-4 1000-5 thank you"
        assert PaymentReference(kind="end_to_end_id", value="E2E-1") in planned.event.references

    def test_a_collective_booking_and_its_details_share_a_reference(self) -> None:
        details = planned_of(found("camt054-details-of-a-collective-booking.xml"))
        assert [(d.outcome, d.amount, d.bank_reference) for d in details.entries] == [
            ("post", 100, f"{IBAN}/TX-1"), ("post", 60, f"{IBAN}/TX-2"),
        ]  # fmt: skip
        ((bundle, _, _),) = details.bundles
        assert (bundle.bundle_id, bundle.kind, bundle.net, bundle.payments) == ("BOOK-1", "collective", 160, 2)
        statement = planned_of(found("camt053-collective-booking-without-details.xml"))
        (line,) = statement.entries
        assert (line.kind, line.outcome, line.amount) == ("bundle", "held", 160)
        assert line.entry is not None
        assert (line.entry.collective_reference, line.entry.details) == ("BOOK-1", "COLLECTIVE CREDIT")

    def test_a_credit_note_amount_is_negative(self) -> None:
        content = found("camt053-credit-note-amount.xml")
        (entry,) = found_entries("camt053-credit-note-amount.xml")
        expected = [("1000-1", Decimal("2500.00")), ("CN-9", Decimal("-600.00"))]
        assert (lines(entry), entry.remittance_note) == (expected, "")
        assert [line.document_kind for line in entry.remittance] == ["invoice", "credit_memo"]
        without_type = content.replace(b"<Tp><CdOrPrtry><Cd>CREN</Cd></CdOrPrtry></Tp>", b"")
        assert lines(reading_of(without_type).statements[0].entries[0]) == expected
        as_reference = content.replace(
            b"<RfrdDocInf><Tp><CdOrPrtry><Cd>CREN</Cd></CdOrPrtry></Tp><Nb>CN-9</Nb></RfrdDocInf>", b""
        ).replace(b"</CdtNoteAmt></RfrdDocAmt>", b"</CdtNoteAmt></RfrdDocAmt><CdtrRefInf><Ref>CN-9</Ref></CdtrRefInf>")
        assert lines(reading_of(as_reference).statements[0].entries[0]) == expected

    def test_a_part_of_a_remittance_that_is_not_understood_is_named(self) -> None:
        content = found("camt053-credit-note-amount.xml").replace(
            b'<RfrdDocAmt><CdtNoteAmt Ccy="EUR">600.00</CdtNoteAmt></RfrdDocAmt></Strd>',
            b"</Strd><Strd><RfrdDocInf><Nb>1000-9</Nb></RfrdDocInf></Strd>",
        )
        entry = reading_of(content).statements[0].entries[0]
        assert lines(entry) == [("1000-1", Decimal("2500.00"))]
        assert entry.remittance_note == "no amount is stated for CN-9, 1000-9"
        assert "CN-9 1000-9" in entry.details

    def test_our_own_payment_that_comes_back_is_no_receipt(self) -> None:
        (planned,) = planned_of(found("camt053-own-payment-returned.xml")).entries
        assert (planned.kind, planned.outcome, planned.amount, planned.event) == (
            "own_payment_returned", "review", Decimal("118.00"), None
        )  # fmt: skip
        entry = planned.entry
        assert entry is not None
        assert (entry.reason_code, entry.reason, entry.trace_number) == ("AC04", "account closed", "REFUND-1")
        assert entry.details == "REFUND CN-9"
        reversed_debit = found("camt053-invoice-numbers-in-words.xml").replace(
            b"</CdtDbtInd><Sts>", b"</CdtDbtInd><RvslInd>true</RvslInd><Sts>"
        )
        assert [d.kind for d in planned_of(reversed_debit).entries] == ["own_payment_returned"]

    def test_a_batch_divides_by_the_instructed_amounts(self) -> None:
        read = found_entries("camt054-batch-with-instructed-amounts.xml")
        assert [(e.amount, e.reference, e.payer_name, lines(e)) for e in read] == [
            (100, "TX-1", BIRCH, [("1000-1", Decimal("100.00"))]), (60, "TX-2", OAK, [("1000-2", Decimal("60.00"))])
        ]  # fmt: skip

    def test_an_entry_that_cannot_be_divided_keeps_its_own_reference(self) -> None:
        content = found("camt054-batch-with-instructed-amounts.xml").replace(b">60.00<", b">61.00<")
        (entry,) = reading_of(content).statements[0].entries
        assert (entry.amount, entry.reference, entry.trace_number, entry.payer_name) == (160, "BATCH-1", "", "")
        assert entry.remittance_note == "no amount is stated for 1000-1, 1000-2"

    def test_an_adjustment_has_its_reason(self) -> None:
        (entry,) = found_entries("camt053-adjustment-with-reason.xml")
        (line,) = entry.remittance
        assert (line.document_number, line.amount, line.reason) == ("1000-1", Decimal("930.00"), "damage")
        (adjustment,) = line.adjustments
        assert (adjustment.amount, adjustment.reason, adjustment.code, adjustment.text) == (
            70, "damage", "DMGD", "damaged goods"
        )  # fmt: skip

    def test_details_of_money_out_are_one_entry(self) -> None:
        planned = planned_of(found("camt053-equal-parts-with-one-reference.xml"))
        assert [(d.amount, d.outcome) for d in planned.entries] == [(100, "post"), (-20, "noted")]
        assert isinstance(planned.entries[0].event, PaymentReceived)
        assert lines(planned.entries[0].event) == [("1000-1", Decimal("100.00"))]

    def test_optional_elements_may_be_absent(self) -> None:
        (statement,) = reading_of(found("camt053-no-creation-time.xml")).statements
        assert (statement.on, [e.amount for e in statement.entries]) == (DAY, [100])
        dated, pending = found_entries("camt053-entries-without-dates.xml")
        assert (dated.kind, dated.amount, dated.value_date) == ("payment", 100, DAY)
        assert (pending.kind, pending.amount) == ("pending", 5)
        planned = planned_of(found("camt053-entries-without-dates.xml"))
        assert [d.outcome for d in planned.entries] == ["post", "noted"]

    def test_a_deduction_within_a_batch(self) -> None:
        planned = planned_of(found("camt053-batch-with-a-deduction.xml"))
        assert [(d.amount, d.kind, d.outcome) for d in planned.entries] == [
            (100, "payment", "post"), (-10, "debit", "noted")
        ]  # fmt: skip
        assert isinstance(planned.entries[0].event, PaymentReceived)
        assert lines(planned.entries[0].event) == [("1000-1", Decimal("100.00"))]

    def test_charges_taken_off_are_bank_charges(self) -> None:
        planned = planned_of(found("camt053-charges-taken-off.xml"))
        assert [(d.amount, d.kind, d.outcome) for d in planned.entries] == [
            (100, "payment", "post"), (100, "payment", "post"), (-5, "charge", "booked")
        ]  # fmt: skip
        paid = [d.event for d in planned.entries[:2]]
        assert [lines(event) for event in paid] == [[("1000-1", Decimal(100))], [("1000-2", Decimal(100))]]

    def test_the_message_in_an_envelope(self) -> None:
        read = reading_of(found("camt053-in-an-envelope.xml"))
        assert (read.format, [e.amount for e in read.statements[0].entries]) == ("camt.053", [100])

    def test_every_currency_of_iso_4217(self) -> None:
        for name in ("camt053-currency-not-listed.xml", "mt940-currency-not-listed.sta"):
            (statement,) = reading_of(found(name)).statements
            assert (statement.account, statement.currency, statement.closing) == (
                "RO49AAAA1B31007593840000",
                "RON",
                100,
            )
            assert [e.amount for e in statement.entries] == [100]


class TestBai2:
    def test_custom_codes_by_their_range(self) -> None:
        planned = planned_of(found("bai2-custom-credit-codes.bai2"))
        assert [(d.amount, d.outcome) for d in planned.entries] == [(2000, "post"), (-250, "noted")]

    def test_a_test_group_is_noted(self) -> None:
        planned = planned_of(found("bai2-test-group.bai2"))
        assert [(d.amount, d.outcome, d.kind) for d in planned.entries] == [
            (900, "noted", "test"), (500, "post", "payment")
        ]  # fmt: skip

    def test_fixed_fields_go_on_in_a_continuation(self) -> None:
        (entry,) = found_entries("bai2-continued-fixed-fields.bai2")
        assert (entry.value_date, entry.reference, entry.trace_number) == (DAY, "BANKREF-9", "CUSTREF-9")
        assert entry.details == "OAK INN INV 1000-7"

    def test_an_empty_field_more_before_a_continuation(self) -> None:
        (statement,) = reading_of(found("bai2-empty-field-before-continuation.bai2")).statements
        assert (statement.opening, statement.closing) == (1000, 3500)
        (entry,) = statement.entries
        assert (entry.amount, entry.reference, entry.trace_number) == (2500, "WIRE-77", "PO-12")

    def test_an_empty_control_total_states_nothing(self) -> None:
        (statement,) = reading_of(found("bai2-empty-control-total.bai2")).statements
        assert (statement.opening, statement.closing, statement.entries) == (None, None, ())

    def test_placeholders_are_no_references(self) -> None:
        planned = planned_of(found("bai2-placeholder-references.bai2"))
        assert [(d.amount, d.outcome) for d in planned.entries] == [(1500, "post"), (1500, "post")]
        assert [d.entry.reference for d in planned.entries if d.entry] == ["", ""]
        assert len({d.subject_id for d in planned.entries}) == 2

    def test_interim_data_count_as_an_interim_report(self) -> None:
        interim = planned_of(found("bai2-intraday.bai2"))
        final = planned_of(found("bai2-previous-day-after-intraday.bai2"))
        assert [(d.source, d.bank_reference) for d in interim.entries] == [("interim", "4417009/WIRE-80")]
        assert [(d.source, d.bank_reference) for d in final.entries] == [
            ("statement", "4417009/WIRE-80"), ("statement", "4417009/ACH-81"),
        ]  # fmt: skip
        assert interim.entries[0].subject_id == final.entries[0].subject_id


class TestMt940:
    @pytest.mark.parametrize(
        ("name", "trace"),
        [("mt940-trtp-codes.sta", "E2E-4711"), ("mt940-cntp-codes.sta", "E2E-4711")],
    )
    def test_the_codes_of_dutch_banks(self, name: str, trace: str) -> None:
        (statement,) = reading_of(found(name)).statements
        (entry,) = statement.entries
        assert statement.account == IBAN
        assert (entry.payer_name, entry.payer_account) == (BIRCH, PAYER)
        assert (entry.trace_number, entry.details, entry.amount) == (trace, "INVOICE 1000-1", 120)

    def test_repeated_details_are_one_text(self) -> None:
        (entry,) = found_entries("mt940-repeated-86.sta")
        assert (entry.trace_number, entry.payer_name, entry.details) == ("E2E-4712", BIRCH, "INVOICE 1000-2")
        with_statements_own = found("mt940-repeated-86.sta").replace(b"\n-", b"\n:86:ABOUT THE STATEMENT\n-")
        assert "ABOUT" not in reading_of(with_statements_own).statements[0].entries[0].details

    def test_the_separator_is_the_fourth_character(self) -> None:
        first, second = found_entries("mt940-other-separators.sta")
        assert (first.details, first.payer_name, first.payer_account) == ("INVOICE 1000-1", BIRCH, PAYER)
        assert (second.details, second.payer_name, second.payer_account) == ("INVOICE 1000-2", "OAK INN", "0123456789")

    def test_no_trace_is_made_of_a_missing_type(self) -> None:
        read = found_entries("mt940-no-type-code.sta")
        assert [(e.amount, e.trace_number, e.reference) for e in read] == [(100, "", ""), (100, "", ""), (60, "", "")]
        assert read[2].references == (PaymentReference(kind="batch_id", value="BATCH-1"),)

    def test_a_type_of_two_letters_is_filled_with_a_blank(self) -> None:
        read = found_entries("mt940-type-code-of-two-letters.sta")
        assert [(e.amount, e.trace_number) for e in read] == [(25, ""), (10, "OAK-77")]

    def test_references_of_more_than_sixteen_characters(self) -> None:
        first, second = found_entries("mt940-long-customer-reference.sta")
        assert (first.amount, first.payer_account, first.trace_number) == (80, PAYER, "")
        assert (second.amount, second.trace_number) == (20, "2026-03-10-08.37.18.054696")

    def test_blanks_in_the_line(self) -> None:
        first, second = found_entries("mt940-blanks-in-the-line.sta")
        assert (first.amount, first.currency, first.value_date) == (Decimal("212.39"), "USD", DAY)
        assert (first.booked_on, first.reference, first.trace_number) == (None, "", "")
        assert (second.amount, second.reference) == (50, "2603100001")

    def test_account_and_name_in_the_line_and_zeros_before_the_amount(self) -> None:
        (statement,) = reading_of(found("mt940-name-in-the-line.sta")).statements
        (entry,) = statement.entries
        assert (statement.opening, statement.closing) == (0, Decimal("213.28"))
        assert (entry.amount, entry.payer_account, entry.payer_name, entry.trace_number) == (
            Decimal("213.28"), "0441234567", "Birch Hotels", ""
        )  # fmt: skip

    def test_the_thirtieth_of_february_is_its_last_day(self) -> None:
        (entry,) = found_entries("mt940-thirtieth-of-february.sta")
        assert (entry.amount, entry.value_date) == (-6, date(2026, 2, 28))


def test_an_820_adjusts_a_document_with_a_reason() -> None:
    (planned,) = planned_of(found("820-adjustment-with-reason.edi"), "4417").entries
    assert isinstance(planned.event, RemittanceAdvised)
    (line,) = planned.event.lines
    assert (planned.event.amount, line.document_number, line.amount, line.reason) == (930, "1000-1", 930, "damage")
    (adjustment,) = line.adjustments
    assert (adjustment.amount, adjustment.code, adjustment.reference) == (70, "04", "DM-17")


def test_a_lockbox_remittance_of_number_amount_and_deduction() -> None:
    (check,) = found_entries("lockbox-invoice-amount-deduction.bai")
    assert (check.amount, check.payer_account) == (130, "US-021000021-0009988770")
    first, second = check.remittance
    assert (first.document_number, first.amount, first.adjustments) == ("1000-1", 100, ())
    assert (second.document_number, second.amount) == ("1000-2", 30)
    assert [(one.amount, one.reason) for one in second.adjustments] == [(5, "unknown")]


def test_returns_keep_the_banks_words_too() -> None:
    content = found("camt053-own-payment-returned.xml").replace(b"CRDT</CdtDbtInd><Sts", b"DBIT</CdtDbtInd><Sts")
    content = content.replace(b"118.00</Amt><CdtDbtInd>CRDT</CdtDbtInd><Rltd", b"118.00</Amt><Rltd")
    (planned,) = planned_of(
        content.replace(b'"EUR">118.00</Amt><CdtDbtInd>CRDT', b'"EUR">118.00</Amt><CdtDbtInd>DBIT')
    ).entries
    assert isinstance(planned.event, PaymentReturned)
    assert (planned.event.trace_number, planned.event.reason_code, planned.event.details) == (
        "REFUND-1", "AC04", "REFUND CN-9"
    )  # fmt: skip
