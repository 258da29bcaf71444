"""What the readers understand beyond the banks' own files, and what a file must keep to be taken."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest

from services.cash_app.bank_files.domain.bank_file import Entry
from services.cash_app.bank_files.domain.import_plan import ImportPlan, plan_import
from services.cash_app.bank_files.domain.own_account import OwnAccount
from services.cash_app.bank_files.domain.read_context import Limits, UnreadableFile
from services.cash_app.bank_files.domain.recognise import FORMATS, read, recognise
from shared.contracts.erp import PaymentReceived, PaymentReturned, RemittanceAdvised
from tests.unit.cash_app.bank_files.samples import CARD_CSV, MADE, X12_820, entry_053, reading_of, statement_053

IBAN = "NL26VAYB8060476890"
PARTY = """<RltdPties><Dbtr><Pty><Nm>MUELLER AG</Nm></Pty></Dbtr>
<DbtrAcct><Id><IBAN>DE89 3704 0044 0532 0130 00</IBAN></Id></DbtrAcct></RltdPties>"""


def own(account: str = IBAN, currency: str = "EUR", deposits_to: str | None = None) -> dict[str, OwnAccount]:
    return {account: OwnAccount(account, "1000", currency, deposits_to, True)}


def entries(content: bytes) -> list[Entry]:
    return [entry for statement in reading_of(content).statements for entry in statement.entries]


def errors(content: bytes, accounts: dict[str, OwnAccount] | None = None) -> list[str]:
    """What is wrong with a file, as a person reads it, with its place."""
    try:
        found = plan_import(reading_of(content), own() if accounts is None else accounts, {}).errors
    except UnreadableFile as error:
        found = error.errors
    return [f"{fault.place}: {fault.what}" for fault in found]


def planned(content: bytes, **more: str) -> ImportPlan:
    return plan_import(reading_of(content), own(**more), {})


class TestCamt:
    @pytest.mark.parametrize("version", ["02", "04", "08", "13"])
    def test_versions_differ_in_where_they_put_things_not_in_what_is_read(self, version: str) -> None:
        party = PARTY if version != "02" else PARTY.replace("<Pty>", "").replace("</Pty>", "")
        amount = (
            "<AmtDtls><TxAmt><Amt Ccy='EUR'>{}</Amt></TxAmt></AmtDtls>"
            if version == "02"
            else "<Amt Ccy='EUR'>{}</Amt>"
        )
        both = "".join(
            f"<TxDtls><Refs><EndToEndId>E-{n}</EndToEndId></Refs>{amount.format(value)}{party}</TxDtls>"
            for n, value in ((1, "60.00"), (2, "40.00"))
        )
        read = entries(statement_053(entry_053("100.00", reference="BATCH-7", transactions=both), version=version))
        assert [(e.amount, e.reference, e.trace_number) for e in read] == [
            (Decimal("60.00"), "BATCH-7/1", "E-1"),
            (Decimal("40.00"), "BATCH-7/2", "E-2"),
        ]
        assert {(e.payer_name, e.payer_account) for e in read} == {("MUELLER AG", "DE89370400440532013000")}

    def test_returns_reversals_pending_and_fees_are_distinguished(self) -> None:
        returned = "<TxDtls><RtrInf><Rsn><Cd>AC04</Cd></Rsn><AddtlInf>account closed</AddtlInf></RtrInf></TxDtls>"
        content = statement_053(
            entry_053("100.00", reference="R-1")
            + entry_053("30.00", "DBIT", "R-2", transactions=returned)
            + entry_053("20.00", "DBIT", "R-3", extra="<RvslInd>true</RvslInd>")
            + entry_053("10.00", "DBIT", "R-4", sub="UPDD")
            + entry_053("5.00", "DBIT", "R-5", code="ACCB", sub="CHRG")
            + entry_053("7.00", "CRDT", "R-6").replace("BOOK", "PDNG"),
            closing="35.00",
        )
        assert [(e.kind, e.reason_code, e.reason) for e in entries(content)] == [
            ("payment", "", ""), ("return", "AC04", "account closed"), ("return", "ESCT", ""), ("return", "UPDD", ""),
            ("debit", "", ""), ("pending", "", ""),
        ]  # fmt: skip
        drafts = planned(content).entries
        assert [d.outcome for d in drafts] == ["post", "post", "post", "post", "noted", "noted"]
        event = drafts[1].event
        assert isinstance(event, PaymentReturned)
        assert (event.amount, event.reason_code, event.bank_reference) == (30, "AC04", f"{IBAN}/R-2/R")

    def test_structured_remittance_with_discount_and_a_credit_note(self) -> None:
        named = """<TxDtls><RmtInf>
<Strd><RfrdDocInf><Nb>1000-1</Nb></RfrdDocInf><RfrdDocAmt><DscntApldAmt><Amt Ccy="EUR">2.00</Amt></DscntApldAmt>
<RmtdAmt Ccy="EUR">98.00</RmtdAmt></RfrdDocAmt></Strd>
<Strd><RfrdDocInf><Tp><CdOrPrtry><Cd>CREN</Cd></CdOrPrtry></Tp><Nb>CN-1</Nb></RfrdDocInf>
<RfrdDocAmt><RmtdAmt Ccy="EUR">8.00</RmtdAmt></RfrdDocAmt></Strd><Strd><RfrdDocInf><Nb>1000-2</Nb></RfrdDocInf>
<RfrdDocAmt><RmtdAmt Ccy="EUR">10.00</RmtdAmt></RfrdDocAmt></Strd></RmtInf></TxDtls>"""
        (entry,) = entries(statement_053(entry_053("100.00", transactions=named)))
        assert [(line.document_number, line.amount, line.discount) for line in entry.remittance] == [
            ("1000-1", 98, 2), ("CN-1", -8, 0), ("1000-2", 10, 0)
        ]  # fmt: skip

    def test_every_error_is_named_with_its_line(self) -> None:
        content = statement_053(entry_053("10.005") + entry_053("x") + entry_053("1.00", "BOTH"))
        assert errors(content) == [
            "line 10 (Ntry): 10.005 has more places than EUR is accounted in",
            "line 13 (Ntry): the amount 'x' is no amount",
            "line 16 (Ntry): CdtDbtInd is 'BOTH': it must be CRDT or DBIT",
        ]

    def test_what_does_not_add_up_is_refused(self) -> None:
        summary = "<TxsSummry><TtlCdtNtries><Sum>99.00</Sum></TtlCdtNtries></TxsSummry>"
        wrong = errors(statement_053(entry_053("100.00"), closing="101.00", extra=summary))
        assert wrong == [
            "line 4 (Stmt): TtlCdtNtries/Sum is 99.00, but adds up to 100.00",
            "line 4 (Stmt): opening 0.00 and movements of 100.00 make 100.00, but the closing balance is 101.00 EUR: "
            "a difference of 1.00",
        ]
        transactions = "<TxDtls><Amt Ccy='EUR'>60.00</Amt></TxDtls><TxDtls><Amt Ccy='EUR'>30.00</Amt></TxDtls>"
        assert "the sum of the entry's transactions is 100.00, but adds up to 90.00" in " ".join(
            errors(statement_053(entry_053("100.00", transactions=transactions)))
        )

    def test_nothing_from_outside_the_file_and_no_entities(self) -> None:
        for doctype in (
            '<!DOCTYPE d [<!ENTITY x SYSTEM "file:///etc/passwd">]>', '<!DOCTYPE d SYSTEM "http://example.com/d.dtd">'
        ):  # fmt: skip
            content = statement_053(entry_053("100.00")).replace(b"<Document", doctype.encode() + b"<Document")
            assert "document type" in errors(content)[0]
            with pytest.raises(UnreadableFile, match="document type"):
                read(content.decode().replace("UTF-8", "UTF-16").encode("utf-16"), "camt.053", Limits())
        deep = b"<a>" * 5_000
        assert "no well-formed XML" in errors(statement_053("").replace(b"</Stmt>", deep))[0]


class TestMt940:
    HEAD = ":20:X\n:25:NL26VAYB8060476890\n:28C:7/1\n:60F:C260309EUR0,\n"

    def test_reversals_returned_items_and_expected_lines(self) -> None:
        content = (
            self.HEAD + ":61:2603100310C100,NTRFREF-1//BANK-1\n:86:INVOICE 1000-1\n"
            ":61:260310RC40,NTRFREF-1//BANK-2\n:61:260310D10,NRTINONREF//BANK-3\n:86:RETURNED CHECK 77\n"
            ":61:260310RD5,NTRFNONREF\n:61:260310D1,NCHGNONREF\n:61:260310EC9,NTRFNONREF\n:62F:C260310EUR54,\n-\n"
        ).encode()
        assert [(e.kind, e.amount, e.reference) for e in entries(content)] == [
            ("payment", 100, "BANK-1"), ("return", -40, "BANK-2"), ("return", -10, "BANK-3"),
            ("own_payment_returned", 5, ""),
            ("debit", -1, ""), ("pending", 9, ""),
        ]  # fmt: skip
        assert errors(content) == []
        drafts = planned(content).entries
        assert isinstance(drafts[0].event, PaymentReceived)
        assert (drafts[0].event.details, drafts[0].event.trace_number) == ("INVOICE 1000-1", "REF-1")
        assert drafts[1].trace_number == "REF-1"

    def test_details_in_question_mark_fields(self) -> None:
        coded = (
            ":61:2603100310CR12,NTRFKREF+\n:86:166?00GUTSCHRIFT?20EREF+E2E-9?21SVWZ+RE 1000-9 vom?22 03.03.?30COBADEFF"
            "?31DE89370400440532013000?32MUELLER ?33AG\n"
        ).replace("CR12", "C12")
        (entry,) = entries((self.HEAD + coded + ":62F:C260310EUR12,\n-").encode())
        assert (entry.trace_number, entry.payer_name) == ("E2E-9", "MUELLER AG")
        assert entry.payer_account == "DE89370400440532013000"
        assert entry.details == "RE 1000-9 vom 03.03."

    def test_a_line_that_cannot_be_read_is_named_and_the_others_are_looked_at_too(self) -> None:
        content = (self.HEAD + ":61:nonsense\n:61:260399C1,NTRFX\n:62F:C260310\n-").encode()
        named = errors(content)
        assert [fault.split(": ")[0] for fault in named] == ["line 5", "line 6", "line 7"]


def test_an_820_with_its_discount_and_credit_memo() -> None:
    (draft,) = plan_import(reading_of(X12_820), own("4417", "USD"), {}).entries
    advice = draft.event
    assert isinstance(advice, RemittanceAdvised)
    assert (advice.trace_number, advice.customer_id, advice.payer_name) == ("TRACE-7781", "C-1", "ALDER CREEK HOTELS")
    assert (advice.amount, advice.company_id, advice.payer_account) == (1450, "1000", "US-021000021-998877")
    assert [(line.document_number, line.amount, line.discount) for line in advice.lines] == [
        ("1000-1", 1000, 20), ("1000-2", 500, 0), ("CM-9", -50, 0)
    ]  # fmt: skip
    assert errors(X12_820.replace(b"BPR*C*1450", b"BPR*C*1451"), own("4417", "USD")) == [
        "segment 3: the sum of RMR and ADX against BPR02 is 1451.00, but adds up to 1450.00"
    ]
    assert "segment 12: the transaction set's number of segments is 9" in errors(
        X12_820.replace(b"SE*10", b"SE*9"), own("4417", "USD")
    )[0]  # fmt: skip
    assert "cut off" in errors(X12_820[: X12_820.index(b"RMR*CM")])[0]


def test_remt_001_and_a_payers_list() -> None:
    (advice,) = reading_of(MADE["remt.001"]).advices
    assert (advice.trace_number, advice.amount, advice.account) == ("E2E-555", 90, IBAN)
    assert [(line.document_number, line.amount) for line in advice.lines] == [("1000-3", 98), ("CN-4", -8)]
    first, second = reading_of(MADE["remittance-csv"]).advices
    assert (first.trace_number, first.amount, [line.discount for line in first.lines]) == (
        "77",
        Decimal("1100.00"),
        [0, 1],
    )
    assert (second.trace_number, second.advised_on) == ("78", date(2026, 3, 9))
    assert errors(b"Invoice;Paid;Skonto;Check\nINV 1;a lot;0;77\n") == [
        "line 2: document number, amount, discount or date cannot be read by this payer's mapping"
    ]
    assert "no column Paid" in errors(b"Invoice;Betrag;Skonto;Check\nINV 1;1;0;77\n")[0]


def test_a_card_settlement_is_gross_fee_and_net() -> None:
    accounts = own("MERCHANT1", "USD", "4417")
    made = plan_import(reading_of(CARD_CSV), accounts, {})
    assert made.errors == []
    ((bundle, account, _),) = made.bundles
    assert (bundle.gross, bundle.fee, bundle.net, bundle.payments) == (120, Decimal("4.35"), Decimal("115.65"), 3)
    assert account.deposits_to == "4417"
    sale, _, chargeback = (draft.event for draft in made.entries)
    assert isinstance(sale, PaymentReceived) and isinstance(chargeback, PaymentReturned)
    assert (sale.method, sale.customer_id, sale.amount) == ("card", "C-1", 100)
    assert chargeback.original_bank_reference == "MERCHANT1/TX-0"
    assert errors(CARD_CSV.replace(b"120.00,4.35,115.65", b"121.00,4.35,115.65"), accounts) == [
        "line 5: gross less fee is 115.65, but adds up to 116.65",
        "line 5: the gross total of settlement ST-9 is 121.00, but adds up to 120.00",
    ]


class TestPlan:
    def test_ids_follow_from_account_and_bank_reference_alone(self) -> None:
        first = planned(statement_053(entry_053("100.00", reference="R-1"))).entries[0]
        again = planned(statement_053(entry_053("100.00", reference="R-1"), version="04")).entries[0]
        assert (first.subject_id, first.bank_reference) == (again.subject_id, f"{IBAN}/R-1")

    def test_entries_without_a_reference_that_look_alike_are_still_two(self) -> None:
        drafts = planned(statement_053(entry_053("50.00") + entry_053("50.00"))).entries
        assert len({draft.subject_id for draft in drafts}) == 2

    def test_equal_lines_with_one_reference_are_two_payments_where_the_balances_prove_it(self) -> None:
        twice = entry_053("50.00", reference="R-1") * 2
        both = [f"{IBAN}/R-1", f"{IBAN}/R-1##2"]
        assert [d.bank_reference for d in planned(statement_053(twice)).entries] == both
        without_balances = re.sub(rb"<Bal>.*?</Bal>", b"", statement_053(twice), flags=re.DOTALL)
        first, second = planned(without_balances).entries
        assert (first.outcome, second.outcome) == ("post", "review")
        assert "with the same amount is at line 8 (Ntry) too" in second.note
        parts = entry_053("60.00", reference="R-1") + entry_053("40.00", reference="R-1")
        assert [d.bank_reference for d in planned(statement_053(parts)).entries] == both

    def test_accounts_must_be_ours_and_in_their_currency(self) -> None:
        content = statement_053(entry_053("100.00"))
        assert "is not known as ours: PUT /bank-accounts/NL26VAYB8060476890" in errors(content, {})[0]
        assert "is in USD, not EUR" in errors(content, own(currency="USD"))[0]

    def test_a_line_that_names_an_open_bundle_stands_for_it(self) -> None:
        content = statement_053(
            entry_053("100.00", transactions="<TxDtls><RmtInf><Ustrd>SETTLEMENT ST-9 ACME</Ustrd></RmtInf></TxDtls>")
        )
        (draft,) = plan_import(reading_of(content), own(), {IBAN: frozenset({"ST-9"})}).entries
        assert (draft.kind, draft.outcome) == ("bundle", "held")


def test_a_file_is_bounded_in_size_entries_and_time() -> None:
    many = statement_053(entry_053("1.00") * 50, closing="50.00")
    with pytest.raises(UnreadableFile, match="more than 49 entries: split the file"):
        read(many, "camt.053", Limits(entries_max=49))
    with pytest.raises(UnreadableFile, match="larger than 100 bytes: split it"):
        read(many, "camt.053", Limits(bytes_max=100))
    with pytest.raises(UnreadableFile, match="takes too long"):
        read(b"01,\n" + b"88,x\n" * 2_000, "bai2", Limits(expired=lambda: True))
    with pytest.raises(UnreadableFile, match="longer than 10,000 characters"):
        read(b"01," + b"x" * 10_001, "bai2", Limits())
    with pytest.raises(UnreadableFile) as caught:
        read((":20:X\n" + ":61:nonsense\n" * 500).encode(), "mt940", Limits())
    assert len(caught.value.errors) == 201


def test_what_is_no_bank_file_is_not_recognised() -> None:
    assert [recognise(content) for content in (b"", b"%PDF-1.7", b"{}", b"\xff\xfe\x00", b"a,b,c\n1,2,3")] == [None] * 5
    assert set(MADE) < set(FORMATS)
