"""Every file that a bank or another project wrote is read as the reading beside it states."""

from __future__ import annotations

import json
from base64 import b64decode
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from services.cash_app.bank_files.domain.bank_file import Entry
from services.cash_app.bank_files.domain.import_plan import plan_import
from services.cash_app.bank_files.domain.own_account import OwnAccount
from tests.unit.cash_app.bank_files.samples import BANK, REAL, needs_files, reading_of

pytestmark = needs_files

OF_THE_LIBRARY = "\nD000004C000002D25,24C28,71\n-XXX"
"""The :86: behind a closing balance is about the statement; the expected reading hangs it on the last line."""


def words(text: str) -> str:
    """Without what distinguishes one way of joining lines from another, and without control characters."""
    return "".join(c for c in text if c.isprintable() and not c.isspace())


class Graph:
    """The expected reading of an MT940 file: a graph of Python objects in YAML, looked at without making any."""

    def __init__(self, path: Path) -> None:
        self.root = yaml.compose(path.read_text("utf-8"))

    @staticmethod
    def _of(node: Any, key: str) -> Any:
        return next(value for name, value in node.value if name.value == key)

    @property
    def data(self) -> dict[str, Any]:
        return self._plain(self._of(self.root, "data"))

    @property
    def transactions(self) -> list[dict[str, Any]]:
        return [self._plain(self._of(node, "data")) for node in self._of(self.root, "transactions").value]

    def _plain(self, node: Any) -> Any:
        if node.tag.endswith("decimal.Decimal"):
            return Decimal(node.value[0].value)
        if node.tag.endswith("models.Date"):
            packed = b64decode(node.value[0].value)
            return date(packed[0] * 256 + packed[1], packed[2], packed[3])
        if isinstance(node, yaml.ScalarNode):
            return None if node.tag.endswith("null") else node.value
        return {name.value: self._plain(value) for name, value in node.value}


@pytest.mark.parametrize("name", ["abnamro", "ing", "rabobank-iban"])
def test_mt940(name: str) -> None:
    read, expected = reading_of((BANK / f"mt940/{name}.sta").read_bytes()), Graph(BANK / f"mt940/{name}.yml")
    data, entries = expected.data, [entry for statement in read.statements for entry in statement.entries]
    last = read.statements[-1]
    assert last.account == data["account_identification"]
    assert last.number == "/".join(filter(None, [data["statement_number"], data["sequence_number"]]))
    final = next(s for s in read.statements if s.on == data["final_closing_balance"]["date"])
    assert final.closing == data["final_closing_balance"]["amount"]["amount"]
    assert final.opening == data["final_opening_balance"]["amount"]["amount"]
    if "intermediate_closing_balance" in data:
        assert last.closing == data["intermediate_closing_balance"]["amount"]["amount"]
        assert last.opening == data["intermediate_opening_balance"]["amount"]["amount"]
    assert len(entries) == len(expected.transactions)
    for entry, wanted in zip(entries, expected.transactions, strict=True):
        assert (entry.amount, entry.currency) == (wanted["amount"]["amount"], wanted["amount"]["currency"])
        assert entry.value_date == wanted["date"]
        assert entry.booked_on == wanted.get("entry_date")
        assert entry.reference == (wanted["bank_reference"] or "")
        _check_words(entry, wanted)


def _check_words(entry: Entry, wanted: dict[str, Any]) -> None:
    """References and details; what coded details hold is in fields of its own."""
    details = wanted["transaction_details"].removesuffix(OF_THE_LIBRARY)
    if details.startswith("/"):
        assert entry.payer_name and words(entry.payer_name) in words(details)
        assert words(entry.details) in words(details)
    else:
        assert words(entry.details) == words(details.replace("\xad", " "))
    if wanted["customer_reference"] not in {"NONREF", "EREF"}:
        assert entry.trace_number == wanted["customer_reference"]
    if wanted["customer_reference"] == "EREF":
        assert entry.trace_number == details.split("/")[2]
        assert entry.payer_account == wanted["extra_details"]


@pytest.mark.parametrize("path", sorted(BANK.glob("camt/*.xml")), ids=lambda path: str(path.stem))
def test_camt(path: Path) -> None:
    read = reading_of(path.read_bytes())
    expected = json.loads(path.with_suffix(".json").read_text("utf-8"))
    wanted = expected["getEntries"]
    (statement,) = read.statements
    record = wanted[0]["getRecord"]
    assert statement.account == record["getAccount"]["getIdentification"]
    assert statement.number.split("/")[0] == record["getLegalSequenceNumber"]
    assert len(statement.entries) == len(wanted)
    balances = {balance["getType"]: balance for balance in record.get("getBalances", [])}
    for kind, balance in (("opening", statement.opening), ("closing", statement.closing)):
        assert balance == (_money(balances[kind])[0] if balances else None)
    for entry, one in zip(statement.entries, wanted, strict=True):
        assert (entry.amount, entry.currency) == _money(one)
        assert entry.value_date == _day(one["getValueDate"])
        assert entry.booked_on == _day(one["getBookingDate"])
        assert entry.reference == (one["getAccountServicerReference"] or "")
        assert (entry.kind == "payment") == (one["getCreditDebitIndicator"] == "CRDT")
        details = [d for d in one["getTransactionDetails"] if d != "__RECURSIVITY__"]
        _check_detail(entry, [one["getTransactionDetail"], *details])


def _check_detail(entry: Entry, details: list[dict[str, Any]]) -> None:
    assert entry.trace_number == (details[0]["getReference"]["getEndToEndId"] or "")
    (debtor,) = [p for p in details[0]["getRelatedParties"] if p["getRelatedPartyType"]["__CLASS__"].endswith("Debtor")]
    assert entry.payer_name == debtor["getRelatedPartyType"]["getName"]
    if debtor["getAccount"]:
        assert entry.payer_account == debtor["getAccount"]["getIdentification"]
    references = [reference for d in details for reference in _values(d["getRemittanceInformation"], "getRef")]
    assert references
    named = " ".join([entry.details, *(line.document_number for line in entry.remittance)])
    assert all(reference in named for reference in references)
    free = [
        message
        for detail in details
        for message in _values(detail["getRemittanceInformation"]["getUnstructuredBlocks"], "getMessage")
    ]
    assert all(message in entry.details for message in free)


def _values(part: Any, key: str) -> list[str]:
    """Every text under this key, at any depth."""
    if isinstance(part, dict):
        own = [part[key]] if part.get(key) else []
        return own + [value for inner in part.values() for value in _values(inner, key)]
    return [value for inner in part for value in _values(inner, key)] if isinstance(part, list) else []


def _money(holder: dict[str, Any]) -> tuple[Decimal, str]:
    money = holder["getAmount"]
    currency = money["getCurrency"]["getCode"]
    return Decimal(money["getAmount"]).scaleb(0 if currency == "JPY" else -2), currency


def _day(wanted: dict[str, str]) -> date:
    return datetime.fromisoformat(wanted["0"]).date()


def test_lockbox_one_batch_one_check_of_7000() -> None:
    read = reading_of((BANK / "lockbox/lockbox.bai").read_bytes())
    (statement,) = read.statements
    (check,), (bundle,) = statement.entries, statement.bundles
    assert (check.amount, check.currency, check.payer_name) == (Decimal("7000.00"), "USD", "BOB E SMITH")
    assert (check.payer_account, check.trace_number) == ("US-055002707-0012345555", "180")
    assert [(line.document_number, line.amount) for line in check.remittance] == [("CE554", Decimal("7000.00"))]
    assert (bundle.net, bundle.payments) == (Decimal("7000.00"), 1)
    assert all(control.stated == control.found for control in read.controls)


@pytest.mark.parametrize(("name", "accounts", "entries", "controls"), [("sample1", 2, 17, 10), ("sample2", 5, 4, 25)])
def test_bai2_adds_up_to_every_one_of_its_control_totals(name: str, accounts: int, entries: int, controls: int) -> None:
    read = reading_of((BANK / f"bai2/{name}.txt").read_bytes())
    assert len(read.statements) == accounts
    assert sum(len(statement.entries) for statement in read.statements) == entries
    assert len(read.controls) == controls
    assert all(control.stated == control.found for control in read.controls)


def test_bai2_returned_items_value_dates_references_and_continued_text() -> None:
    returned = reading_of((BANK / "bai2/sample1.txt").read_bytes()).statements[0].entries
    assert [(e.kind, e.amount, e.reason) for e in returned[:3]] == [
        ("return", Decimal("-25.00"), "RETURNED CHEQUE"),
        ("return", Decimal("-900.00"), "RTN-UNKNOWN"),
        ("debit", Decimal("-5.00"), ""),
    ]
    letter = reading_of((BANK / "bai2/sample2.txt").read_bytes()).statements[2].entries[0]
    assert (letter.reference, letter.trace_number, letter.value_date) == ("SP4738", "YRC065321", date(2004, 6, 22))
    assert letter.details == "PROCEEDS OF LETTER OF CREDIT FROM THE ARAMCO OIL CO"
    lockboxes = [e for s in reading_of((BANK / "bai2/sample2.txt").read_bytes()).statements for e in s.entries]
    assert [e.bundle_kind for e in lockboxes] == ["lockbox", "lockbox", "", ""]


def test_no_file_is_left_out() -> None:
    """A file that comes into the folder needs a reading here: beside it, or in a test that names it."""
    readings = {path for path in BANK.rglob("*") if path.is_file()} - set(REAL)
    assert {path.suffix for path in readings} == {".json", ".yml"}
    by_hand = {"sample1.txt", "sample2.txt", "lockbox.bai"}
    beside = {path.with_suffix(".json") if path.suffix == ".xml" else path.with_suffix(".yml") for path in REAL
              if path.name not in by_hand}  # fmt: skip
    assert beside == readings
    assert {path.stem for path in readings if path.suffix == ".yml"} == {"abnamro", "ing", "rabobank-iban"}


def test_what_the_files_state_is_consistent_or_is_named() -> None:
    """The banks' files as they are: some of them are shortened, and do not balance."""
    found = {}
    for path in REAL:
        read = reading_of(path.read_bytes())
        own = {s.account: OwnAccount(s.account, "1000", s.currency, None, True) for s in read.statements}
        found[path.name] = [fault.what.split(" and movements")[0] for fault in plan_import(read, own, {}).errors]
    assert {name for name, errors in found.items() if not errors} == {
        "sample1.txt", "sample2.txt", "camt054.v2.xml", "lockbox.bai", "rabobank-iban.sta"
    }  # fmt: skip
    assert found["abnamro.sta"] == ["opening 3,236.28", "opening 2,876.84"]
    assert found["ing.sta"] == ["opening 0.00"]
    assert found["camt053.v8.xml"] == ["the closing balance is in SEK, the account in EUR", "opening 18.15"]
