"""Account numbers as banks write them."""

from __future__ import annotations

import re


def account_key(text: str) -> str:
    """What two spellings of one account number have in common: blanks, hyphens and case do not count."""
    return re.sub(r"[^A-Za-z0-9]", "", text).upper()[:40]
