"""Numbers in a bank's words that are no documents: accounts, dates, amounts, phone and tax numbers, postcodes.

Each is replaced by a barrier of the same length, over which no number is read.
"""

from __future__ import annotations

import re
from typing import Final

BARRIER: Final = "\x00"

_IBAN: Final = re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){2,7}(?: ?[A-Z0-9]{1,3})?\b")
_CREDITOR_REFERENCE: Final = re.compile(r"\bRF\d{2}(?: ?[A-Z0-9]{1,4}){1,6}\b")
_MONTH: Final = "(?:JAN|FEB|MAR|MRT|APR|MAY|MAI|MEI|JUN|JUL|AUG|SEP|OCT|OKT|NOV|DEC|DEZ)[A-Z]*"
_PATTERNS: Final = tuple(
    re.compile(pattern)
    for pattern in (
        # Identifiers of the banks' own making, and e-mail and web addresses.
        r"\b[0-9A-F]{8}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{4}-[0-9A-F]{12}\b",
        r"\S+@\S+|\bWWW\.\S+|\bHTTPS?:\S+",
        # What follows a label that names another kind of number.
        r"\b(?:TEL|TELEFON|TELEFOON|PHONE|FAX|MOB|MOBILE|MOBIL|HANDY|RUF)\b[ .:]*(?:NR|NO)?[ .:]*"
        r"[+(]?\d[\d ()/.-]{4,}",
        r"(?<!\w)\+\d[\d ()/.-]{7,}\d",
        r"\b(?:UST[ -]?ID(?:[ -]?NR)?|USTID|VAT|BTW|NIP|TVA|MWST|STEUER[ .-]*NR|STEUERNUMMER|ST[ .-]*NR|TAX|TIN|EIN|"
        r"SIREN|SIRET|REGON|PESEL|KVK|HRB|HRA|KRS|CIF|NIF)\b[ .:]*(?:ID|NR|NO|REG|NUMBER|NUMMER)?[ .:]*"
        r"(?:[A-Z]{2,3}[ -]?)?\d[\d ./-]*(?:B\d{2})?",
        r"\b(?:IBAN|BIC|KTO|KONTO|KONTONR|ACCT|ACCOUNT|A/C|BLZ|SORT ?CODE|ROUTING|ABA|RTN|REKENING|RACHUNEK|COMPTE)\b"
        r"[ .:]*(?:NR|NO|NUMBER|NUMMER)?[ .:]*\d[\d /-]{5,}",
        r"\b(?:MANDAT\w*|MANDATE|MREF|CRED|GLAEUBIGER|GLAUBIGER|CREDITOR|INCASSANT\w*)\b[ +.:-]*(?:ID|REF|NR|NO)?[ .:]*"
        r"[A-Z0-9][A-Z0-9-]*",
        r"\b(?:PLZ|ZIP|POSTCODE)\b[ .:]*\d{4,5}\b",
        # Tax numbers of the Union by their form (Directive 2006/112/EC, article 215).
        r"\b(?:DE\d{9}|ATU\d{8}|NL\d{9}B\d{2}|FR[0-9A-Z]{2}\d{9}|PL\d{10}|GB\d{9}|BE[01]?\d{9}|IT\d{11}|LU\d{8}|"
        r"DK\d{8}|SE\d{12}|CZ\d{8,10})\b",
        r"\b(?:D|A|CH|NL|F|B|PL|CZ|L)-\d{4,5}\b(?!-)",
        r"\b\d{2}-\d{3}(?= [A-Z]{3})|\b[1-9]\d{3} ?[A-Z]{2}\b(?= [A-Z]{3})",
        # Dates: day or year first, with words for the month, and months.
        r"\b(?:0?[1-9]|[12]\d|3[01])[./-](?:0?[1-9]|1[0-2])[./-](?:19|20)?\d\d\b(?![./-]?\d)",
        r"\b(?:19|20)\d\d[./-](?:0?[1-9]|1[0-2])[./-](?:0?[1-9]|[12]\d|3[01])\b(?!\d)",
        r"\b(?:0[1-9]|1[0-2])/(?:19|20)\d\d\b",
        r"\b" + _MONTH + r"[. ]*(?:19|20)\d\d\b",
        r"\b(?:0?[1-9]|[12]\d|3[01])[. ]{1,2}" + _MONTH + r"[. ]*(?:19|20)?\d\d\b",
        r"\b(?:0?[1-9]|[12]\d|3[01])\.(?:0?[1-9]|1[0-2])\.(?!\d)",
        # Amounts: with a currency, or with decimals behind a point or comma.
        r"(?:\b(?:EUR|USD|GBP|CHF|PLN|JPY|CZK|SEK|DKK|NOK)|[€$£]) ?"
        r"(?:\d{1,3}(?:[.,' ]\d{3})+|\d+)(?:[.,]\d{1,3})?(?![\w-])",
        r"(?<![\w/.-])\d{1,3}(?:[.,' ]\d{3})*(?:[.,]\d{2})(?![\w/]|[.,-]\d)",
        r"(?<![\w/.-])\d+[.,]\d{2}(?![\w/]|[.,-]\d)",
        r"(?<![\w/.-])\d+(?:,-|,--| ?(?:EUR|USD|GBP|CHF|PLN|JPY|ZL|€)(?!\w))",
        r"\b\d+(?:[.,]\d+)? ?%",
    )
)


def without_other_numbers(text: str) -> str:
    """The text in capitals, with each number that is surely no document replaced by barriers."""
    if "RF" in text:
        text = _CREDITOR_REFERENCE.sub(lambda found: _blank_if_valid(found[0]), text)
    text = _IBAN.sub(lambda found: _blank_if_valid(found[0]), text)
    for pattern in _PATTERNS:
        text = pattern.sub(lambda found: BARRIER * len(found[0]), text)
    return text


def _blank_if_valid(written: str) -> str:
    """ISO 7064 mod 97-10, as IBAN (ISO 13616) and creditor references (ISO 11649) carry it.

    A blank may be followed by a word of the text, so shorter readings are tried as well.
    """
    for end in range(len(written), 9, -1):
        bare = written[:end].replace(" ", "")
        if len(bare) >= 8 and _checks(bare):
            return BARRIER * end + written[end:]
    return written


def _checks(number: str) -> bool:
    turned = number[4:] + number[:4]
    return int("".join(str(int(c, 36)) for c in turned)) % 97 == 1
