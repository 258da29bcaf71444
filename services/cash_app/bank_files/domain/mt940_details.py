"""The details of a statement line (:86:), as the banks of each country structure them.

- Coded with slashes, `/EREF/.../NAME/.../REMI/...`: Dutch and Belgian banks (ING "MT940 & MT942 format description",
  Rabobank "Format description MT940 structured", ABN AMRO).
- In numbered subfields, `166?00...?20...?32...`: German banks (DFÜ agreement, annex 3, chapter 8.2.4), with another
  separator the Polish ones and Triodos (`020~00...~20...`, `000>20...`). The separator is the fourth character.
- In words: all others.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from services.cash_app.bank_files.domain import parsing
from services.cash_app.payments.domain.account_number import account_key
from shared.contracts.erp import PaymentReference, ReferenceKind

_LINE_CHARACTERS: Final = 65
_SUBFIELD_CHARACTERS: Final = 27
_NUMBERED: Final = re.compile(r"\s*(?P<code>\d{3})?(?P<mark>[^A-Za-z0-9\s.,:/()-])(?=\d\d)", re.A)
_SLASHED: Final = re.compile(r"/([A-Z]{4}|CDTRREF|CDTRREFTP|BIC|ID|CD|ISSUER)(?=/)", re.A)
_KNOWN: Final = frozenset({
    "EREF", "KREF", "MREF", "MARF", "PREF", "CREF", "IREF", "CDTRREF", "CDTRREFTP", "STRD", "USTD", "REMI", "NAME",
    "IBAN", "BIC", "ID", "CD", "ISSUER", "ORDP", "BENM", "CNTP", "ADDR", "TRTP", "TRCD", "RTRN", "PURP", "ISDT", "CSID",
    "ULTD", "ULTB", "ULTC", "NRTX", "SVCL", "CHGS", "OCMT", "EXCH", "BUSP", "INIT", "UPAS",
})  # fmt: skip
_USUAL: Final = frozenset({"00", "10", "20", "21", "30", "31", "32"})
_COUNTERPARTY: Final = re.compile(r"/CNTP/(?P<account>[^/]*)/(?P<bic>[^/]*)/(?P<name>[^/]*)/(?P<city>[^/]*)/?", re.A)
_SEPA: Final = re.compile(r"(EREF|KREF|MREF|CRED|DEBT|COAM|OAMT|SVWZ|ABWA|ABWE|IBAN|BIC|RTRN|PURP)(?:\+|: ?)", re.A)
_SEPA_CODES: Final = frozenset({
    "EREF", "KREF", "MREF", "CRED", "DEBT", "COAM", "OAMT", "SVWZ", "ABWA", "ABWE", "IBAN", "BIC", "RTRN", "PURP",
})  # fmt: skip
_REFERENCES: Final[dict[str, ReferenceKind]] = {
    "EREF": "end_to_end_id", "KREF": "payer_reference", "MREF": "mandate_id", "MARF": "mandate_id", "PREF": "batch_id",
    "CREF": "creditor_reference", "CDTRREF": "creditor_reference", "STRD": "creditor_reference",
    "IREF": "instruction_id", "ULTD": "on_behalf_of", "ABWA": "on_behalf_of",
}  # fmt: skip
RETURNED_DEBITS: Final = frozenset({"108", "109"})
"""Business transaction codes (GVC) of returned direct debits."""
RETURNED_CREDITS: Final = frozenset({"159", "181", "184"})
"""GVC of our own credit transfers and direct debits that come back."""


@dataclass(frozen=True, slots=True)
class Details:
    """What of the details is understood; `text` is all that is for people to read."""

    text: str
    values: dict[str, str]
    """By code (EREF, PREF); empty for details in words."""
    payer_account: str = ""
    payer_name: str = ""
    reason_code: str = ""
    business_code: str = ""

    @property
    def references(self) -> tuple[PaymentReference, ...]:
        """What the codes hold beside the words; of a code that is not known, the code with its value."""
        known = [(kind, self.values.get(code, "")) for code, kind in _REFERENCES.items()]
        others = [f"{code} {value}" for code, value in self.values.items() if code not in _KNOWN | _SEPA_CODES]
        return parsing.references(*known, *(("other", text) for text in others))

    def reference(self, code: str) -> str:
        return parsing.reference(self.values.get(code, ""))


def read_details(lines: list[str]) -> Details:
    """The lines of all the :86: of one statement line, read together."""
    joined = "".join(lines)
    numbered = _NUMBERED.match(joined)
    if numbered is not None and (numbered["code"] or numbered["mark"] in "?~^<>+|"):
        fields = _subfields(joined[numbered.end() - 1 :], numbered["mark"])
        if not _USUAL.isdisjoint(fields):
            return _numbered(fields, (numbered["code"] or "") if numbered["mark"] == "?" else "")
    if re.match(r"\s*/[A-Z]{2,9}/", joined, re.A):
        return _slashed(joined.strip())
    return Details(parsing.plain(_in_words(lines), parsing.WORDS_CHARACTERS_MAX), {})


def _in_words(lines: list[str]) -> str:
    """A full line continues in the next one, in the middle of a word; after a shorter one a blank is due."""
    return "".join(line if len(line) == _LINE_CHARACTERS else f"{line} " for line in lines)


def _slashed(text: str) -> Details:
    """A code that is not known ends the value before it."""
    counterparty = _COUNTERPARTY.search(text)
    rest = text.replace(counterparty[0], "/", 1) if counterparty else text
    parts = _SLASHED.split(rest)
    values: dict[str, str] = {}
    for code, value in zip(parts[1::2], parts[2::2], strict=True):
        if value.strip(" /"):
            values.setdefault(code, value.strip(" /"))
    if "STRD" in values:  # REMI/STRD/type/reference
        values["STRD"] = values["STRD"].rsplit("/", 1)[-1]
    remittance = values.get("REMI") or values.get("USTD") or values.get("STRD") or values.get("CDTRREF") or ""
    account = counterparty["account"] if counterparty else values.get("IBAN", "")
    name = counterparty["name"] if counterparty else values.get("NAME", "")
    return Details(
        text=parsing.plain(remittance or text, parsing.WORDS_CHARACTERS_MAX), values=values,
        payer_account=parsing.iban(account) or account_key(account), payer_name=parsing.plain(name, 200),
        reason_code=parsing.plain(values.get("RTRN", ""), 40),
    )  # fmt: skip


def _subfields(text: str, mark: str) -> dict[str, str]:
    parts = re.split(re.escape(mark) + r"(\d\d)", text, flags=re.A)
    fields: dict[str, str] = {}
    for key, value in zip(parts[1::2], parts[2::2], strict=True):
        fields[key] = fields.get(key, "") + value
    return fields


def _numbered(fields: dict[str, str], business_code: str) -> Details:
    """20-29 and 60-63 purpose, 30 bank, 31 account, 32-33 name, 34 return code, 38 IBAN.

    Within the purpose stand SEPA's EREF+, SVWZ+ and others.
    """
    purpose = _joined(fields, (*range(20, 30), *range(60, 64)))
    sepa = _SEPA.split(purpose)
    values = {code: value.strip() for code, value in zip(sepa[1::2], sepa[2::2], strict=True)}
    account = values.get("IBAN") or parsing.iban(fields.get("38", "")) or fields.get("31", "")
    code = fields.get("34", "").strip()
    return Details(
        text=parsing.plain(values.get("SVWZ") or purpose, parsing.WORDS_CHARACTERS_MAX), values=values,
        payer_account=parsing.iban(account) or account_key(f"{fields.get('30', '')}{account}"),
        payer_name=parsing.plain(_joined(fields, (32, 33)), 200),
        reason_code=parsing.plain(values.get("RTRN") or code, 40), business_code=business_code,
    )  # fmt: skip


def _joined(fields: dict[str, str], numbers: tuple[int, ...]) -> str:
    """A full subfield continues in the next one; after a shorter one, or before a SEPA code, a blank is due."""
    text = previous = ""
    for number in numbers:
        value = fields.get(str(number), "")
        if text and value and (_SEPA.match(value) or len(previous) < _SUBFIELD_CHARACTERS):
            text += " "
        text += value
        previous = value or previous
    return text
