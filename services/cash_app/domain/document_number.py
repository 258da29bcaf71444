"""Document numbers as payers write them."""

from __future__ import annotations


def document_key(number: str) -> str:
    """What two writings of one document number have in common: blanks and case do not count.

    Nothing else is forgiven; "INV-10" and "INV10" are two documents.
    """
    return "".join(number.split()).upper()
