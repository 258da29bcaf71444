"""The type codes of BAI2 transactions (Cash Management Balance Reporting Specifications, Version 2, appendix A).

100 to 399 credits, 400 to 699 debits, 700 to 799 loans, 890 information without money, 900 to 919 custom status,
920 to 959 custom credits, 960 to 999 custom debits.
"""

from __future__ import annotations

import re
from typing import Final, Literal

from services.cash_app.bank_files.domain.bank_file import BundleKind, EntryKind, Method

RETURNS: Final = frozenset({"423", "552", "555", "557", "558", "566", "694"})
"""EDI return item, credit reversal, deposited item returned, ACH return item, ACH reversal, return item, deposit
reversal: a customer's payment goes back. For the types of any debit the text states it."""
OWN_PAYMENTS_RETURNED: Final = frozenset({"123", "168", "252", "255", "257", "258", "266", "395"})
"""EDI credit return, ACH return item settlement, debit reversal, check posted and returned, ACH return item, ACH
reversal, return item, check reversal: money that we paid comes back."""
BUNDLES: Final[dict[str, BundleKind]] = {"115": "lockbox", "116": "lockbox", "301": "deposit"}
"""Lockbox deposit, item in a lockbox deposit, commercial deposit: their checks are reported by another file or a
clerk."""
NOT_MONEY: Final = "890"
_RETURNED: Final = re.compile(
    r"\b(RETURNED|RTN|RETURN)\b.*\b(CHEQUES?|CHECKS?|ITEMS?|UNKNOWN|ACH)\b|\bNSF\b|\bR/D ITEM\b", re.A
)
_FEE: Final = re.compile(r"\b(SERVICE|CHRG|CHARGE|FEE)\b", re.A)
_ACH: Final = frozenset({"121", "122", "142", "143", "145", "155", "156", "164", "165", "166", "169"})
_CHECKS: Final = frozenset({"171", "172", "173", "174", "175", "176", "184", "187"})
_CARDS: Final = frozenset({"147"})


def direction(code: str) -> Literal["credit", "debit", "none"] | None:
    """Whether money comes in or goes out; None where the specification leaves that open."""
    if code == NOT_MONEY:
        return "none"
    if "100" <= code <= "399" or "920" <= code <= "959":
        return "credit"
    if "400" <= code <= "699" or "960" <= code <= "999":
        return "debit"
    return None


def kind_of(code: str, words: str) -> EntryKind:
    """What an entry of this type is; `words` are the bank's text, which states of some debits that they are returns."""
    if direction(code) == "credit":
        return "bundle" if code in BUNDLES else "own_payment_returned" if code in OWN_PAYMENTS_RETURNED else "payment"
    upper = words.upper()
    return "return" if code in RETURNS or (_RETURNED.search(upper) and not _FEE.search(upper)) else "debit"


def method_of(code: str) -> Method:
    if code in _ACH or code in RETURNS:
        return "ach"
    if code in _CARDS:
        return "card"
    return "check" if code in _CHECKS else "lockbox" if code in {"115", "116", "118"} else "wire"
