"""Statements in the dialects of banks of which no file is beside the project, made by hand from their descriptions."""

from __future__ import annotations

from decimal import Decimal

import pytest

from services.cash_app.bank_files.domain.bank_file import Entry, Statement
from services.cash_app.bank_files.domain.recognise import not_read, recognise
from tests.unit.cash_app.bank_files.samples import entry_053, planned_of, reading_of, statement_053
from tests.unit.cash_app.bank_files.test_readers import errors

IBAN, PAYER = "NL26VAYB8060476890", "DE89370400440532013000"


def mt940(body: str, closing: str, account: str = IBAN, currency: str = "EUR") -> Statement:
    text = f":20:STMT\n:25:{account}\n:28C:7/1\n:60F:C260309{currency}0,\n{body}\n:62F:C260310{currency}{closing}\n-\n"
    (statement,) = reading_of(text.encode()).statements
    return statement


def one(body: str, closing: str = "10,", **more: str) -> Entry:
    (entry,) = mt940(body, closing, **more).entries
    return entry


@pytest.mark.parametrize(
    ("bank", "details", "expected"),
    [
        ("Rabobank", "/EREF/E-1/ORDP//NAME/DE VRIES/REMI/INV 1/ISDT/2026-03-10", ("E-1", "DE VRIES", "INV 1")),
        ("ABN AMRO", "/TRTP/IDEAL/IBAN/DE89370400440532013000/BIC/X/NAME/JAN/REMI/INV 2/EREF/E-2",
         ("E-2", "JAN", "INV 2")),
        ("ING", "/EREF/E-3//CNTP/DE89370400440532013000/INGBNL2A/ASML///REMI/USTD//INV 3/", ("E-3", "ASML", "INV 3")),
        ("ING, structured", "/CNTP/DE89370400440532013000/X/BV///REMI/STRD/CUR/RF18539/", ("", "BV", "RF18539")),
        ("Commerzbank", "166?00GUTSCHRIFT?20EREF+E-4?21SVWZ+RE 4?30COBADEFF?31DE89370400440532013000?32MAX",
         ("E-4", "MAX", "RE 4")),
        ("Sparkasse", "166?00GUTSCHR.?20RE 4711?21RE 4712?32MUELLER", ("", "MUELLER", "RE 4711 RE 4712")),
        ("PKO", "020~00PRZELEW~20FV 5/2026~3010201026~310000123456789012~32KOWALSKI~33SP Z OO",
         ("", "KOWALSKI SP Z OO", "FV 5/2026")),
        ("mBank", "944<00PRZELEW<20FV 6<32NOWAK<38DE89370400440532013000", ("", "NOWAK", "FV 6")),
        ("BNP Polska", "225^00WPLYW^20FV 7^32WISNIEWSKI", ("", "WISNIEWSKI", "FV 7")),
        ("ING Bank Slaski", "020+00PRZELEW+20FV 8+32ZIELINSKI", ("", "ZIELINSKI", "FV 8")),
        ("in words", "PAYMENT INV 1000-9\nTHANK YOU", ("", "", "PAYMENT INV 1000-9 THANK YOU")),
    ],
)  # fmt: skip
def test_details_of_a_line(bank: str, details: str, expected: tuple[str, str, str]) -> None:
    entry = one(f":61:2603100310C10,NTRFNONREF\n:86:{details}")
    assert (entry.trace_number, entry.payer_name, entry.details) == expected, bank


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("2603100310CR10,00N051NONREF", ("", "")),
        ("260310C10,NTRFREF 1//BANK-1", ("REF 1", "BANK-1")),
        ("2603100310CN10.00N511NONREF", ("", "")),
        ("2603100310C10,S103PO-12//26031012345", ("PO-12", "26031012345")),
        ("2603100310C10,FMSCNOTPROVIDED", ("", "")),
        ("2603100310C10,", ("", "")),
    ],
)
def test_forms_of_a_statement_line(line: str, expected: tuple[str, str]) -> None:
    entry = one(f":61:{line}")
    assert (entry.amount, entry.trace_number, entry.reference) == (10, *expected)


def test_german_returns_by_their_business_code() -> None:
    statement = mt940(
        ":61:260310C30,NTRFNONREF\n:86:159?00RETOURE?20SVWZ+AC04\n:61:260310D20,NTRFNONREF\n"
        ":86:109?00RUECKLAST?20RE 1?34914", "10,",
    )  # fmt: skip
    assert [(e.kind, e.amount) for e in statement.entries] == [("own_payment_returned", 30), ("return", -20)]
    assert statement.entries[1].reason_code == "914"


def test_one_cause_gives_one_error_with_its_part() -> None:
    head = ":20:X\n:25:NL26VAYB8060476890\n:28C:7/1\n:60F:C260309EUR0,\n"
    tail = ":62F:C260310EUR0,\n-"
    assert errors(f"{head}:61:260431C1,NTRFX\n{tail}".encode()) == [
        "line 5: :61: the value date '260431' is no date: expected is YYMMDD"
    ]
    assert errors(f"{head}:61:260310C1,XREF\n{tail}".encode()) == [
        "line 5: :61: 'XREF' behind the amount is no type of transaction (subfield 6): expected are N, S or F and "
        "three characters, such as NTRF"
    ]
    unknown = f"{head}:61:260310C1,NTRFX\n{tail}".replace("EUR", "XYZ")
    assert errors(unknown.encode()) == [
        "line 4: XYZ is not a currency we keep books in: a current ISO 4217 code such as USD or EUR is expected"
    ]
    assert len(errors(statement_053(entry_053("1.00") * 3).replace(b"EUR", b"XYZ"))) == 1


def test_an_mt942_is_an_interim_report() -> None:
    content = (
        b":20:X\n:25:NL26VAYB8060476890\n:28C:1\n:34F:EUR0,\n:13D:2603101530+0100\n"
        b":61:2603100310C10,NTRFE-1//B-1\n:86:INV 1\n:90D:0EUR0,\n:90C:1EUR10,\n-\n"
    )
    assert recognise(content) == "mt942"
    planned = planned_of(content)
    assert [(d.source, d.outcome, d.amount) for d in planned.entries] == [("interim", "post", 10)]
    assert planned_of(content.replace(b":90C:1", b":90C:2")).errors


def test_a_camt_052_is_an_interim_report() -> None:
    content = statement_053(entry_053("100.00", reference="R-1")).replace(b"camt.053", b"camt.052")
    content = content.replace(b"BkToCstmrStmt", b"BkToCstmrAcctRpt").replace(b"Stmt>", b"Rpt>")
    assert recognise(content) == "camt.052"
    planned = planned_of(content)
    assert (planned.errors, [(d.source, d.outcome) for d in planned.entries]) == ([], [("interim", "post")])


def bai2(*records: str) -> bytes:
    body = [*records, "49,,/"]
    return "\n".join(
        ["01,B,O,260310,0800,1,80,,2/", "02,O,B,1,260309,,USD,2/", "03,4417,USD,,,,/", *body, "98,,,/", "99,,,/"]
    ).encode()


@pytest.mark.parametrize(
    ("record", "expected"),
    [
        ("16,195,1000,,W-1,PO-1,FED WIRE, ORIG: BIRCH, INV 1/", ("W-1", "PO-1", "FED WIRE, ORIG: BIRCH, INV 1")),
        ("16,142,1000,Z,A-1,,ACH CREDIT INV 1\n88,ADDENDA INV 2/", ("A-1", "", "ACH CREDIT INV 1 ADDENDA INV 2")),
        ("16,165,1000,S,100,\n88,200,700,R-1,T-1,TEXT/", ("R-1", "T-1", "TEXT")),
        ("16,165,1000,D,2,0,500,1\n88,500,R-2,T-2,TEXT/", ("R-2", "T-2", "TEXT")),
        ("16,142,1000,,/\n88,OAK INN INV 1000-7/", ("", "", "OAK INN INV 1000-7")),
    ],
)
def test_bai2_transactions(record: str, expected: tuple[str, str, str]) -> None:
    (entry,) = reading_of(bai2(record)).statements[0].entries
    assert (entry.amount, entry.reference, entry.trace_number, entry.details) == (Decimal(10), *expected)


@pytest.mark.parametrize(
    ("code", "kind"),
    [("100", "payment"), ("399", "payment"), ("400", "debit"), ("699", "debit"), ("920", "payment"), ("959", "payment"),
     ("960", "debit"), ("999", "debit"), ("555", "return"), ("257", "own_payment_returned"), ("115", "bundle")],
)  # fmt: skip
def test_bai2_codes_by_the_specification(code: str, kind: str) -> None:
    assert [e.kind for e in reading_of(bai2(f"16,{code},1000,,R-1,,TEXT/")).statements[0].entries] == [kind]


@pytest.mark.parametrize("code", ["010", "701", "760", "799", "800", "900", "919"])
def test_bai2_codes_that_are_neither_credit_nor_debit_are_named(code: str) -> None:
    (error,) = errors(bai2(f"16,{code},1000,,R-1,,TEXT/"))
    assert error.startswith(f"line 4: type code {code} is neither a credit")


def test_bai2_corrections_are_refused_by_name_and_information_without_money_is_passed_over() -> None:
    (error,) = errors(bai2("16,195,1000,,W-1,,X/").replace(b"O,B,1,", b"O,B,2,"))
    assert error.startswith("line 2: the group has status 2 (deletion)")
    assert reading_of(bai2("16,890,,,,,MESSAGE FOR YOU/")).statements[0].entries == ()


def test_other_formats_are_named_with_what_to_do() -> None:
    for content, named in (
        (b"101 0210000211234567890260310" + b"1200A094101BANK", "NACHA"), (b"OFXHEADER:100\n", "OFX"),
        (b"%PDF-1.7", "PDF"), (b"PK\x03\x04", "ZIP"), (b"{1:F01}{2:O1030000}{4:\n:20:X", "MT103"),
    ):  # fmt: skip
        assert recognise(content) is None
        assert named in (not_read(content) or "")
